import { readFileSync, statSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCommand } from '../../../src/commands/tokens/create.ts';
import { listCommand } from '../../../src/commands/tokens/list.ts';
import { revokeCommand } from '../../../src/commands/tokens/revoke.ts';
import { Cli, sendTo } from '../../support/cli.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { PASSWORD, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let cli: Cli;
const run = async (argv: string, options = {}) => plain(await cli.run(argv, options));

beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
  await cli.signIn('ana@example.com');
  await cli.ok('accounts create Acme --slug acme');
  await cli.ok('accounts use acme');
});

const idOf = async (flags = '') => (await cli.ok(`tokens list -o id ${flags}`)).stdout.trim();

describe('the verbs of tokens parse', () => {
  it('what they take', async () => {
    expect(await parsed(listCommand, '--account-token')).toEqual({ accountToken: true });
    expect(await parsed(revokeCommand, 'tok_1')).toEqual({ token: 'tok_1' });
    expect(
      await parsed(
        createCommand,
        'ci --account-token --role user --modules forms,reports --expires-in-days 90',
      ),
    ).toEqual({
      name: 'ci',
      accountToken: true,
      role: 'user',
      modules: ['forms', 'reports'],
      expiresInDays: 90,
    });
    expect(await parsed(createCommand, 'oc --staff --reason incident --password-stdin')).toEqual({
      name: 'oc',
      staff: true,
      reason: 'incident',
      passwordStdin: true,
    });
    await expect(parsed(createCommand, 'ci --modules payment')).rejects.toThrow('--modules payment');
  });
});

