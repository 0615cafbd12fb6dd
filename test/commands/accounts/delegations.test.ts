import { readFileSync, writeFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Profile } from '../../../src/config/profiles.ts';
import { findProfile, readProfiles } from '../../../src/config/profiles.ts';
import { machine } from '../../config/machine.ts';
import { Cli, type CliOptions } from '../../support/cli.ts';
import { delegate, grantChildren, join, type Person, person } from '../../support/estate.ts';
import { plain } from '../../support/plain.ts';
import { PASSWORD, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let cli: Cli;
let acme: string;
let kid: Person;
const run = async (argv: readonly string[] | string, options: CliOptions = {}) =>
  plain(await cli.run(argv, options));
const login = (...more: string[]) => ['accounts', 'login', 'acme-dev', '--reason', 'invoice 4711', ...more];
const by = '--profile ana@acme-dev';

beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
  await cli.signIn('ana@example.com');
  await cli.staff();
  acme = idIn((await cli.ok('accounts create Acme --slug acme --plan professional --json')).json());
  await cli.ok('accounts unlock acme --profile staff');
  const dev = idIn((await cli.ok('accounts create Dev --slug acme-dev --master acme --json')).json());
  kid = await person(server, 'kid@dev.example');
  await join(server, dev, kid, 'admin');
});

const idIn = (value: unknown): string => String(Reflect.get(Object(value), 'id'));

const profiles = () => readProfiles(cli.configDir, machine());
const profile = (name: string): Profile => findProfile(profiles(), name);

/** What the managed account's administrator sees: who is in, and how it ended. */
async function states(): Promise<string[]> {
  const { data } = await server.ok('delegations.list', { token: kid.token, params: { account: 'acme-dev' } });
  return data.map(({ reason, mode, state }) => `${reason} ${mode} ${state}`);
}

