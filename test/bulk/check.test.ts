import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkRows } from '../../src/bulk/check.ts';
import { type OfferRules, offerRules } from '../../src/bulk/offer-rules.ts';
import { RowLines, SeenRows } from '../../src/bulk/seen.ts';
import { foldAddress } from '../../src/contract/address.ts';
import { recordsOf, source } from './sources.ts';

const offers: OfferRules = {
  roles: ['admin', 'user'],
  modules: ['parsers', 'forms'],
  moduleRoles: ['user'],
  defaults: { role: 'user' },
};

const rules = offerRules(offers);

const check = async (text: string, more: Partial<OfferRules> = {}) =>
  checkRows(await source(text), offerRules({ ...offers, ...more }));

const errorsOf = async (text: string, more?: Partial<OfferRules>) =>
  (await check(text, more)).errors.map(
    ({ row, line, code, message }) => `${row} ${line} ${code}: ${message}`,
  );

describe('one row by itself', () => {
  test('a good file', async () => {
    const { verdictOf, digest, ...rest } = await check(
      'email,role,modules\na@x.io,admin,\nb@x.io,user,forms\nc@x.io,,none\n',
    );
    expect(rest).toEqual({ rows: 3, valid: 3, duplicates: 0, errors: [], errorCount: 0, errorCounts: {} });
    expect(verdictOf).toBeTypeOf('function');
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test('what is wrong is named with row, line and reason', async () => {
    const text = `email,role,modules,note
nobody,user,,
a@x.io,boss,,"two
lines"
b@x.io,user,pricing,
c@x.io,admin,forms,
d@x.io,user
,,forms,
`;
    expect(await errorsOf(text)).toEqual([
      '1 2 invalid_email: "nobody" is no address: it has no @',
      '2 3 invalid_role: there is no role "boss" here; it is one of admin, user',
      '3 5 invalid_role: there is no module "pricing" to grant; it is one of parsers, forms',
      '4 6 invalid_role: modules are granted to user, not to admin',
      '5 7 malformed_row: it has 2 cells, the heading has 4',
      '6 8 invalid_email: "" is no address: it is empty',
    ]);
    expect((await check(text)).errorCounts).toEqual({ invalid_email: 2, invalid_role: 3, malformed_row: 1 });
  });

  test('R12: modules may be required, from the row, the defaults or as none', async () => {
    const text = 'email,role,modules\na@x.io,,\nb@x.io,user,none\nc@x.io,admin,\n';
    expect(await errorsOf(text)).toEqual([]);
    expect(await errorsOf(text, { modulesRequired: true })).toEqual([
      '1 2 invalid_role: a user needs modules: name them, or write none',
    ]);
    expect(await errorsOf(text, { modulesRequired: true, defaults: { role: 'user', modules: [] } })).toEqual(
      [],
    );
  });

  test('workspaces and children, where the caller knows them', async () => {
    const text =
      'email,workspaces,children\na@x.io,ops=viewer,dev\nb@x.io,ops=king,\nc@x.io,lab=viewer,\nd@x.io,,prod\n';
    const known = { workspaces: new Set(['ops']), workspaceRoles: ['viewer'], children: new Set(['dev']) };
    expect(await errorsOf(text, known)).toEqual([
      '2 3 invalid_role: there is no workspace role "king"; it is one of viewer',
      '3 4 unknown_workspace: there is no workspace "lab"',
      '4 5 unknown_child: there is no child account "prod"',
    ]);
    expect(await errorsOf(text)).toEqual([]);
  });
});

describe('one address twice', () => {
  test('alike is a skip, whatever the spelling; defaults count as said', async () => {
    const text = `email,role,modules,first_name
Ada@example.com,user,"forms,parsers",Ada
 ada@EXAMPLE.com. ,,parsers forms,A.
b@x.io,admin,,
ada@example.com,user,"parsers,forms",
`;
    const opened = await source(text);
    const result = await checkRows(opened, rules);
    expect(result).toMatchObject({ rows: 4, valid: 2, duplicates: 2, errorCount: 0 });
    expect((await recordsOf(opened)).map(result.verdictOf)).toEqual([
      { kind: 'send' },
      { kind: 'duplicate', of: 1, message: 'the same as row 1' },
      { kind: 'send' },
      { kind: 'duplicate', of: 1, message: 'the same as row 1' },
    ]);
  });

  test('with other attributes neither is sent', async () => {
    const text = 'email,role\na@x.io,user\nb@x.io,user\nA@x.io,admin\na@X.io,admin\n';
    const opened = await source(text);
    const result = await checkRows(opened, rules);
    const other = 'has the same address with another role, modules, children or workspaces';
    expect(result).toMatchObject({
      rows: 4,
      valid: 1,
      duplicates: 0,
      errorCount: 3,
      errorCounts: { conflicting_rows: 3 },
    });
    expect(result.errors).toEqual([
      { row: 1, line: 2, code: 'conflicting_rows', message: `row 3 ${other}` },
      { row: 3, line: 4, code: 'conflicting_rows', message: `row 1 ${other}` },
      { row: 4, line: 5, code: 'conflicting_rows', message: `row 1 ${other}` },
    ]);
    expect((await recordsOf(opened)).map(result.verdictOf)).toEqual([
      { kind: 'error', code: 'conflicting_rows', message: `row 3 ${other}` },
      { kind: 'send' },
      { kind: 'error', code: 'conflicting_rows', message: `row 1 ${other}` },
      { kind: 'error', code: 'conflicting_rows', message: `row 1 ${other}` },
    ]);
  });

  test('a row that is wrong in itself is no first row', async () => {
    const result = await check('email,role\na@x.io,boss\na@x.io,user\n');
    expect(result).toMatchObject({ rows: 2, valid: 1, duplicates: 0, errorCount: 1 });
  });

  test('the table finds exactly what a Map finds, growing', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ab]{1,4}@x\.io$/), { maxLength: 300 }), (addresses) => {
        const seen = new SeenRows();
        const map = new Map<string, number>();
        addresses.forEach((address, index) => {
          expect(seen.add(index + 1, address)).toBe(map.get(address) ?? 0);
          if (!map.has(address)) map.set(address, index + 1);
        });
      }),
    );
    const seen = new SeenRows([1, 2]);
    for (let row = 1; row <= 200_000; row++)
      if (seen.add(row, `p${row}@example.com`) !== 0) throw new Error(`${row}`);
    for (let row = 1; row <= 200_000; row += 997) expect(seen.add(300_000, `p${row}@example.com`)).toBe(row);
  });

  test('counts and verdicts agree with a plain model for any file', async () => {
    const email = fc.constantFrom('a@x.io', 'A@x.io', 'b@x.io', 'b@X.io.', 'c@x.io', 'bad');
    const row = fc.tuple(email, fc.constantFrom('', 'user', 'admin', 'boss'));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 15 }), async (rows) => {
        const opened = await source(`email,role\n${rows.map((cells) => `${cells.join(',')}\n`).join('')}`);
        const result = await checkRows(opened, rules);
        const kinds = (await recordsOf(opened)).map((record) => result.verdictOf(record).kind);
        expect(kinds).toEqual(model(rows));
        expect(result.valid).toBe(kinds.filter((kind) => kind === 'send').length);
        expect(result.duplicates).toBe(kinds.filter((kind) => kind === 'duplicate').length);
        expect(result.errorCount).toBe(kinds.filter((kind) => kind === 'error').length);
        expect(result.errors.map((error) => error.row)).toEqual(
          kinds.flatMap((kind, index) => (kind === 'error' ? [index + 1] : [])),
        );
      }),
      { numRuns: 200 },
    );
  });

  function model(rows: [string, string][]): string[] {
    const first = new Map<string, number>();
    const kinds: string[] = [];
    for (const [index, [email, role]] of rows.entries()) {
      const folded = foldAddress(email);
      const at = folded === null ? undefined : first.get(folded);
      if (folded === null || role === 'boss') kinds.push('error');
      else if (at === undefined) {
        first.set(folded, index);
        kinds.push('send');
      } else if ((rows[at]?.[1] || 'user') === (role || 'user')) kinds.push('duplicate');
      else {
        kinds[at] = 'error';
        kinds.push('error');
      }
    }
    return kinds;
  }
});

