import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { expect, it } from 'vitest';
import { diffCommand } from '../../../src/commands/diff/diff.ts';
import { exportCommand } from '../../../src/commands/export/export.ts';
import { estateWorld } from '../../server/estate.world.ts';
import { Cli, sendTo } from '../../support/cli.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { parsed } from '../../support/parse.ts';
import { lines } from '../../support/plain.ts';
import { PASSWORD, startServer, type TestServer } from '../../support/server.ts';

const folder = () => mkdtempSync(pathOf(tmpdir(), 'tenantctl-test-'));

/** Everybody of the world signed in, by the first part of their address. */
async function signedIn(server: TestServer, ...people: string[]): Promise<Cli> {
  const cli = new Cli(server);
  for (const email of people.toReversed()) await cli.signIn(email, { known: true });
  return cli;
}

const file = (content: unknown) => JSON.stringify({ schema: 'tenantctl/v1', accounts: content });

it('diff and export parse what they take', async () => {
  expect(await parsed(diffCommand, '-f a.yaml -f b.yaml --prune member,parser --detailed-exitcode')).toEqual({
    account: [],
    file: ['a.yaml', 'b.yaml'],
    prune: ['member', 'parser'],
    detailedExitcode: true,
  });
  expect(await parsed(diffCommand, 'dev --against prod --map dev=live')).toEqual({
    account: ['dev'],
    against: 'prod',
    map: ['dev=live'],
  });
  expect(await parsed(exportCommand, 'acme --dir estate --force')).toEqual({
    account: ['acme'],
    dir: 'estate',
    force: true,
  });
});

describeOnEachDatabase('an estate that is exported', (open) => {
  it.each([
    ['ann', 'acme.example', 'acme --all', ['acme', 'acme-dev', 'acme-prod']],
    ['oda', 'org.example', 'org', ['org']],
    ['eve', 'other.example', 'umbra', ['umbra']],
  ])(
    'of %s differs in nothing from itself, however it is written, and is written the same again',
    async (profile, domain, what, accounts) => {
      const server = await startServer({ database: await open() });
      await estateWorld(server);
      const cli = await signedIn(server, `${profile}@${domain}`);
      const cwd = folder();
      for (const format of profile === 'ann' ? ['yaml', 'json'] : ['yaml']) {
        const name = `${profile}.${format}`;
        await cli.ok(`export ${what} --profile ${profile} -o ${format} --out ${name}`, { cwd });
        const done = await cli.run(
          `diff -f ${name} --profile ${profile} --detailed-exitcode --prune member,workspace,workspace_member,permission_set,form,sub_account`,
          { cwd },
        );
        expect([name, done.stdout, done.code]).toEqual([name, expect.stringContaining('No differences.'), 0]);
        const again = await cli.ok(`export ${what} --profile ${profile} -o ${format}`, { cwd });
        for (const account of accounts) expect(again.stdout).toMatch(new RegExp(`^ +"?${account}"?:`, 'm'));
        expect(again.stdout).toBe(readFileSync(pathOf(cwd, name), 'utf8'));
      }
      await cli.ok(`export ${what} --profile ${profile} --dir files-${profile}`, { cwd });
      const whole = await cli.run(`diff -f files-${profile}/estate.yaml --profile ${profile} --json`, {
        cwd,
      });
      expect(JSON.parse(whole.stdout)).toMatchObject({ changes: [] });
      const twice = await cli.run(`export ${what} --profile ${profile} --dir files-${profile}`, { cwd });
      expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('cannot be written')]);
    },
  );

  it('is read with requests that grow with pages, not with what is in it', async () => {
    const server = await startServer({ database: await open() });
    await estateWorld(server);
    const cli = await signedIn(server, 'ann@acme.example');
    const cwd = folder();
    await cli.ok('export acme --all --out acme.yaml', { cwd });
    const asked: string[] = [];
    const send = sendTo(server.app);
    const counting: typeof send = async (request) => {
      asked.push(new URL(request.url).pathname);
      return await send(request);
    };
    const count = async () => {
      asked.length = 0;
      await cli.ok('diff -f acme.yaml', { cwd, send: counting });
      return asked.filter((path) => !path.startsWith('/v1/auth')).length;
    };
    expect(await count()).toBe(1);
    const credentials = { email: 'ann@acme.example', password: PASSWORD };
    const { access_token: token } = await server.ok('auth.login', { body: credentials });
    for (let at = 0; at < 30; at += 1) {
      const body = { email: `many${at}@new.example`, role: 'user' as const, modules: [] };
      await server.ok('invites.send', { token, params: { account: 'acme' }, body });
    }
    expect(await count()).toBe(1);
  });
});

