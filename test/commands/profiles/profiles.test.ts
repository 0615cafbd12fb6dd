import { beforeEach, describe, expect, it } from 'vitest';
import { Cli } from '../../support/cli.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let cli: Cli;

beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
});

describe('profiles', () => {
  it('are added, listed, chosen, changed and removed', async () => {
    await cli.ok('profiles add dev --api-url http://127.0.0.1:7411');
    await cli.ok('profiles add prod --api-url https://api.example.com --protected --read-only');
    await cli.ok('profiles use prod');
    await cli.ok('profiles update prod --no-read-only');
    const list = await cli.ok('profiles list --fields name,default,api_url,protected,read_only --json');
    expect(list.json()).toEqual([
      { name: 'dev', default: false, api_url: 'http://127.0.0.1:7411', protected: false, read_only: false },
      { name: 'prod', default: true, api_url: 'https://api.example.com', protected: true, read_only: false },
    ]);
    expect((await cli.run('profiles remove prod')).code).toBe(8);
    await cli.ok('profiles remove prod --yes');
    expect((await cli.ok('profiles list -o id --fields name')).stdout).not.toContain('prod');
  });

  it('of the same name are refused', async () => {
    await cli.ok('profiles add dev');
    expect((await cli.run('profiles add dev')).code).toBe(6);
  });

  it('are never changed by a dry run', async () => {
    expect((await cli.run('profiles add dev --dry-run')).code).toBe(2);
    expect((await cli.ok('profiles list --json')).json()).toEqual([]);
  });
});

describe('a protected profile', () => {
  beforeEach(async () => {
    await cli.signIn('ana@example.com');
    await cli.ok('profiles update ana --protected');
  });

  it('reads without questions', async () => {
    expect((await cli.run('whoami')).code).toBe(0);
  });

  it('lets no change leave without the name of what it changes', async () => {
    const mails = (await server.mails('ana@example.com')).length;
    const done = await cli.run('api /auth/password/forgot -f email=ana@example.com');
    expect([done.code, done.stdout]).toEqual([8, '']);
    expect(done.stderr).toContain('--confirm ana');
    expect((await cli.run('api /auth/password/forgot -f email=ana@example.com --yes')).code).toBe(8);
    expect((await cli.run('api /auth/password/forgot -f email=ana@example.com --confirm wrong')).code).toBe(
      8,
    );
    expect(await server.mails('ana@example.com')).toHaveLength(mails);
    await cli.ok('api /auth/password/forgot -f email=ana@example.com --confirm ana');
    expect(await server.mails('ana@example.com')).toHaveLength(mails + 1);
  });
});

describe('a pinned profile', () => {
  it('acts in its account, by slug or id, and sends nothing that names another', async () => {
    await cli.signIn('ana@example.com');
    await cli.ok('accounts create Acme --slug acme');
    await cli.ok('accounts create Beta --slug beta');
    await cli.ok('profiles update ana --account acme');
    expect((await cli.run('members list --account acme')).code).toBe(0);
    const other = await cli.run('members list --account beta');
    expect([other.code, other.stdout, other.stderr.includes('Code: profile_mismatch')]).toEqual([
      4,
      '',
      true,
    ]);
    expect((await cli.run('api /accounts/beta')).code).toBe(4);
    await cli.ok('profiles update ana --no-account');
    expect((await cli.run('members list --account beta')).code).toBe(0);
  });
});

describe('a person at a terminal', () => {
  it('types the name to go through a protected profile, once a run', async () => {
    await cli.signIn('ana@example.com');
    await cli.ok('profiles update ana --protected');
    const mails = (await server.mails('ana@example.com')).length;
    const words = 'api /auth/password/forgot -f email=ana@example.com -o none';
    expect((await cli.run(words, { answers: [['Type ana to confirm', 'nope']] })).code).toBe(8);
    expect((await cli.run(words, { answers: [['Type ana to confirm', 'ana']] })).code).toBe(0);
    expect(await server.mails('ana@example.com')).toHaveLength(mails + 1);
  });

  it('chooses a profile', async () => {
    await cli.ok('profiles add one');
    await cli.ok('profiles add two');
    const done = await cli.run('profiles use', { answers: [['Which profile?', '\u001b[B']] });
    expect([done.code, done.stdout]).toEqual([0, 'Profile two is the default now.\n']);
  });

  it('says no, and keeps the profile', async () => {
    await cli.ok('profiles add one');
    expect((await cli.run('profiles remove one', { answers: [['Go on?', 'n']] })).code).toBe(8);
    expect((await cli.run('profiles remove one', { answers: [['Go on?', 'y']] })).code).toBe(0);
  });
});

describe('a read-only run', () => {
  it('changes nothing, whoever says it', async () => {
    await cli.signIn('ana@example.com');
    expect((await cli.run('api /auth/password/forgot -f email=ana@example.com --read-only')).code).toBe(2);
    await cli.ok('profiles update ana --read-only');
    const done = await cli.run('api /auth/password/forgot -f email=ana@example.com');
    expect([done.code, done.stderr.includes('Code: read_only')]).toEqual([2, true]);
    expect((await cli.run('whoami')).code).toBe(0);
  });
});

describe('config list', () => {
  it('says what decided', async () => {
    await cli.ok('profiles add dev --api-url http://127.0.0.1:7411');
    const env = { TENANTCTL_API_URL: undefined, TENANTCTL_OUTPUT: 'csv' };
    const done = await cli.run('config list --show-origin --max-retries 2', { env });
    const rows = done.stdout.split('\r\n');
    expect(rows).toContain('key,value,origin,source');
    expect(rows).toContain("max_retries,2,flag,'--max-retries");
    expect(rows).toContain('output,csv,env,TENANTCTL_OUTPUT');
    expect(rows).toContain(`api_url,http://127.0.0.1:7411,profile,${cli.configDir}/config.json`);
  });
});
