import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openInput } from '../../src/bulk/input.ts';
import { openReport, type ReportLine, safeCell } from '../../src/bulk/report.ts';
import { file, folder, recordsOf, source } from './sources.ts';

const path = async () => join(await folder(), 'report.csv');

describe('the report', () => {
  test('repeats the input in its dialect and says what became of each row', async () => {
    const opened = await source(
      '\ufeffE-Mail;Notes\r\na@x.io;"say ""hi"";\r\nthen"\r\nb@x.io;=1+1\r\nc@x.io;\r\n',
    );
    const out = await path();
    const report = await openReport(out, opened, 'invites');
    const [a, b] = await recordsOf(opened);
    if (!a || !b) throw new Error('no rows');
    await report.write([
      { record: a, status: 'invited', id: 'inv_1' },
      { record: b, status: 'disposable', error: 'x.io; a throw-away domain' },
    ]);
    await report.finish(3, 'interrupted');
    expect(await readFile(out, 'utf8')).toBe(
      '\ufeffE-Mail;Notes;_row;_status;_invite_id;_error\n' +
        'a@x.io;"say ""hi"";\r\nthen";1;invited;inv_1;\n' +
        'b@x.io;\'=1+1;2;disposable;;"x.io; a throw-away domain"\n' +
        'c@x.io;;3;not_sent;;interrupted\n',
    );
  });

  test('fed in again, its own columns are replaced', async () => {
    const opened = await source('email,_row,_status,_invite_id,_error\na@x.io,7,failed,,why\n');
    const out = await path();
    const report = await openReport(out, opened, 'invites');
    await report.finish(1, 'stopped');
    expect(await readFile(out, 'utf8')).toBe(
      'email,_row,_status,_invite_id,_error\na@x.io,1,not_sent,,stopped\n',
    );
  });

  test('NDJSON becomes CSV with every key that occurs', async () => {
    const opened = await source('{"email":"a@x.io"}\n{"email":"b@x.io","note":"n"}\n');
    const records = await recordsOf(opened);
    const out = await path();
    const report = await openReport(out, opened, 'invites');
    await report.write(records.map((record) => ({ record, status: 'invited' })));
    await report.finish(2, '');
    expect(await readFile(out, 'utf8')).toBe(
      'email,note,_row,_status,_invite_id,_error\na@x.io,,1,invited,,\nb@x.io,n,2,invited,,\n',
    );
  });

  test('an input without rows still gives headings', async () => {
    const out = await path();
    const report = await openReport(out, await source('email\n'), 'invites');
    await report.finish(0, '');
    expect(await readFile(out, 'utf8')).toBe('email,_row,_status,_invite_id,_error\n');
  });
});

describe('before the work starts', () => {
  test('it is opened, emptied and closed to others', async () => {
    const out = await path();
    await writeFile(out, 'old');
    await chmod(out, 0o644);
    const report = await openReport(out, await source('email\na@x.io\n'), 'invites');
    expect(await readFile(out, 'utf8')).toBe('');
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    await report.close();
  });

  test('a wrong path, and the input itself, are refused', async () => {
    const input = await file('email\na@x.io\n');
    const opened = await openInput(input);
    await expect(openReport('/nowhere/at/all.csv', opened, 'invites')).rejects.toThrow(
      'the report cannot be written: ENOENT',
    );
    await expect(openReport(input, opened, 'invites')).rejects.toThrow(
      'the report would overwrite its own input',
    );
    expect(await readFile(input, 'utf8')).toBe('email\na@x.io\n');
  });
});

test('in input order, however chunks come back and whichever are missing', async () => {
  const plan = fc.array(
    fc.record({ size: fc.integer({ min: 1, max: 400 }), sent: fc.boolean(), turn: fc.nat() }),
    {
      minLength: 1,
      maxLength: 9,
    },
  );
  await fc.assert(
    fc.asyncProperty(plan, async (runs) => {
      const total = runs.reduce((sum, run) => sum + run.size, 0);
      const opened = await source(
        `email\n${Array.from({ length: total }, (_, n) => `p${n}@x.io\n`).join('')}`,
      );
      const records = await recordsOf(opened);
      let at = 0;
      const chunks = runs.map((run) => {
        const lines: ReportLine[] = records
          .slice(at, at + run.size)
          .map((record) => ({ record, status: 'invited' }));
        at += run.size;
        return { ...run, lines };
      });
      const out = await path();
      const report = await openReport(out, opened, 'invites');
      const order = chunks.filter((chunk) => chunk.sent).sort((a, b) => a.turn - b.turn);
      await Promise.all(order.map((chunk) => report.write(chunk.lines)));
      await report.finish(total, 'stopped');
      const statuses = chunks.flatMap((chunk) =>
        chunk.lines.map(() => (chunk.sent ? 'invited' : 'not_sent')),
      );
      const written = parse(await readFile(out), { from_line: 2 });
      expect(written.map(([email, row, status]) => [email, row, status])).toEqual(
        statuses.map((status, n) => [`p${n}@x.io`, String(n + 1), status]),
      );
    }),
    { numRuns: 40 },
  );
});

describe('cells', () => {
  test.each(['=1', '+1', '-1', '@x', '\tx', '\rx', '\0x', '＝1', '＋1', '－1', '＠x'])(
    '%j runs nowhere',
    (cell) => {
      expect(safeCell(cell, ',').replace(/^"/, '').startsWith("'")).toBe(true);
    },
  );

  test('come back as they were, but for formulas', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 5 }), (cells) => {
        const line = `${cells.map((cell) => safeCell(cell, ';')).join(';')}\n`;
        const [read] = parse(line, { delimiter: ';', record_delimiter: '\n' });
        expect(read?.map((cell, n) => (cells[n] === cell ? cell : cell.replace(/^'/, '')))).toEqual(cells);
      }),
    );
  });
});
