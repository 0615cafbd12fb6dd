import { describe, expect, it } from 'vitest';
import { MOST_BYTES, readDocuments } from '../../../src/estate/files/document.ts';

const read = (text: string | Uint8Array) =>
  readDocuments({ name: 'a.yaml', bytes: typeof text === 'string' ? Buffer.from(text) : text });
const data = async (text: string | Uint8Array) => {
  const { documents, mistakes } = await read(text);
  expect(mistakes).toEqual([]);
  return documents.map((document) => document.data);
};
/** Mistakes as an editor's list shows them. */
const mistakes = async (text: string | Uint8Array) =>
  (await read(text)).mistakes.map(
    ({ name, line, column, message }) => `${name}:${line}:${column}: ${message}`,
  );

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

describe('what is read', () => {
  it('is YAML or JSON, also with tabs, several documents with --- between them', async () => {
    expect(await data('a: 1\nb: [x, true, null]\n')).toEqual([{ a: 1, b: ['x', true, null] }]);
    expect(await data('{\n\t"a": 1,\n\t"b": [\n\t\t"\\u00e4"\n\t]\n}\n')).toEqual([{ a: 1, b: ['ä'] }]);
    expect(await data('# first\na: 1\n---\na: 2\n...\n---\n- a: 3\n')).toEqual([
      { a: 1 },
      { a: 2 },
      [{ a: 3 }],
    ]);
    expect(await data('')).toEqual([]);
    expect(await data('# nothing but words\n')).toEqual([]);
  });

  it('keeps text as text: dates, yes and no, what begins with a zero', async () => {
    expect(await data('a: 2026-11-25\nb: yes\nc: "007"\n')).toEqual([
      { a: '2026-11-25', b: 'yes', c: '007' },
    ]);
  });

  it('is UTF-8 with or without a byte order mark, or UTF-16 with one', async () => {
    expect(await data('\ufeffa: ä\n')).toEqual([{ a: 'ä' }]);
    expect(await data(utf16('a: ä\n'))).toEqual([{ a: 'ä' }]);
    expect(await data(utf16('a: ä\n').swap16())).toEqual([{ a: 'ä' }]);
  });

  it('resolves a few aliases', async () => {
    expect(await data('a: &x [1]\nb: *x\n')).toEqual([{ a: [1], b: [1] }]);
  });

  it('is refused where its numbers would become others', async () => {
    expect(await mistakes('a: 1.5\nb: 9007199254740993\n')).toEqual([
      'a.yaml:2:4: this number cannot be kept exactly',
    ]);
  });

  it('never becomes a prototype', async () => {
    const [found] = await data('__proto__: {admin: true}\n');
    expect(Object.hasOwn(found as object, '__proto__')).toBe(true);
    expect((found as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('a mistake', () => {
  it.each([
    ['a: 1\nb: 2\na: 3\n', '3:1: this key is there twice'],
    ['{"a": 1, "b": 2, "a": 3}', '1:18: this key is there twice'],
    ['a:\n\tb: 1\n', '2:1: tabs cannot indent YAML: use spaces'],
    ['a: "open\n', '2:1: it cannot be read: Missing closing "quote'],
    ['a: b: c\n', '1:4: it cannot be read: Nested mappings are not allowed in compact mappings'],
    ['x: 1\na: !secret 1\n', '2:4: tags (!) mean nothing here'],
    ['a: &x [1]\nb: *y\n', '2:4: the alias *y has no anchor before it'],
    ['a: &x [1, *x]\n', '1:11: the alias *x stands inside itself'],
    ['a: 1\n2: b\n', '2:1: a key must be text: put it in quotes'],
    ['? [a]\n: 1\n', '1:3: a key must be text: put it in quotes'],
    ['a: 1\nb: .nan\n', '2:4: it is no finite number'],
    ['a: 1\nb: "x\0"\n', '2:6: it contains a NUL character, so it is no text'],
  ])('%j is told with its place', async (text, mistake) => {
    expect(await mistakes(text)).toEqual([`a.yaml:${mistake}`]);
  });

  it('in one document leaves the others', async () => {
    const found = await read('a: 1\n---\na: 1\na: 2\n---\na: 3\n');
    expect(found.documents.map((document) => document.data)).toEqual([{ a: 1 }, { a: 3 }]);
    expect(found.mistakes).toEqual([
      { name: 'a.yaml', line: 4, column: 1, message: 'this key is there twice' },
    ]);
  });

  it('of the encoding names the line', async () => {
    const latin = Buffer.concat([Buffer.from('a: 1\nb: '), Buffer.from([0xe4, 0x0a])]);
    expect(await mistakes(latin)).toEqual(['a.yaml:2:1: it contains bytes that are not UTF-8 text']);
    expect(await mistakes(Buffer.concat([utf16('a'), Buffer.from([0])]))).toEqual([
      'a.yaml:1:1: it contains bytes that are not UTF-16LE text',
    ]);
  });
});

describe('what would take the machine down', () => {
  it('is refused: a few lines of aliases that stand for a billion things', async () => {
    const row = (at: number) =>
      `a${at}: &a${at} [${Array(9)
        .fill(`*a${at - 1}`)
        .join(', ')}]\n`;
    const bomb = `a0: &a0 [x]\n${Array.from({ length: 10 }, (_, at) => row(at + 1)).join('')}`;
    expect(await mistakes(bomb)).toEqual(['a.yaml:1:1: its aliases (*) stand for more than 100 things']);
    const many = `a: &a x\nb: [${Array(101).fill('*a').join(', ')}]\n`;
    expect(await mistakes(many)).toEqual([
      `a.yaml:2:${5 + 100 * 4}: its aliases (*) stand for more than 100 things`,
    ]);
  });

  it.each([
    ['brackets', '['.repeat(50_000), '1:101'],
    ['dashes', '- '.repeat(50_000), '1:201'],
    ['JSON', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, '1:497'],
  ])('is refused: fifty thousand levels of %s', async (_, text, place) => {
    expect(await mistakes(text)).toEqual([`a.yaml:${place}: it is nested deeper than 100 levels`]);
  });

  it('is not slow: a map of a hundred thousand keys', async () => {
    const keys = Array.from({ length: 100_000 }, (_, at) => `k${at}: ${at}\n`).join('');
    expect(Object.keys((await data(keys))[0] as object)).toHaveLength(100_000);
    expect(await mistakes(`${keys}k7: 1\n`)).toEqual(['a.yaml:100001:1: this key is there twice']);
  });

  it('is not refused for a hundred levels', async () => {
    expect(await data(`${'['.repeat(100)}${']'.repeat(100)}`)).toHaveLength(1);
  });

  it('is refused: a file that is too large', async () => {
    expect(await mistakes(Buffer.alloc(MOST_BYTES + 1, ' '))).toEqual([
      'a.yaml:1:1: it is larger than 8 MiB',
    ]);
  });
});

describe('at', () => {
  const text = [
    '# a parser', // 1
    'name: invoice', // 2
    'definition:', // 3
    '  fields:', // 4
    '    - name: total', // 5
    '      rules: &rules', // 6
    '        - {kind: label, label: Total}', // 7
    '    - name: net', // 8
    '      rules: *rules', // 9
    '  tables:', // 10
    '"a/b~c": 1', // 11
    '',
  ].join('\n');

  it.each([
    ['', 'value', 2, 1],
    ['/name', 'value', 2, 7],
    ['/name', 'key', 2, 1],
    ['/definition/fields/1/name', 'value', 8, 13],
    ['/definition/fields/0', 'value', 5, 7],
    ['/definition/fields/0/rules/0/label', 'value', 7, 32],
    ['/definition/fields/0/rules/0/label', 'key', 7, 25],
    ['/definition/fields/1/rules/0/kind', 'value', 7, 18],
    ['/definition/tables', 'key', 10, 3],
    ['/a~1b~0c', 'value', 11, 10],
    // What is not there: the nearest thing around it.
    ['/definition/fields/0/type', 'value', 5, 7],
    ['/definition/fields/7/name', 'value', 5, 5],
    ['/document_type', 'value', 2, 1],
    ['/name/0', 'value', 2, 7],
  ] as const)('%s (%s) is at %d:%d', async (pointer, part, line, column) => {
    const [document] = (await read(text)).documents;
    expect(document?.at(pointer, part)).toEqual({ line, column });
  });

  it('counts the lines of the whole file, whichever document it is', async () => {
    const { documents } = await read('a: 1\n---\nb:\n  c: 2\n');
    expect(documents[1]?.at('/b/c')).toEqual({ line: 4, column: 6 });
    expect((await read('{"a":\n {"b": 1}}')).documents[0]?.at('/a/b')).toEqual({ line: 2, column: 8 });
  });
});