describe('accounts login', () => {
  it('keeps the delegation as a profile of its own, pinned and never the default', async () => {
    expect(await run(login())).toEqual([
      0,
      'Logged in to acme-dev as ana@example.com, until 2026-03-02T09:30:00.000Z (30 minutes).\n',
      'Act there with: tenantctl members list --profile ana@acme-dev\nLeave with: tenantctl accounts logout acme-dev\n',
    ]);
    expect(profiles().default_profile).toBe('ana');
    expect(profile('ana@acme-dev')).toMatchObject({
      account: { slug: 'acme-dev', parent_id: acme },
      default_account: 'acme-dev',
      protected: false,
      read_only: false,
      user: 'ana@example.com',
      delegation: { base: 'ana', mode: 'full', expires_at: '2026-03-02T09:30:00.000Z' },
    });
    expect(readFileSync(pathOf(cli.configDir, 'config.json'), 'utf8')).not.toContain('tctl_');
    expect((await cli.ok(`accounts list ${by} --fields slug,via`)).stdout).toBe(
      'SLUG\tVIA\nacme-dev\tdelegation\n',
    );
    await cli.ok(`accounts update acme-dev --name Ours ${by}`);
    const trail = (await cli.ok('audit list --account acme-dev --limit 1')).stdout.split('\n')[1];
    expect(trail).toContain('\tuser:ana@example.com via acme\taccounts.update\t');
  });

  it('asks why on a terminal, and names the flag elsewhere', async () => {
    const [code, , stderr] = await run('accounts login acme-dev');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Error: --reason is missing')]);
    const asked = await cli.run('accounts login acme-dev', { answers: [['Why do you log in', 'a look']] });
    expect(asked.code).toBe(0);
    expect(await states()).toEqual(['a look full active']);
  });

  it.each([
    ['--for', '30', 'from 1m to 60m'],
    ['--for', '61m', 'from 1m to 60m'],
    ['--for', 'soon', 'is not a time'],
  ])('refuses %s %s before anything is sent', async (flag, value, text) => {
    const [code, , stderr] = await run(login(flag, value));
    expect([code, stderr]).toEqual([2, expect.stringContaining(text)]);
    expect(await states()).toEqual([]);
  });

  it('takes the time that is asked for', async () => {
    const done = await cli.ok(login('--for', '1h', '--json'));
    expect(done.json()).toMatchObject({
      profile: 'ana@acme-dev',
      delegation: { expires_at: '2026-03-02T10:00:00.000Z', mode: 'full', account: { slug: 'acme-dev' } },
    });
    expect(done.stdout).not.toContain('tctl_');
  });

  it('again replaces the profile and revokes the former one; a failure leaves it', async () => {
    await cli.ok(login());
    await cli.ok(['accounts', 'login', 'acme-dev', '--reason', 'more']);
    expect(await states()).toEqual(['more full active', 'invoice 4711 full revoked']);
    expect((await cli.run('accounts login acme-dev --reason nothing --for 2h')).code).toBe(2);
    expect((await cli.run(`whoami ${by}`)).code).toBe(0);
  });

  it('is read-only by the flag or by the profile, on the server too', async () => {
    await cli.ok(login('--read-only'));
    expect(profile('ana@acme-dev')).toMatchObject({ read_only: true, delegation: { mode: 'read_only' } });
    await cli.ok('profiles update ana@acme-dev --no-read-only');
    const [code, , stderr] = await run(`accounts update acme-dev --name X ${by}`);
    expect([code, stderr]).toEqual([9, expect.stringContaining('this delegation is read-only')]);
    await cli.ok('profiles update ana --read-only');
    await cli.ok(login());
    expect(await states()).toEqual(['invoice 4711 read_only active', 'invoice 4711 read_only revoked']);
    await cli.ok('accounts logout acme-dev');
  });

  it('takes over that a profile is protected', async () => {
    await cli.ok('profiles update ana --protected');
    await cli.ok(login());
    expect(profile('ana@acme-dev').protected).toBe(true);
    const update = `accounts update acme-dev --name X ${by}`;
    expect((await cli.run(update)).code).toBe(8);
    await cli.ok(`${update} --confirm acme-dev`);
  });

  it('prints with --export what chooses it in this shell, and no secret', async () => {
    expect(await run(login('--export'))).toEqual([
      0,
      "export TENANTCTL_PROFILE='ana@acme-dev'\n",
      'Logged in to acme-dev as ana@example.com, until 2026-03-02T09:30:00.000Z (30 minutes).\n' +
        'Leave with: eval "$(tenantctl accounts logout --export)"\n',
    ]);
    const env = { TENANTCTL_PROFILE: 'ana@acme-dev' };
    expect((await cli.ok('accounts show --json --fields slug', { env })).json()).toEqual({
      slug: 'acme-dev',
    });
    expect(await run('accounts logout --export', { env })).toEqual([
      0,
      'unset TENANTCTL_PROFILE\n',
      'Logged out of acme-dev.\n',
    ]);
  });

  it('acts in its account though a project names another', async () => {
    await cli.ok(login());
    writeFileSync(pathOf(cli.configDir, '.tenantctl.json'), JSON.stringify({ account: 'acme' }));
    const shown = await cli.ok(`accounts show ${by} --json --fields slug`);
    expect(shown.json()).toEqual({ slug: 'acme-dev' });
    const [code, , stderr] = await run(`accounts show acme ${by}`);
    expect([code, stderr]).toEqual([4, expect.stringContaining('nothing was sent')]);
  });

  it('leaves a profile of that name that is no delegation alone', async () => {
    await cli.ok('profiles add ana@acme-dev');
    const [code, , stderr] = await run(login());
    expect([code, stderr]).toEqual([6, expect.stringContaining('it is no delegation')]);
    expect(await states()).toEqual([]);
  });

  it('is for a user too whom the master granted the account', async () => {
    const gus = await person(server, 'gus@example.com');
    await join(server, acme, gus, 'user', ['settings']);
    const { access_token } = await server.ok('auth.login', {
      body: { email: 'ana@example.com', password: PASSWORD },
    });
    await grantChildren(server, { ...gus, token: access_token }, 'acme', gus, ['acme-dev']);
    await cli.signIn('gus@example.com', { known: true });
    expect((await cli.ok('accounts list --fields slug,via')).stdout).toContain('acme-dev\tgranted\n');
    await cli.ok(login());
    await cli.ok('accounts update acme-dev --name Granted --profile gus@acme-dev');
    expect((await cli.run('members list --profile gus@acme-dev')).code).toBe(9);
  });

  it.each([
    ['accounts login acme-dev --reason more', 2, '--profile ana'],
    ['accounts exec acme-dev --reason more -- true', 2, '--profile ana'],
    ['logout', 2, 'tenantctl accounts logout acme-dev'],
    ['login --email ana@example.com', 2, '--profile ana'],
    ['profiles use ana@acme-dev', 2, 'never the default'],
    ['auth refresh', 2, 'is not renewed'],
    ['profiles update ana@acme-dev --no-account', 2, 'what it was opened for'],
    ['auth password change', 9, 'for the signed-in person'],
    ['auth delete-user', 9, 'the same command with --profile ana'],
    ['tokens list', 9, 'the same command with --profile ana'],
    ['tokens create x', 9, 'the same command with --profile ana'],
    ['accounts release acme-dev --yes', 9, 'the same command with --profile ana'],
    ['accounts create New', 9, 'the same command with --profile ana'],
  ])('%s by it is refused, and told how to do it', async (line, code, text) => {
    await cli.ok(login());
    const [ended, , stderr] = await run(
      `${line.replace(' --', ` ${by} --`)}${line.includes(' --') ? '' : ` ${by}`}`,
    );
    expect([ended, stderr]).toEqual([code, expect.stringContaining(text)]);
  });
});

