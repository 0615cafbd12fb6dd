import { beforeAll, describe, expect, it } from 'vitest';
import { join, person } from '../support/estate.ts';
import { lines, steady } from '../support/plain.ts';
import { type Family, family } from './family.ts';

let place: Family;
beforeAll(async () => {
  place = await family({ one: { env: 'dev' }, two: { env: 'dev' }, three: {} });
  const bo = await person(place.server, 'bo@example.com');
  const cy = await person(place.server, 'cy@example.com');
  await join(place.server, idOf('one'), bo, 'user', ['forms']);
  await join(place.server, idOf('one'), cy, 'admin');
  await join(place.server, idOf('three'), bo, 'admin');
});

const idOf = (slug: string) => place.children.get(slug)?.id ?? '';
const refOf = (slug: string) => ({ id: idOf(slug), slug });
const out = async (words: string, options = {}) => {
  const done = await place.cli.ok(`${words} --quiet`, options);
  return { ...done, stdout: steady(done.stdout) };
};
const list = 'members list --accounts three,two,one';

describe('of a list', () => {
  it('a table has the account in front of each row, in the order of the accounts', async () => {
    expect((await out(list)).stdout).toBe(
      lines(
        'ACCOUNT\tEMAIL\tNAME\tROLE\tSTATE\tMODULES\tCHILDREN\tID',
        'three\tbo@example.com\t\tadmin\tactive\t\t\tmbr_1',
        'one\tbo@example.com\t\tuser\tactive\tforms\t\tmbr_1',
        'one\tcy@example.com\t\tadmin\tactive\t\t\tmbr_1',
      ),
    );
  });

  it('csv and --fields alike', async () => {
    expect((await out(`${list} -o csv --fields user.email,role`)).stdout).toBe(
      'account,user.email,role\r\nthree,bo@example.com,admin\r\none,bo@example.com,user\r\none,cy@example.com,admin\r\n',
    );
    expect((await out(`${list} --fields role --no-headers`)).stdout).toBe(
      'three\tadmin\none\tuser\none\tadmin\n',
    );
    expect((await out('members export --accounts two,three')).stdout).toBe(
      'account,email,name,role,state,modules,children,since,id\r\nthree,bo@example.com,,admin,active,,,2026-03-02T09:00:00.000Z,mbr_1\r\n',
    );
  });

  it('json has an object an account, whose result is what the verb alone prints', async () => {
    const alone = async (slug: string) => (await out(`members list --account ${slug} --json`)).json();
    const entry = async (slug: string) => ({
      account: refOf(slug),
      ok: true,
      outcome: 'done',
      result: await alone(slug),
      error: null,
    });
    const expected = [await entry('three'), await entry('two'), await entry('one')];
    const done = await place.cli.ok(`${list} --json`);
    expect(done.json()).toEqual(expected);
    const streamed = await place.cli.ok(`${list} -o ndjson`);
    const found = streamed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(found).toHaveLength(3);
    expect(found).toEqual(expect.arrayContaining(expected));
  });

  it('yaml, and --fields inside the result', async () => {
    expect((await out('members list --accounts one -o yaml --fields user.email')).stdout).toBe(
      lines(
        '- account:',
        '    id: acc_1',
        '    slug: one',
        '  ok: true',
        '  outcome: done',
        '  result:',
        '    - user:',
        '        email: bo@example.com',
        '    - user:',
        '        email: cy@example.com',
        '  error: null',
      ),
    );
  });

  it('id gives the ids, or the first field; none nothing', async () => {
    const ids = (await place.cli.ok(`${list} -o id`)).stdout.split('\n');
    expect(ids.map((id) => id.slice(0, 4))).toEqual(['mbr_', 'mbr_', 'mbr_', '']);
    expect(new Set(ids).size).toBe(4);
    expect((await out(`${list} -o id --fields user.email`)).stdout).toBe(
      lines('bo@example.com', 'bo@example.com', 'cy@example.com'),
    );
    expect((await out(`${list} -o none`)).stdout).toBe('');
  });

  it('without any row says so, and csv has its heading all the same', async () => {
    const empty = await place.cli.ok('members list --accounts two');
    expect([empty.stdout, empty.stderr]).toEqual([
      '',
      'Running members list in 1 account managed by acme: two\nNothing in any of these accounts.\n',
    ]);
    expect((await out('members list --accounts two -o csv')).stdout).toBe(
      'account,email,name,role,state,modules,children,id\r\n',
    );
  });

  it('--limit is for each account', async () => {
    expect((await out(`${list} --limit 1 -o id --fields user.email`)).stdout).toBe(
      lines('bo@example.com', 'bo@example.com'),
    );
  });

  it('on a terminal stops at 50 rows, and says so', async () => {
    const events = await place.cli.ok('audit list --all-managed', { tty: true });
    expect(events.stdout.split('\n').length).toBeLessThan(52);
    const big = await family({ wide: {}, long: {} });
    for (let at = 0; at < 60; at += 1) await big.cli.ok(`accounts update wide --label at=${at}`);
    const short = await big.cli.ok('audit list --accounts wide,long', { tty: true });
    expect(short.stdout.trimEnd().split('\n')).toHaveLength(51);
    expect(steady(short.stderr)).toContain('showing 50; use --all for the rest\n');
    const whole = await big.cli.ok('audit list --accounts wide,long --all', { tty: true });
    expect(whole.stdout.trimEnd().split('\n').length).toBeGreaterThan(61);
  });

  it('goes into a file', async () => {
    const { configDir } = place.cli;
    const done = await out(`${list} -o csv --fields role --out ${configDir}/all.csv`);
    expect(done.stdout).toBe('');
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(`${configDir}/all.csv`, 'utf8')).toBe(
      'account,role\r\nthree,admin\r\none,user\r\none,admin\r\n',
    );
  });
});

