import { beforeAll, describe, expect, it } from 'vitest';
import { explainCommand } from '../../../src/commands/access/explain.ts';
import { matrixCommand } from '../../../src/commands/access/matrix.ts';
import { whoCanCommand } from '../../../src/commands/access/who-can.ts';
import { Cli } from '../../support/cli.ts';
import { join, person } from '../../support/estate.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { startServer } from '../../support/server.ts';

const cli = new Cli(await startServer({ setup: { dev: true } }));
const run = async (argv: string, options = {}) => plain(await cli.run(argv, options));

beforeAll(async () => {
  await cli.signIn('ana@example.com');
  const made = await cli.ok('accounts create Acme --slug acme --plan professional --json');
  const { id } = made.json() as { id: string };
  await join(cli.server, id, await person(cli.server, 'bo@example.com'), 'user', ['forms']);
  await cli.ok('accounts use acme');
});

describe('access', () => {
  it('parse what they take', async () => {
    expect(await parsed(explainCommand, '--action members.list --who bo --target w/x --check')).toEqual({
      action: 'members.list',
      who: 'bo',
      target: 'w/x',
      check: true,
    });
    expect(await parsed(whoCanCommand, 'members.list w')).toEqual({ action: 'members.list', target: 'w' });
    expect(await parsed(matrixCommand, '--who bo')).toEqual({ who: 'bo' });
  });
});

const refused = lines(
  'bo@example.com may not accounts.update in acme.',
  '',
  '  ✓ credential       a signed-in person',
  '  ✓ account state    acme is active',
  '  ✓ membership       user of acme with forms',
  '  one of these:',
  '    ✗ admin          needs an administrator of the account',
  '    ✗ settings       needs the module settings',
  '',
  'What would have to change:',
  '  - grant them the module settings',
  '      tenantctl members update bo@example.com --modules forms,settings --account acme',
);

describe('access explain', () => {
  it('answers in one screen: each link with its mark, and the command that would help', async () => {
    const argv = 'access explain --who bo@example.com --action accounts.update';
    expect(await run(argv)).toEqual([0, refused, '']);
    expect(await run(argv, { tty: true, env: { NO_COLOR: '1' } })).toEqual([0, refused, '']);
    const ascii = (await run(argv, { env: { LANG: 'C' } }))[1];
    expect(ascii).toContain('\n  yes membership');
    expect(ascii).toContain('\n    NO  settings');
  });

  it('marks what did not matter, and says as what it is allowed', async () => {
    expect(await run('access explain --action accounts.update')).toEqual([
      0,
      lines(
        'You may accounts.update in acme, as admin.',
        '',
        '  ✓ credential       a signed-in person',
        '  ✓ account state    acme is active',
        '  ✓ membership       admin of acme',
        '  one of these:',
        '    ✓ admin          needs an administrator of the account',
        '    · settings       needs the module settings',
      ),
      '',
    ]);
    expect((await run('access explain --action me.update --profile ana'))[1]).toMatch(
      /^You may me\.update, as/,
    );
  });

  it('ends with 9 for a script that asks it to, with the whole answer on stdout', async () => {
    const [code, stdout, stderr] = await run(
      'access explain --who bo@example.com --action accounts.update --check',
    );
    expect([code, stdout]).toEqual([9, refused]);
    expect(stderr).toBe('Error: bo@example.com may not accounts.update in acme\n  Code: forbidden\n');
    expect((await run('access explain --action accounts.update --check -o none'))[0]).toBe(0);
    const machine = await cli.run(
      'access explain --who bo@example.com --action accounts.update --check --json',
    );
    expect([machine.code, JSON.parse(machine.stderr).error.code]).toEqual([9, 'forbidden']);
    expect(machine.json()).toMatchObject({ allowed: false, code: 'forbidden', action: 'accounts.update' });
  });

  it('says what would fail at this moment although it is allowed', async () => {
    const made = await cli.ok('accounts create Full --slug full --json');
    const { id } = made.json() as { id: string };
    for (const name of ['a', 'b', 'c', 'd'])
      await join(cli.server, id, await person(cli.server, `${name}@full.example`), 'user');
    const [code, stdout] = await run('access explain --action invites.send --account full --check');
    expect([code, stdout.split('\n')[0]]).toEqual([
      0,
      'You may invites.send in full, as admin; at this moment it would fail.',
    ]);
    expect(stdout).toContain('  ✗ seats            No seat is free');
    expect(stdout).toContain('      tenantctl invites list --state pending --account full\n');
  });

  it('names the closest actions, and the account that is missing', async () => {
    const [code, stdout, stderr] = await run('access explain --action members.remov');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Error: members\.remov is no action: the closest are members\.remove, /);
    expect(stderr).toContain('  Try:  tenantctl access matrix -o id\n  Code: unknown_action ');
    await cli.ok('login --email ana@example.com --password-stdin --profile bare', {
      stdin: 'plum harbour weaves nine',
    });
    const missing = await run('access explain --action members.list --profile bare');
    expect([missing[0], missing[2]]).toEqual([2, expect.stringContaining('Error: which account?\n')]);
    expect((await run('access explain --profile bare --no-input'))[2]).toContain('--action');
  });

  it('takes the workspace of a target, and says when there is none in it', async () => {
    const shown = await run('access explain --action workspaces.show --target default/invoices');
    expect(shown[1].split('\n')[0]).toBe('You may workspaces.show in acme, workspace default, as admin.');
    const [, stdout, stderr] = await run('access explain --action members.list --target default');
    expect(stdout.split('\n')[0]).toBe('You may members.list in acme, as admin.');
    expect(stderr).toBe('members.list is done in no workspace: default makes no difference.\n');
    expect((await run('access explain --action workspaces.show --target /x'))[0]).toBe(2);
    expect((await run('access explain --action workspaces.show --target nowhere'))[0]).toBe(5);
  });
});