describeOnEachDatabase('a difference', (open) => {
  it('is shown account by account, with fields before and after, mail, seats and price', async () => {
    const server = await startServer({ database: await open() });
    await estateWorld(server);
    const cli = await signedIn(server, 'ann@acme.example');
    const cwd = folder();
    const wanted = file({
      acme: {
        name: 'Acme Ltd',
        plan: 'business',
        labels: { env: 'prod' },
        members: {
          'Eva@Acme.example': 'admin',
          'gus@acme.example': { role: 'user', modules: ['forms', 'parsers'] },
          'gone@acme.example': 'admin',
          'no@new.example': { role: 'user', modules: [] },
          'late@new.example': { role: 'user', modules: [] },
        },
      },
      'acme-new': { master: 'acme', name: 'Acme New' },
    });
    writeFileSync(pathOf(cwd, 'estate.json'), wanted);
    const done = await cli.run('diff -f estate.json', {
      cwd,
      env: { GITHUB_STEP_SUMMARY: pathOf(cwd, 'sum.md') },
    });
    expect(done.stdout).toBe(
      lines(
        'acme',
        '  ~ account',
        '      name        acme -> Acme Ltd',
        '      labels.env  none -> prod',
        '  + member eva@acme.example  mail to Eva@Acme.example',
        '      role  admin',
        '  ! member gone@acme.example',
        '      gone@acme.example was removed from the account, or left it; --reinvite invites them again, or take them out of the file',
        '      role  none -> admin',
        '  ~ member gus@acme.example',
        '      modules  parsers -> forms, parsers',
        '  ! member no@new.example',
        '      no@new.example declined an invitation; --reinvite invites them again, or take them out of the file',
        '      role     none -> user',
        '      modules  none -> none',
        '  ~ plan',
        '      plan  professional -> business',
        '    the invitation of late@new.example has expired; --renew-expired sends it again',
        '    seats 4 -> 5 of 1000; a month 99.00 -> 299.00',
        '',
        'acme-new',
        '  + account',
        '      name    Acme New',
        '      master  acme',
        '',
        '2 to make, 3 to change, 0 to remove, 2 in conflict; mail to 1.',
      ),
    );
    expect(done.code).toBe(6);
    const summary = readFileSync(pathOf(cwd, 'sum.md'), 'utf8');
    expect(summary).toContain('| 2 | 3 | 0 | 2 | 1 |');
    expect(summary).toContain('\n+ member eva@acme.example  mail to Eva@Acme.example\n');
  });

  it('is saved as a change set, and told by the exit code', async () => {
    const server = await startServer({ database: await open() });
    await estateWorld(server);
    const cli = await signedIn(server, 'ann@acme.example');
    const cwd = folder();
    writeFileSync(pathOf(cwd, 'estate.json'), file({ acme: { name: 'Acme Ltd' } }));
    const saved = await cli.run('diff -f estate.json --out changes.json --detailed-exitcode', { cwd });
    expect([saved.code, saved.stdout]).toEqual([10, '']);
    expect(saved.stderr).toContain('~ account');
    const set: unknown = JSON.parse(readFileSync(pathOf(cwd, 'changes.json'), 'utf8'));
    expect(set).toMatchObject({
      schema: 'tenantctl/changes/v1',
      files: ['estate.json'],
      totals: { create: 0, update: 1, delete: 0, conflict: 0, mails: 0 },
      changes: [
        { op: 'update', kind: 'account', fields: [{ name: 'name', before: 'acme', after: 'Acme Ltd' }] },
      ],
    });
    writeFileSync(pathOf(cwd, 'bad.json'), file({ acme: { nmae: 'x' } }));
    expect((await cli.run('diff -f bad.json', { cwd })).code).toBe(2);
    expect((await cli.run('diff', { cwd })).code).toBe(2);
  });

  it('is between two accounts as well, matched by a map', async () => {
    const server = await startServer({ database: await open() });
    await estateWorld(server);
    const cli = await signedIn(server, 'ann@acme.example');
    const same = await cli.run('diff acme-prod --against ann --map acme-prod=acme-prod');
    expect([same.code, same.stdout]).toEqual([0, 'No differences.\n']);
    const done = await cli.run('diff acme-prod --against ann --map acme-prod=acme-dev');
    expect(done.stdout).toContain('~ account\n      name  acme-prod -> acme-dev');
    expect(done.stdout).toContain('+ member kid@dev.example');
    expect((await cli.run('diff nowhere --against ann')).code).toBe(5);
  });
});
