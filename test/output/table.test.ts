import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Column } from '../../src/output/columns.ts';
import { fit, widthOf } from '../../src/output/width.ts';
import { Capture, capture } from './capture.ts';

interface Row {
  id: string;
  name: string;
  note: string;
}
const columns: Column<Row>[] = [
  { header: 'ID', value: (row) => row.id, keep: true },
  { header: 'NAME', value: (row) => row.name },
  { header: 'NOTE', value: (row) => row.note },
];

async function table(
  rows: Row[],
  width: number,
  env: Record<string, string> = { LANG: 'C.UTF-8', NO_COLOR: '1' },
) {
  const { out, text } = capture({ tty: true, columns: width, env });
  await out.list(columns, rows, { all: true });
  return (await text()).stdout;
}

describe('width', () => {
  test.each([
    ['', 0],
    ['plain', 5],
    ['Žofie', 5],
    ['Z\u030cofie', 5],
    ['山田', 4],
    ['ｆｕｌｌ', 8],
    ['한국', 4],
    ['สมชาย์', 5],
    ['עִבְרִית', 5],
    ['👍', 2],
    ['👍🏽', 2],
    ['👩‍👩‍👧', 2],
    ['🇨🇭', 2],
    ['🇨🇭🇫🇷', 4],
    ['❤️', 2],
    ['é́', 1],
  ])('of %j is %i', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 4, 'abc…'],
    ['山田太郎', 5, '山田…'],
    ['山田太郎', 4, '山…'],
    ['👩‍👩‍👧👩‍👩‍👧', 3, '👩‍👩‍👧…'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
  ])('%j in %i columns is %j', (text, width, cut) => {
    expect(fit(text, width, '…')).toBe(cut);
  });
});

describe('a table', () => {
  const rows = [
    { id: 'acc_1', name: '山田太郎', note: 'x' },
    { id: 'acc_22', name: 'สมชาย์', note: '👩‍👩‍👧 y' },
    { id: 'acc_3', name: 'Ana', note: '\ue000\u{f0001} private' },
    { id: '', name: '', note: 'last' },
  ];

  test('aligns wide, combining and joined characters', async () => {
    expect(await table(rows, 80)).toBe(
      [
        'ID      NAME      NOTE',
        'acc_1   山田太郎  x',
        'acc_22  สมชาย์     👩‍👩‍👧 y',
        'acc_3   Ana       \ue000\u{f0001} private',
        '                  last',
        '',
      ].join('\n'),
    );
  });

  test('takes from the widest column, never from one that is kept', async () => {
    const long = [
      { id: 'acc_0123456789', name: 'a name of twenty-one.', note: 'a note which is much longer than that' },
    ];
    expect(await table(long, 50)).toBe(
      'ID              NAME              NOTE\nacc_0123456789  a name of twent…  a note which is…\n',
    );
    for (const line of (await table(long, 50)).split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(50);
  });

  test('says ... where the locale is not UTF-8', async () => {
    const row = { id: '1', name: 'abcdefghijklmnop', note: '' };
    expect(await table([row], 16, { NO_COLOR: '1', LANG: 'C' })).toBe('ID  NAME    NOTE\n1   abc...\n');
  });

  test('has 80 columns, or COLUMNS, where the terminal does not know its size', async () => {
    for (const [env, width] of [
      [{}, 80],
      [{ COLUMNS: '60' }, 60],
    ] as const) {
      const { out, text } = capture({
        tty: true,
        stdout: new Capture(true, 0),
        env: { NO_COLOR: '1', ...env },
      });
      await out.list(columns, [{ id: '1', name: 'x'.repeat(200), note: '' }]);
      expect((await text()).stdout.split('\n')[1]).toBe(`1   ${'x'.repeat(width - 4 - 6 - 3)}...`);
    }
  });

  test('stays whole when nothing can be taken', async () => {
    expect(await table([{ id: 'acc_0123456789', name: 'abcde', note: 'fghij' }], 10)).toBe(
      'ID              NAME   NOTE\nacc_0123456789  abcde  fghij\n',
    );
  });

  test('never overflows, never loses a row, whatever the text', async () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ id: fc.constant('acc_1'), name: word, note: word }), {
          minLength: 1,
          maxLength: 5,
        }),
        async (given) => {
          const lines = (await table(given, 40)).trimEnd().split('\n');
          expect(lines).toHaveLength(given.length + 1);
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(40);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is drawn in pages whose columns only grow', async () => {
    const many = Array.from({ length: 501 }, (_, at) => ({ id: `${at}`, name: 'n', note: 'x' }));
    many.push({ id: 'acc_long', name: 'n', note: 'y' });
    const lines = (await table(many, 80)).split('\n');
    expect([lines[0], lines[1], lines[500], lines[501], lines[502]]).toEqual([
      'ID   NAME  NOTE',
      '0    n     x',
      '499  n     x',
      '500       n     x',
      'acc_long  n     y',
    ]);
  });
});