describe('a delegation that is over', () => {
  const again = 'Try:  tenantctl accounts login acme-dev --reason TEXT --profile ana';

  it('says so without asking the server, and how to log in again', async () => {
    await cli.ok(login('--for', '1m'));
    server.clock.advance({ minutes: 1 });
    const ended = await cli.run(`members list ${by}`, {
      send: () => Promise.reject(new Error('nothing is sent')),
    });
    expect([ended.code, ended.stderr]).toEqual([4, expect.stringContaining(again)]);
    expect(ended.stderr).toContain('the delegation into acme-dev (profile "ana@acme-dev") has ended');
    expect((await cli.ok('profiles list --fields name,delegation.expires_at')).stdout).toContain(
      'ana@acme-dev\t2026-03-02T09:01:00.000Z',
    );
  });

  it('is usable to its very last second', async () => {
    await cli.ok(login('--for', '1m'));
    server.clock.advance({ seconds: 59 });
    expect((await cli.run(`whoami ${by}`)).code).toBe(0);
  });

  it('says that somebody revoked it', async () => {
    await cli.ok(login());
    const [id = ''] = (await cli.ok('accounts delegations list acme-dev -o id')).stdout.split('\n');
    await server.ok('delegations.revoke', {
      token: kid.token,
      params: { account: 'acme-dev', delegation: id },
    });
    const [code, , stderr] = await run(`members list ${by}`);
    expect([code, stderr]).toEqual([4, expect.stringContaining(again)]);
    expect(stderr).toContain('Error: The delegation was revoked.');
  });

  it('is forgotten by logout all the same', async () => {
    await cli.ok(login('--for', '1m'));
    server.clock.advance({ minutes: 2 });
    expect(await run('accounts logout acme-dev')).toEqual([
      0,
      'The log-in to acme-dev had ended already; forgot its profile.\n',
      '',
    ]);
    expect(profiles().profiles.map(({ name }) => name)).toEqual(['ana', 'staff']);
    expect(readFileSync(pathOf(cli.configDir, 'credentials.json'), 'utf8')).not.toContain('tctl_dlg_');
  });
});

describe('accounts logout', () => {
  it('revokes it by its own token, though nobody is signed in any more', async () => {
    await cli.ok(login());
    await cli.ok('profiles remove ana --yes');
    expect(await run('accounts logout acme-dev --json')).toEqual([
      0,
      expect.stringContaining('"revoked": true'),
      '',
    ]);
    expect(await states()).toEqual(['invoice 4711 full revoked']);
  });

  it('says when nobody is logged in, and asks which of several', async () => {
    expect(await run('accounts logout acme-dev')).toEqual([
      0,
      'Nobody is logged in to acme-dev here.\n',
      'Nothing to do.\n',
    ]);
    await cli.ok('accounts create Prod --slug acme-prod --master acme');
    await cli.ok(login());
    await cli.ok('accounts login acme-prod --reason both');
    const [code, , stderr] = await run('accounts logout');
    expect([code, stderr]).toEqual([2, expect.stringContaining('ana@acme-dev, ana@acme-prod')]);
    await cli.ok('accounts logout acme-prod');
    expect(await run('accounts logout')).toEqual([0, 'Logged out of acme-dev.\n', '']);
  });

  it('forgets it when the server cannot be told, and says until when it lives', async () => {
    await cli.ok(login());
    const [code, , stderr] = await run('accounts logout acme-dev --max-retries 0', {
      send: () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })),
    });
    expect([code, stderr]).toEqual([0, expect.stringContaining('ends at 2026-03-02T09:30:00.000Z')]);
    expect(profiles().profiles.map(({ name }) => name)).not.toContain('ana@acme-dev');
  });
});

