import { readdir, stat, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openInput } from '../../src/bulk/input.ts';
import { TenantctlError } from '../../src/errors.ts';
import { file, folder, outcome, recordsOf, source } from './sources.ts';

const utf16 = (text: string, big = false) => {
  const bytes = Buffer.from(text, 'utf16le');
  return big ? bytes.swap16() : bytes;
};

describe('what spreadsheets write', () => {
  const people =
    'E-Mail;First Name;Rolle;Role\r\nada@example.com;Zoë;x;Admin\r\n"bob@example.com";"B\nob";y;user\r\n';
  const rows = [
    { row: 1, email: 'ada@example.com', role: 'admin', first_name: 'Zoë' },
    { row: 2, email: 'bob@example.com', role: 'user', first_name: 'B\nob' },
  ];
  test.each([
    ['UTF-8', Buffer.from(people)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${people}`)],
    ['UTF-16 little-endian with a mark', utf16(`\ufeff${people}`)],
    ['UTF-16 big-endian with a mark', utf16(`\ufeff${people}`, true)],
    ['UTF-16 little-endian', utf16(people)],
    ['UTF-16 big-endian', utf16(people, true)],
    ['sep=; above', Buffer.from(`sep=;\r\n${people}`)],
  ])('%s', async (_, bytes) => {
    expect(await outcome(bytes)).toEqual(rows);
  });

  test('each row knows its number and the line it begins on; empty rows are none', async () => {
    const opened = await source('email;note;;\r\na@x.io;"1\r\n2";;\r\n;;;\r\n\r\nb@x.io;;;\r\n');
    expect(await recordsOf(opened)).toEqual([
      { row: 1, line: 2, cells: ['a@x.io', '1\r\n2'], input: { row: 1, email: 'a@x.io' }, problem: null },
      { row: 2, line: 6, cells: ['b@x.io', ''], input: { row: 2, email: 'b@x.io' }, problem: null },
    ]);
    expect(opened).toMatchObject({
      columns: ['email', 'note'],
      ignored: ['note'],
      delimiter: ';',
      byteOrderMark: false,
    });
  });

  test('every field, and every way to write a list', async () => {
    const text = `email\trole\tmodules\tchildren\tworkspaces\tfirst_name\tlast_name
 a@x.io \tSuper Admin\tparsers, Forms|forms\tacme-dev acme-prod\tdefault=viewer,ops=developer\tAda\tL
b@x.io\t\tnone\t\t\t\t
`;
    expect(await outcome(text, {}, 'people.tsv')).toEqual([
      {
        row: 1,
        email: 'a@x.io',
        role: 'super_admin',
        modules: ['parsers', 'forms'],
        children: ['acme-dev', 'acme-prod'],
        workspaces: [
          { workspace: 'default', role: 'viewer' },
          { workspace: 'ops', role: 'developer' },
        ],
        first_name: 'Ada',
      },
      { row: 2, email: 'b@x.io', modules: [] },
    ]);
  });

  test("a row that cannot be read is that row's problem", async () => {
    const opened = await source(
      'email,role,workspaces\na@x.io,user\nb@x.io,user,,x\nc@x.io,,ops\nd@x.io,,,,\n',
    );
    expect((await recordsOf(opened)).map(({ line, problem }) => [line, problem])).toEqual([
      [2, 'it has 2 cells, the heading has 3'],
      [3, 'it has 4 cells, the heading has 3'],
      [4, 'workspaces are written slug=role, not "ops"'],
      [5, null],
    ]);
  });
});

describe('headings', () => {
  test.each(['email', 'EMAIL', 'E-Mail', ' e_mail ', 'Mail', 'Email Address', 'email-address'])(
    '%j',
    async (heading) => {
      expect(await outcome(`${heading},x\na@x.io,1\n`)).toEqual([{ row: 1, email: 'a@x.io' }]);
    },
  );

  test('--map names a column, and the one that would have been taken is only repeated', async () => {
    const opened = await source('email,Contact\nold@x.io,a@x.io\n', { map: ['email=contact'] });
    expect((await recordsOf(opened))[0]?.input).toEqual({ row: 1, email: 'a@x.io' });
    expect(opened.ignored).toEqual(['email']);
  });

  test.each([
    ['email,Email\n', {}, 'FILE, line 1: two columns could be email: "email", "Email"'],
    ['email, e-mail \n', {}, 'FILE, line 1: two columns could be email: "email", "e-mail"'],
    ['name,role\n', {}, 'FILE, line 1: no column holds the addresses; its columns are "name", "role"'],
    ['a@x.io,user\n', {}, 'FILE, line 1: the first line is a row already: it needs headings'],
    ['email,__proto__\n', {}, 'FILE, line 1: a column may not be called __proto__'],
    ['', {}, 'FILE: it is empty'],
    ['\ufeff', {}, 'FILE: it is empty'],
    ['email\n', { map: ['email=Mail'] }, 'FILE, line 1: there is no column "Mail" for email'],
    ['email\n', { map: ['mail'] }, 'FILE: --map mail is not FIELD=HEADING'],
    ['email\n', { map: ['phone=Mail'] }, 'FILE: --map phone=Mail is not FIELD=HEADING'],
    ['email\n', { delimiter: '||' }, 'FILE: the delimiter "||" is not one character'],
  ])('%j with %j: %s', async (text, options, message) => {
    expect(await outcome(text, options)).toBe(message);
  });

  test('a refusal is a usage error that points at the line and says what to do', async () => {
    const path = await file('email,Email\n');
    const refusal = await openInput(path).catch((thrown: unknown) => thrown);
    expect(refusal).toBeInstanceOf(TenantctlError);
    expect(refusal).toMatchObject({
      outcome: 'usage',
      code: 'bad_input_file',
      hint: 'say which with --map email=HEADING, or rename one',
      details: [{ pointer: `${path}:1`, detail: 'two columns could be email: "email", "Email"' }],
    });
  });
});

describe('bytes that are no text', () => {
  test.each([
    [
      'cp1252',
      Buffer.from('email,n\na@x.io,x\nb@x.io,Zo\u00eb\n', 'latin1'),
      'FILE, line 3: bytes that are not UTF-8 text',
    ],
    [
      'cut off',
      Buffer.from('email\na@x.io\né').subarray(0, -1),
      'FILE, line 3: bytes that are not UTF-8 text',
    ],
    ['NUL', Buffer.from('email\r\na@x.io\r\nb\0@x.io\r\n'), 'FILE, line 3: it contains a NUL character'],
    [
      'odd UTF-16',
      utf16('\ufeffemail\na@x.io\n').subarray(0, -1),
      'FILE, line 2: bytes that are not UTF-16 text',
    ],
    ['lone surrogate', utf16('\ufeffemail\n\ud800@x.io\n'), 'FILE, line 2: bytes that are not UTF-16 text'],
  ])('%s', async (_, bytes, message) => {
    expect(await outcome(bytes)).toBe(message);
  });

  test('far into a large file the line is still right', async () => {
    const good = 'é@example.com,ü\r\n'.repeat(20_000);
    const bytes = Buffer.concat([Buffer.from(`email,n\r\n${good}`), Buffer.from([0xff, 10])]);
    expect(await outcome(bytes)).toBe('FILE, line 20002: bytes that are not UTF-8 text');
  });
});

describe('NDJSON', () => {
  test('keys are headings; lists, null and objects are understood', async () => {
    const text = `{"Email":"a@x.io","role":"user","modules":["parsers","forms"],"note":3}
{"Email":"b@x.io","modules":[],"workspaces":[{"workspace":"ops","role":"viewer"}],"first_name":null}

{"Email":"c@x.io","workspaces":{"ops":"viewer"}}
`;
    const opened = await source(text, {}, 'people.ndjson');
    expect((await recordsOf(opened)).map(({ line, input }) => ({ line, ...input }))).toEqual([
      { line: 1, row: 1, email: 'a@x.io', role: 'user', modules: ['parsers', 'forms'] },
      { line: 2, row: 2, email: 'b@x.io', modules: [], workspaces: [{ workspace: 'ops', role: 'viewer' }] },
      { line: 4, row: 3, email: 'c@x.io', workspaces: [{ workspace: 'ops', role: 'viewer' }] },
    ]);
    expect(opened.columns).toEqual(['Email', 'role', 'modules', 'note', 'workspaces', 'first_name']);
    expect(opened.ignored).toEqual(['note']);
  });

  test('is recognised by its first character too, and a bad line spoils only itself', async () => {
    const opened = await source('{"email":"a@x.io"}\n{"email":\n[1]\n{"email":{"a":1}}\n{"email":"b@x.io"}');
    expect((await recordsOf(opened)).map(({ row, problem }) => [row, problem])).toEqual([
      [1, null],
      [2, 'the line is not JSON'],
      [3, 'the line is not a JSON object'],
      [4, '"email" is neither text nor a list of texts'],
      [5, null],
    ]);
  });

  test('__proto__ and two keys for one field are refused by name', async () => {
    expect(await outcome('{"email":"a@x.io","__proto__":{"role":"admin"}}')).toBe(
      'FILE, line 1: a key may not be called __proto__',
    );
    expect(await outcome('{"email":"a@x.io"}\n{"Email":"b@x.io"}')).toBe(
      'FILE, line 2: two columns could be email: "email", "Email"',
    );
  });
});

describe('where rows come from', () => {
  test('standard input is kept in a file of this user alone, read twice and deleted', async () => {
    const spoolTo = await folder();
    const stdin = Readable.from([Buffer.from('email\na@x'), Buffer.from('.io\nb@x.io\n')]);
    const opened = await openInput('-', { stdin, spoolTo });
    expect(opened.name).toBe('stdin');
    expect((await stat(opened.path)).mode & 0o777).toBe(0o600);
    expect(await recordsOf(opened)).toEqual(await recordsOf(opened));
    await opened.close();
    expect(await readdir(spoolTo)).toEqual([]);
  });

  test('nothing stays behind when standard input is refused or breaks', async () => {
    const spoolTo = await folder();
    const refused = openInput('-', { stdin: Readable.from(['name\n']), spoolTo });
    await expect(refused).rejects.toThrow('stdin, line 1: no column holds the addresses');
    const broken = new Readable({
      read() {
        this.destroy(new Error('gone'));
      },
    });
    await expect(openInput('-', { stdin: broken, spoolTo })).rejects.toThrow('gone');
    expect(await readdir(spoolTo)).toEqual([]);
  });

  test('a path that is no file', async () => {
    const here = await folder();
    await expect(openInput(`${here}/none.csv`)).rejects.toThrow('none.csv: there is no such file');
    await expect(openInput(here)).rejects.toThrow('it is a folder, not a file');
  });

  test('a file that changes between check and sending is refused', async () => {
    const path = await file('email\na@x.io\n');
    const opened = await openInput(path);
    await recordsOf(opened);
    await writeFile(path, 'email\na@x.io\nevil@x.io\n');
    await expect(recordsOf(opened)).rejects.toThrow('it was changed while it was being read');
  });

  test('chunks hold 1,000 rows', async () => {
    const opened = await source(
      `email\n${Array.from({ length: 2500 }, (_, n) => `p${n}@example.com`).join('\n')}`,
    );
    const sizes: number[] = [];
    for await (const chunk of opened.rows()) sizes.push(chunk.length);
    expect(sizes).toEqual([1000, 1000, 500]);
  });
});

test('any characters in any encoding come back whole, whatever the blocks cut', async () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    .map((text) => text.replaceAll('\0', ''));
  await fc.assert(
    fc.asyncProperty(
      fc.array(name, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('utf8', 'le', 'be'),
      async (names, encoding) => {
        // Long enough for several blocks, shifted by a byte a row so that characters fall on their edges.
        const rows = Array.from(
          { length: 4000 },
          (_, n) => `p${n}@example.com;"é${names[n % names.length]?.replaceAll('"', '""')}"`,
        );
        const text = `\ufeffemail;note\r\n${rows.join('\r\n')}`;
        const bytes = encoding === 'utf8' ? Buffer.from(text) : utf16(text, encoding === 'be');
        const records = await recordsOf(await source(bytes));
        expect(records.length).toBe(4000);
        expect(records.every((record, n) => record.cells[1] === `é${names[n % names.length]}`)).toBe(true);
      },
    ),
    { numRuns: 15 },
  );
});