describe('at size', () => {
  test('more different offers than a byte can number', async () => {
    const rows = Array.from({ length: 400 }, (_, n) => `p${n}@x.io,child-${n}\n`).join('');
    const other = Array.from({ length: 400 }, (_, n) => `p${n}@x.io,child-${n + (n % 2)}\n`).join('');
    expect(await check(`email,children\n${rows}${other}`)).toMatchObject({
      duplicates: 200,
      errorCount: 400,
      valid: 200,
    });
  });

  test('lines of rows far apart in a file of many line breaks', () => {
    const lines = new RowLines();
    for (let row = 1; row <= 150_000; row++) lines.set(row, row * 2 + (row > 70_000 ? 5 : 0));
    for (const row of [1, 2, 65_535, 65_536, 70_001, 150_000]) {
      expect(lines.get(row)).toBe(row * 2 + (row > 70_000 ? 5 : 0));
    }
  });

  test('the first 1,000 errors are kept and all are counted', async () => {
    const result = await check(`email\n${'nobody\n'.repeat(2500)}ada@example.com\n`);
    expect(result).toMatchObject({
      rows: 2501,
      valid: 1,
      errorCount: 2500,
      errorCounts: { invalid_email: 2500 },
    });
    expect(result.errors.length).toBe(1000);
    expect(result.errors.at(-1)?.row).toBe(1000);
  });
});

describe('the digest', () => {
  const digest = async (text: string) => (await check(text)).digest;

  test("is the rows, not the file's form", async () => {
    const csv = await digest('email,role,note\na@x.io,user,1\nb@x.io,,2\n');
    expect(await digest('\ufeffE-Mail;Role\r\n"a@x.io";user\r\nb@x.io;\r\n')).toBe(csv);
    expect(await digest('{"email":"a@x.io","role":"user"}\n{"email":"b@x.io"}\n')).toBe(csv);
  });

  test('changes with every value and with the order', async () => {
    const texts = [
      'email,role\na@x.io,user\nb@x.io,\n',
      'email,role\nb@x.io,\na@x.io,user\n',
      'email,role\na@x.io,admin\nb@x.io,\n',
      'email,role\na@x.io,user\n',
      'email,role\nA@x.io,user\nb@x.io,\n',
      'email,first_name\na@x.io,user\nb@x.io,\n',
      'email,modules\na@x.io,user\nb@x.io,\n',
    ];
    expect(new Set(await Promise.all(texts.map(digest))).size).toBe(texts.length);
  });
});