describe('tokens create', () => {
  const made =
    'Made the api token ci (tok_1) with the role admin, until 2026-05-31T09:00:00.000Z. The secret is shown this once only.\n';

  it('prints the secret alone on stdout, and it works', async () => {
    const done = await cli.run('tokens create ci');
    expect(plain(done)).toEqual([0, 'tctl_api_1\n', made]);
    const env = { TENANTCTL_TOKEN: done.stdout.trim() };
    expect((await cli.ok('accounts show acme --json', { env })).json()).toMatchObject({ slug: 'acme' });
  });

  it('prints all of it as JSON', async () => {
    const done = await cli.ok('tokens create ci --account-token --role admin --expires-in-days 1 --json');
    expect(done.json()).toMatchObject({
      secret: expect.stringMatching(/^tctl_api_/),
      token: {
        name: 'ci',
        owner: 'account',
        role: 'admin',
        state: 'active',
        expires_at: '2026-03-03T09:00:00.000Z',
      },
    });
  });

  it('writes it to a file that nobody else reads', async () => {
    const file = pathOf(cli.configDir, 'token.txt');
    expect(await run(`tokens create ci --out ${file}`)).toEqual([0, '', made]);
    expect(readFileSync(file, 'utf8')).toMatch(/^tctl_api_[0-9A-Za-z]+\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['-o id', 'leave -o out, or use --json'],
    ['-o none', 'leave -o out, or use --json'],
    ['--fields token.id', '--fields secret,token.id'],
    ['--out /nonexistent/dir/file', ''],
  ])('%s makes no token, because its secret would be lost', async (flags, hint) => {
    const { code, stdout, stderr } = await cli.run(`tokens create ci ${flags}`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(hint);
    expect((await cli.ok('tokens list --json')).json()).toEqual([]);
  });

  it.each([
    ['ci --staff --account-token', '--staff and --account-token exclude each other'],
    ['ci --staff --role admin', '--staff goes without --role and --modules'],
    ['ci --reason why', '--reason and --password-stdin go with --staff'],
    ['ci --staff', '--reason is missing'],
    ['ci --staff --reason why', '--password-stdin is missing'],
    ['ci --staff --reason why --password-stdin', 'stdin holds no password'],
    ['ci --account-token', 'Try:  tenantctl tokens create ci --account-token --role admin --account acme'],
    ['ci --expires-in-days 400', 'Code: invalid_request'],
  ])('%s is a usage error', async (argv, text) => {
    const [code, stdout, stderr] = await run(`tokens create ${argv}`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });

  it('of staff needs staff, and the password, which it never shows', async () => {
    const create = 'tokens create oc --staff --reason incident --password-stdin';
    const [code, , refused] = await run(create, { stdin: PASSWORD });
    expect([code, refused.includes('you are not staff')]).toEqual([9, true]);
    await cli.staff();
    await cli.ok('staff add ana@example.com --reason test --profile staff');
    const sent: string[] = [];
    const wire = sendTo(server.app);
    const done = await cli.run(`${create} --debug`, {
      stdin: `${PASSWORD}\n`,
      send: async (request) => {
        sent.push(request.body ?? '');
        return await wire(request);
      },
    });
    expect([done.code, done.stdout.startsWith('tctl_staff_')]).toEqual([0, true]);
    expect(sent.some((body) => body.includes(PASSWORD))).toBe(true);
    expect(done.stderr).not.toContain(PASSWORD);
    expect((await run(create, { stdin: 'a wrong password at all' }))[0]).not.toBe(0);
    const env = { TENANTCTL_TOKEN: done.stdout.trim() };
    expect((await cli.run('staff list', { env })).code).toBe(0);
  });

  it('asks for the password at a terminal', async () => {
    await cli.staff();
    await cli.ok('staff add ana@example.com --reason test --profile staff');
    const done = await cli.run('tokens create oc --staff --reason incident', {
      answers: [['Password', PASSWORD]],
    });
    expect([done.code, done.stdout.startsWith('tctl_staff_')]).toEqual([0, true]);
    expect(done.stderr).not.toContain(PASSWORD);
  });
});

describe('tokens list and revoke', () => {
  it('show the own ones, or those of the account, never their secrets', async () => {
    expect(await run('tokens list')).toEqual([0, '', 'No token yet. Try: tenantctl tokens create NAME\n']);
    expect((await run('tokens list --account-token'))[2]).toBe(
      'No token yet. Try: tenantctl tokens create NAME --account-token --role admin\n',
    );
    await cli.ok('tokens create laptop');
    await cli.ok('tokens create ci --account-token --role user --modules forms');
    const heading = 'NAME\tKIND\tOWNER\tROLE\tMODULES\tSTATE\tEXPIRES\tLAST USED\tID';
    const laptop = 'laptop\tapi\tmember\tadmin\t\tactive\t2026-05-31T09:00:00.000Z\tnever\ttok_1';
    const ci = 'ci\tapi\taccount\tuser\tforms\tactive\t2026-05-31T09:00:00.000Z\tnever\ttok_1';
    expect(await run('tokens list')).toEqual([0, lines(heading, laptop), '']);
    expect(await run('tokens list --account-token')).toEqual([0, lines(heading, laptop, ci), '']);
    expect((await cli.ok('tokens list --account-token --json')).stdout).not.toContain('tctl_');
  });

  it('revoke asks, and repeats without harm', async () => {
    const secret = (await cli.ok('tokens create ci --account-token --role admin')).stdout.trim();
    const id = await idOf('--account-token');
    const said = lines(
      'This will revoke the token ci:',
      '  - whatever uses it is refused from then on; it cannot be taken back',
      '  - last used: never',
    );
    expect(await run(`tokens revoke ${id} --account-token`)).toEqual([
      8,
      '',
      said +
        lines(
          'Error: this needs --yes',
          '  it cannot be asked for here: this needs a terminal, outside CI, without --no-input',
          '  Try:  tenantctl tokens revoke tok_1 --account-token --account acme --yes',
          '  Code: confirmation_required',
        ),
    ]);
    expect(await run(`tokens revoke ${id} --account-token --yes`)).toEqual([0, 'Revoked ci.\n', said]);
    expect(await run(`tokens revoke ${id} --account-token`)).toEqual([
      0,
      'ci is revoked already.\n',
      'Nothing to do.\n',
    ]);
    expect((await cli.run('accounts list', { env: { TENANTCTL_TOKEN: secret } })).code).toBe(4);
  });

  it('revoke never repeats a secret that was given for an id', async () => {
    const secret = (await cli.ok('tokens create ci')).stdout.trim();
    const { code, stdout, stderr } = await cli.run(`tokens revoke ${secret} --yes`);
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      lines(
        'Error: TOKEN is not the id of a token',
        '  It begins with tok_; the secret, which begins with tctl_, is not needed.',
        '  Try:  tenantctl tokens list',
        '  Code: invalid_value',
      ),
    ]);
  });
});