describe('of one object', () => {
  it('is a row with its facts, and as JSON the object', async () => {
    await place.cli.ok('accounts address-rules update two --deny a.example');
    const rules = 'accounts address-rules show --accounts one,two';
    expect((await out(rules)).stdout).toBe(lines('ACCOUNT\tALLOW\tDENY', 'one\t\t', 'two\t\ta.example'));
    expect((await place.cli.ok(`${rules} --json`)).json()).toEqual([
      { account: refOf('one'), ok: true, outcome: 'done', result: { allow: [], deny: [] }, error: null },
      {
        account: refOf('two'),
        ok: true,
        outcome: 'done',
        result: { allow: [], deny: ['a.example'] },
        error: null,
      },
    ]);
  });
});

describe('of a change', () => {
  const change = 'accounts update --accounts one,two --label tier=gold --yes';

  it('a table has what was done, and a note which account it is about', async () => {
    await place.cli.ok('accounts update one --label tier=gold');
    expect((await out(change)).stdout).toBe(
      lines(
        'ACCOUNT\tOUTCOME\tDETAIL',
        'one\tnothing to do\tone is like that already.',
        'two\tdone\tChanged two (revision 2).',
      ),
    );
    const sent = await place.cli.ok(
      'invites send dee@example.com eli@example.com bo@example.com --modules forms --accounts three --yes',
    );
    expect(sent.stdout).toBe('ACCOUNT\tOUTCOME\tDETAIL\nthree\tdone\tinvited 2, already_member 1\n');
    expect(sent.stderr).toMatch(/\nthree: A wrong file is taken back with: .+ --account three\n/);
  });

  it('json, csv and id have the object that was changed', async () => {
    const found = (await place.cli.ok(`${change} --json --fields slug,revision`)).json();
    expect(found).toEqual([
      {
        account: refOf('one'),
        ok: true,
        outcome: 'unchanged',
        result: { slug: 'one', revision: 2 },
        error: null,
      },
      {
        account: refOf('two'),
        ok: true,
        outcome: 'unchanged',
        result: { slug: 'two', revision: 2 },
        error: null,
      },
    ]);
    expect((await out(`${change} -o csv --fields slug,labels.tier`)).stdout).toBe(
      'account,slug,labels.tier\r\none,one,gold\r\ntwo,two,gold\r\n',
    );
    expect((await place.cli.ok(`${change} -o id`)).stdout).toBe(`${idOf('one')}\n${idOf('two')}\n`);
  });

  it('that nobody reads goes on', async () => {
    await place.cli.ok(`accounts update --all-managed --label a=b --yes -o none`);
    const labels = (await out('accounts list --master acme -o id --fields labels.a')).stdout;
    expect(labels).toBe(lines('b', 'b', 'b'));
  });
});