describe('access who-can', () => {
  it('lists the people, and those from outside as a whole', async () => {
    expect(await run('access who-can invites.send')).toEqual([
      0,
      lines(
        'WHO\tNAME\tROLE\tAS\tVIA\tID',
        'ana@example.com\t\tadmin\tadmin\tmember\tmbr_1',
        'staff, with a staff token\t\t\tstaff\tstaff\t',
      ),
      '',
    ]);
    expect((await run('access who-can accounts.release'))[2]).toBe(
      'Nobody may do this now. Try: tenantctl access explain --action accounts.release --account acme\n',
    );
    expect((await run('access who-can nothing'))[2]).toContain('unknown_action');
  });
});

describe('access matrix', () => {
  it('is rows for programs, the whole answer as JSON, and letters on a terminal', async () => {
    const [code, stdout] = await run('access matrix');
    const rows = stdout.split('\n');
    expect([code, rows[0]]).toEqual([
      0,
      'ACTION\tADMIN\tUSER\tPARSERS\tFORMS\tCONTACTS\tMESSAGES\tREPORTS\tSETTINGS\tSTAFF\tIN PERSON\tBY DELEGATION',
    ]);
    expect(rows).toContain('accounts.update\tadmin\t\t\t\t\t\t\tsettings\t\tno\tyes');
    expect((await cli.run('access matrix --json')).json()).toMatchObject({ account_kind: 'standard' });
    expect((await run('access matrix -o id'))[1]).toContain('\nmembers.remove\n');
    const drawn = (await run('access matrix', { tty: true, columns: 80 }))[1].split('\n');
    expect(drawn.slice(0, 4)).toEqual([
      'Who may do what in acme (standard, active)',
      '',
      '  A admin   U user   p parsers   f forms   c contacts   m messages',
      '  r reports   s settings   S staff',
    ]);
    const inAccounts = drawn.slice(drawn.indexOf('accounts'));
    expect(inAccounts.find((line) => line.startsWith('  update '))).toMatch(/ A \. \. \. \. \. \. s \.$/);
    expect(Math.max(...drawn.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it('is one person’s, in words', async () => {
    const drawn = (await run('access matrix --who bo@example.com', { tty: true }))[1];
    expect(drawn.split('\n')[0]).toBe('What bo@example.com may do, and as what in acme (standard, active)');
    expect(drawn).toMatch(/\n {2}leave +anyone_in +signed in only\n/);
    expect((await run('access matrix --who bo@example.com --workspace nowhere'))[0]).toBe(5);
  });
});
