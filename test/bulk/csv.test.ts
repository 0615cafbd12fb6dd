import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CsvOptions, RECORD_MAX, readCsv } from '../../src/bulk/csv.ts';
import { badInput } from '../../src/bulk/failure.ts';

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function read(text: string, options: CsvOptions = {}, size = 7) {
  const rows: { line: number; cells: string[] }[] = [];
  let found = '';
  const refuse = (line: number | null, message: string, hint?: string) =>
    badInput('f.csv', line, message, hint);
  for await (const { records, delimiter } of readCsv(pieces(text, size), refuse, options)) {
    rows.push(...records);
    found = delimiter;
  }
  return { rows, delimiter: found };
}

const cellsOf = async (text: string, options?: CsvOptions, size?: number) =>
  (await read(text, options, size)).rows.map((row) => row.cells);

const refusal = async (text: string, size?: number) => {
  try {
    await read(text, {}, size);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : thrown;
  }
  return 'accepted';
};

describe('records', () => {
  test('line ends of every kind, mixed, and lines that are empty', async () => {
    expect((await read('a,b\r\n1,2\n\n3,4\r5,6\r\n\r\n7,8')).rows).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', '2'] },
      { line: 4, cells: ['3', '4'] },
      { line: 5, cells: ['5', '6'] },
      { line: 7, cells: ['7', '8'] },
    ]);
  });

  test('quoted delimiters, quotes and line ends; the line is where the record begins', async () => {
    expect((await read('a;b\r\n"x;y";"said ""no"""\r\n1;"two\r\nlines\nmore"\r\n2;z')).rows).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['x;y', 'said "no"'] },
      { line: 3, cells: ['1', 'two\r\nlines\nmore'] },
      { line: 6, cells: ['2', 'z'] },
    ]);
  });

  test.each([
    ['a,b\n1;2,3', ','],
    ['a;b\n1,2;3', ';'],
    ['a\tb\n1,2\t3', '\t'],
    ['"a,a";"b,b,b";c\n1;2;3', ';'],
    ['email\nada@example.com', ','],
    ['sep=;\na,b;c\n1;2', ';'],
    ['sep=|\na|b\n1|2', '|'],
  ])('the delimiter of %j is %j', async (text, delimiter) => {
    expect((await read(text)).delimiter).toBe(delimiter);
  });

  test('the sep= line is no record', async () => {
    expect((await read('sep=;\r\na;b\r\n1;2')).rows).toEqual([
      { line: 2, cells: ['a', 'b'] },
      { line: 3, cells: ['1', '2'] },
    ]);
  });
});

describe('what is refused', () => {
  test.each([
    ['a,b\n1,"2\n3,4\n', 'f.csv, line 2: a quote (") opened here is never closed'],
    ['a,b\n1,2\n"3,4', 'f.csv, line 3: a quote (") opened here is never closed'],
    ['a,b\n"x\ny","z\n', 'f.csv, line 3: a quote (") opened here is never closed'],
    [
      'a,b\n1,5" pipe\n3,4\n',
      'f.csv, line 2: in the row that begins here a quote stands in the middle of a cell',
    ],
    [
      'a,b\n1,5" pipe\n3,"4"\n',
      'f.csv, line 2: in the row that begins here a quote stands in the middle of a cell',
    ],
    ['a,b\n1, "2"\n', 'f.csv, line 2: in the row that begins here a quote stands in the middle of a cell'],
    ['a,b\n"1"x,2\n', 'f.csv, line 2: in the row that begins here text follows a closing quote'],
    ['a,b\n"fine",2\n"1"x,2\n', 'f.csv, line 3: in the row that begins here text follows a closing quote'],
  ])('%j: %s', async (text, message) => {
    expect(await refusal(text)).toBe(message);
    expect(await refusal(text, 100_000)).toBe(message);
  });

  test('a quote that is never closed ends the reading long before the file does', async () => {
    let given = 0;
    const endless = async function* () {
      yield 'a,b\n1,"';
      for (; given < 100_000; given++) yield `${'x'.repeat(1000)}\n`;
    };
    const refuse = (line: number | null, message: string) => badInput('f.csv', line, message);
    const records = readCsv(endless(), refuse);
    await records.next();
    await expect(records.next()).rejects.toThrow('f.csv, line 2: a quote (") opened here is never closed');
    expect(given).toBeLessThan(100);
  });

  test('a record past the limit', async () => {
    const text = `a,b\n1,2\n${'x'.repeat(RECORD_MAX + 1)},2\n`;
    const message = 'f.csv, line 3: a row that begins here is longer than 64 KiB';
    expect(await refusal(text, 1000)).toBe(message);
    expect(await refusal(text, 1_000_000)).toBe(message);
    expect(await cellsOf(`a\n${'x'.repeat(RECORD_MAX)}`, {}, 5000)).toEqual([
      ['a'],
      ['x'.repeat(RECORD_MAX)],
    ]);
  });
});

describe('for any table', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', 'b', '"', ',', ';', '\t', '\n', '\r', ' ', 'é', '=', '😀', ''),
    maxLength: 6,
  });
  const table = fc
    .integer({ min: 2, max: 4 })
    .chain((width) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
    );
  // A row of nothing but empty cells is written as delimiters and comes back; only a lone empty cell would not.
  const dialect = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t'),
    record_delimiter: fc.constantFrom('\n', '\r\n', '\r'),
    quoted: fc.boolean(),
  });
  const size = fc.integer({ min: 1, max: 40 });

  test('what csv-stringify writes comes back, in any dialect and cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(table, dialect, size, async (rows, written, blocks) => {
        // csv-stringify quotes only its own record delimiter; a stray CR or LF must be quoted too.
        const text = stringify(rows, { ...written, quoted_match: /[\r\n]/ });
        expect(await cellsOf(text, { delimiter: written.delimiter }, blocks)).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  test('the plain way and the careful way give the same, and csv-parse agrees', async () => {
    const messy = fc.string({
      unit: fc.constantFrom('a', 'b', ',', '\n', '\r', '\r\n', '"x"', '"', '""', ' '),
      maxLength: 40,
    });
    const outcome = async (text: string, options: CsvOptions, blocks: number) => {
      try {
        return (await read(text, { delimiter: ',', ...options }, blocks)).rows;
      } catch (thrown) {
        return thrown instanceof Error ? thrown.message : thrown;
      }
    };
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(messy, size, size, async (text, one, other) => {
        const plain = await outcome(text, {}, one);
        expect(plain).toEqual(await outcome(text, { plain: false }, other));
        let oracle: string[][] | null = null;
        try {
          oracle = parse(text, {
            record_delimiter: ['\r\n', '\n', '\r'],
            relax_column_count: true,
            skip_empty_lines: true,
          });
        } catch {
          oracle = null;
        }
        if (/^sep=/i.test(text)) return;
        if (oracle) compared++;
        expect(Array.isArray(plain) ? plain.map((row) => row.cells) : null).toEqual(oracle);
      }),
      { numRuns: 3000 },
    );
    expect(compared).toBeGreaterThan(300);
  });
});
