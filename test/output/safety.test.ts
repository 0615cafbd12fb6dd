import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conflictError } from '../../src/errors.ts';
import type { Format } from '../../src/output/output.ts';
import { safeLine, safeText } from '../../src/output/text.ts';
import { capture, people, person } from './capture.ts';

const attack = 'A\u001b[2J\u001b]0;title\u0007\u009b31m\u202ecod\u2066\u200f.\u200b\r\n\tZ';

// What must not reach a terminal in any text that people read, but for the line breaks of the tool itself.
const ACTIVE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

describe('text from the API', () => {
  test('is spelt out in one line', () => {
    expect(safeLine(attack)).toBe('A\\x1b[2J\\x1b]0;title\\x07\\x9b31m\\u202ecod\\u2066\\u200f.\\u200b  Z');
    expect(safeLine('a\u{e0041}b\ud800')).toBe('a\\u{e0041}b\ufffd');
  });

  test('keeps every script and emoji as it is', () => {
    const fine = 'Žofie 山田太郎 สมชาย עִבְרִית नमस्ते 👩‍👩‍👧 🇨🇭 می‌خواهم';
    expect(safeLine(fine)).toBe(fine);
    expect(safeText(`${fine}\n\tx`)).toBe(`${fine}\n\tx`);
  });

  test('any text at all becomes harmless', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(safeLine(text)).not.toMatch(ACTIVE);
        expect(safeLine(text)).not.toContain('\n');
        expect(safeText(text).replaceAll('\t', '')).not.toMatch(ACTIVE);
      }),
    );
  });

  const row = person({ id: attack, name: attack, modules: [attack] });
  test.each(['table', 'json', 'ndjson', 'yaml', 'csv', 'id'] as const)(
    'never acts on a terminal as %s, in any method',
    async (format: Format) => {
      const { out, text } = capture({ tty: true, format });
      await out.list(people, [row]);
      await out.item(people, row);
      await out.result(row);
      await out.tree({ label: attack, id: attack, children: [{ label: attack }] }, row);
      out.note(attack);
      out.say(attack);
      out.warn(attack);
      out.event({ name: attack });
      await out.error(
        conflictError(attack, {
          code: attack,
          why: attack,
          hint: attack,
          requestId: attack,
          details: [{ pointer: attack, detail: attack }],
          reasons: [{ check: attack, text: attack, ok: true }],
        }),
      );
      const shown = await text();
      const written = (shown.stdout + shown.stderr).replaceAll('\r\n', '\n').replaceAll('\n\tZ', '\nZ');
      expect(written).not.toMatch(ACTIVE);
    },
  );

  test('is the same data in machine formats', async () => {
    const { out, text } = capture({ format: 'json' });
    await out.result({ name: attack });
    expect(JSON.parse((await text()).stdout)).toEqual({ name: attack });

    const { parse } = await import('yaml');
    const yaml = capture({ format: 'yaml' });
    await yaml.out.result({ [attack]: attack, list: [attack] });
    expect(parse((await yaml.text()).stdout)).toEqual({ [attack]: attack, list: [attack] });
  });

  test('is kept in a csv that no terminal sees', async () => {
    const { parse } = await import('csv-parse/sync');
    const { out, text } = capture({ format: 'csv', headers: false });
    await out.list(people, [person({ email: attack })]);
    expect(parse((await text()).stdout)).toEqual([[attack, 'Ana', '2', 'active', 'forms,parsers']]);
  });
});