describe('whoever acts by delegation', () => {
  const mark = '[acme-dev as ana@example.com, read-only, 23 min left]';

  it('T139: is told so before every change and in every question, on a terminal', async () => {
    await cli.ok('profiles update ana --protected');
    await cli.ok(login());
    server.clock.advance({ minutes: 7 });
    const update = `accounts update acme-dev --name X ${by}`;
    const done = await cli.run(update, { answers: [['to confirm', 'acme-dev']] });
    const seen = stripVTControlCharacters(done.stderr);
    expect(seen).toContain('Acting in acme-dev as ana@example.com, 23 min left.\n');
    expect(seen).toContain('[acme-dev as ana@example.com, 23 min left] Type acme-dev to confirm');
    expect(done.code).toBe(0);
    const piped = await cli.run(`${update} --confirm acme-dev`);
    expect(piped.stderr).not.toContain('Acting in');
    const reading = await cli.run(`members list ${by}`, { tty: true });
    expect(reading.stderr).not.toContain('Acting in');
  });

  it('reads it in whoami and auth status', async () => {
    await cli.ok(login('--read-only'));
    server.clock.advance({ minutes: 7 });
    const who = (await cli.ok(`whoami ${by}`)).stdout;
    expect(who).toContain('CREDENTIAL\tdlg\nACCOUNT\tacme-dev\nROLE\tadmin\n');
    expect(who).toContain('DELEGATION\tof acme, read-only: invoice 4711\n');
    for (const offline of ['', ' --offline'])
      expect((await cli.ok(`auth status ${by}${offline}`)).stdout).toContain(
        `ACTING IN\t${mark.slice(1, -1)}\n`,
      );
    expect((await cli.ok('auth status')).stdout).toContain('ACTING IN\t\n');
  });

  it('by a token of the environment is asked for nobody’s profile, and marked as well', async () => {
    // The default profile is pinned to another account: that is not what the token is for.
    await cli.ok('profiles update ana --account acme');
    const { access_token } = await server.ok('auth.login', {
      body: { email: 'ana@example.com', password: PASSWORD },
    });
    const { id, secret } = await delegate(server, { token: access_token }, 'acme-dev', { mode: 'read_only' });
    server.clock.advance({ minutes: 7 });
    const env = { TENANTCTL_TOKEN: secret, TENANTCTL_ACCOUNT: 'acme-dev' };
    const { credential } = (await cli.ok('whoami --json', { env })).json() as {
      credential: { kind: string };
    };
    expect(credential.kind).toBe('dlg');
    expect((await cli.ok('members list --fields user.email', { env })).stdout).toContain(kid.email);
    const revoke = `accounts delegations revoke ${id}`;
    const done = await cli.run(revoke, { env, answers: [['Go on?', 'y']] });
    expect(stripVTControlCharacters(done.stderr)).toContain(`${mark} Go on?`);
    expect(done.code).toBe(9);
    const again = await cli.run('accounts login acme-dev --reason more', { env });
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('opens no other')]);
  });
});

describe('accounts delegations', () => {
  it('lists and revokes them', async () => {
    await cli.ok(login('--read-only'));
    const listed = await run('accounts delegations list acme-dev --fields user.email,mode,reason,state');
    expect(listed).toEqual([
      0,
      'USER.EMAIL\tMODE\tREASON\tSTATE\nana@example.com\tread_only\tinvoice 4711\tactive\n',
      '',
    ]);
    const table = (await cli.ok('accounts delegations list --account acme-dev')).stdout.split('\n')[1];
    expect(table).toContain('ana@example.com via acme\tadmin\tread-only\tinvoice 4711\tactive\t');
    const id = (await cli.ok('accounts delegations list acme-dev -o id')).stdout.trim();
    const revoke = `accounts delegations revoke ${id} --account acme-dev`;
    expect((await cli.run(revoke)).code).toBe(8);
    expect((await cli.ok(`${revoke} --yes`)).stdout).toBe(`Revoked ${id}.\n`);
    expect((await cli.ok(`${revoke} --yes`)).stdout).toBe(`${id} has ended already.\n`);
    expect(await states()).toEqual(['invoice 4711 read_only revoked']);
    expect((await run('accounts delegations list acme-dev --state active'))[2]).toContain('Nobody logged in');
  });

  it('never repeats what may be a secret', async () => {
    const [code, , stderr] = await run(
      'accounts delegations revoke tctl_dlg_secret --account acme-dev --yes',
    );
    expect([code, stderr]).toEqual([2, expect.not.stringContaining('tctl_dlg_secret')]);
  });
});
