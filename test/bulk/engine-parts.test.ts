import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressSource } from '../../src/bulk/addresses.ts';
import { Lanes } from '../../src/bulk/lanes.ts';
import { missingRows } from '../../src/bulk/missing.ts';
import type { InputRow } from '../../src/bulk/rows.ts';
import { chunkOf, inviteRow } from '../../src/bulk/wire-row.ts';
import { parseAddress } from '../../src/contract/address.ts';
import { batches } from '../../src/contract/batches.ts';
import { batchKinds } from '../../src/contract/limits.ts';
import { recordsOf } from './sources.ts';

describe('missingRows', () => {
  it('tells rows that are there from those that are not, whatever the gaps', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }), (there) => {
        const missing: [number, number][] = [];
        for (const [at, is] of there.entries()) {
          const last = missing.at(-1);
          if (is) continue;
          if (last?.[1] === at) last[1] = at + 1;
          else missing.push([at + 1, at + 1]);
        }
        const isMissing = missingRows({ missing, rows_total: there.length });
        expect(there.map((_, at) => isMissing(at + 1))).toEqual(there.map((is) => !is));
      }),
    );
  });

  it('takes for missing what lies past the last of a thousand ranges', () => {
    const missing = Array.from({ length: 1000 }, (_, at): [number, number] => [2 * at + 1, 2 * at + 1]);
    const isMissing = missingRows({ missing, rows_total: 3000 });
    expect([1, 2, 1999, 2000, 2001, 3000].map(isMissing)).toEqual([true, false, true, true, true, true]);
  });
});

describe('rows as they are sent', () => {
  const record = (input: InputRow, problem: string | null = null) => ({
    row: input.row,
    line: 1,
    cells: [],
    input,
    problem,
  });

  it('keeps any row within the schema, for one out of bounds would take its chunk along', () => {
    const text = fc.string({ maxLength: 1500, unit: 'binary' });
    const input = fc.record(
      {
        row: fc.integer({ min: 1, max: 10_000_000 }),
        email: text,
        role: text,
        modules: fc.array(text, { maxLength: 5 }),
        children: fc.array(text, { maxLength: 5 }),
        workspaces: fc.array(fc.record({ workspace: text, role: text }), { maxLength: 5 }),
        first_name: text,
        workspace: text,
      },
      { requiredKeys: ['row', 'email'] },
    );
    fc.assert(
      fc.property(input, (row) => {
        for (const kind of batchKinds) {
          const chunk = chunkOf(kind, [record(row)], () => ({ kind: 'send' }));
          expect(batches['batches.send'].body.safeParse(chunk).error).toBeUndefined();
          expect(JSON.stringify(chunk)).not.toMatch(/\\u0000|\\ud[89a-f]/);
        }
      }),
    );
  });

  it('never sends a row that could not be read as one that invites', () => {
    const unreadable = record({ row: 7, email: 'b@x.example', role: 'admin' }, 'the role is no single word');
    const wire = inviteRow(unreadable, { kind: 'error', code: 'malformed_row', message: 'it' });
    expect(wire).toEqual({ row: 7, email: 'malformed row: b@x.example' });
    expect(parseAddress(wire.email).ok).toBe(false);
  });
});

it('a repeat says of which row, and offers nothing', () => {
  const repeat = {
    row: 9,
    line: 9,
    cells: [],
    input: { row: 9, email: 'b@x.example', role: 'admin' },
    problem: null,
  };
  const wire = inviteRow(repeat, { kind: 'duplicate', of: 4, message: 'the same as row 4' });
  expect(wire).toEqual({ row: 9, email: 'b@x.example', duplicate_of: 4 });
});

describe('addressSource', () => {
  it('gives arguments as rows, a thousand at a time', async () => {
    const source = addressSource(Array.from({ length: 1001 }, (_, at) => ` p${at}@x.example`));
    const records = await recordsOf(source);
    expect(records.map(({ row }) => row)).toEqual(Array.from({ length: 1001 }, (_, at) => at + 1));
    expect(records.at(-1)?.input).toEqual({ row: 1001, email: 'p1000@x.example' });
  });
});

describe('Lanes', () => {
  it('runs no more than its width at once, and begins nothing after a failure', async () => {
    const lanes = new Lanes(() => 2);
    let [running, most, begun] = [0, 0, 0];
    for (let work = 0; work < 10; work += 1) {
      if (!(await lanes.room())) break;
      begun += 1;
      lanes.start(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (work === 3) throw new Error('the fourth');
      });
    }
    await lanes.settled();
    expect([most, running]).toEqual([2, 0]);
    expect(begun).toBeLessThan(7);
    expect(() => lanes.check()).toThrow('the fourth');
  });
});
