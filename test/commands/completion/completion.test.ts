import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Cli, newConfigDir, runCli } from '../../support/cli.ts';
import { startServer } from '../../support/server.ts';

const tool = fileURLToPath(new URL('../../../scripts/dev.ts', import.meta.url));

async function words(typed: readonly string[], configDir = newConfigDir()): Promise<string[]> {
  const { code, stdout, stderr } = await runCli(['completion', 'words', '--', ...typed], { configDir });
  expect([code, stderr]).toEqual([0, '']);
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));
}

describe('completion words', () => {
  it('are the nouns, then their verbs, by what has been typed of them', async () => {
    expect(await words(['ac'])).toEqual(['accounts', 'access']);
    expect(await words(['accounts', 'l'])).toEqual(['list', 'login', 'logout', 'leave', 'lock']);
    expect(await words(['acc', 'delegations', ''])).toEqual(['list', 'revoke']);
    expect(await words(['nonsense', ''])).toEqual([]);
  });

  it('are what a word is as well, behind a tab', async () => {
    expect((await runCli('completion words -- whoa')).stdout).toBe(
      'whoami\tShow who the credential belongs to\n',
    );
  });

  it('are the flags of the verb and of every command, but for those that stand there and do not repeat', async () => {
    expect(await words(['members', 'list', '--st'])).toEqual(['--state']);
    expect(await words(['members', 'list', '--state', 'active', '--st'])).toEqual([]);
    expect(await words(['accounts', 'list', '--label', 'a=b', '--lab'])).toEqual(['--label']);
    expect(await words(['accounts', 'list', '--prof'])).toEqual(['--profile']);
    expect(await words(['plans', 'change', '--all-m'])).toEqual(['--all-managed']);
    expect(await words(['accounts', 'exec', 'acme', '--', 'ls', '--'])).toEqual([':files']);
  });

  it('are the choices of a flag, in one word with it, in two, and as bash splits it', async () => {
    expect(await words(['members', 'list', '--state', ''])).toEqual(['active', 'deactivated']);
    expect(await words(['members', 'list', '--state=de'])).toEqual(['--state=deactivated']);
    expect(await words(['members', 'list', '--state', '=', 'de'])).toEqual(['deactivated']);
    expect(await words(['members', 'list', '--state', '='])).toEqual(['active', 'deactivated']);
    expect(await words(['--profile', 'x', 'members', 'list', '--role', 'billing'])).toEqual([
      'billing_admin',
    ]);
  });

  it('are files where a file is wanted, which the shell knows', async () => {
    expect(await words(['invites', 'send', '--csv', 'peo'])).toEqual([':files']);
  });

  it('are the names that lists have shown, each profile its own, and nothing is sent for them', async () => {
    const cli = new Cli(await startServer());
    await cli.signIn('ann@acme.example');
    for (const name of ['acme', 'acme-dev']) await cli.ok(['accounts', 'create', name]);
    await cli.ok('accounts list');
    await cli.ok('workspaces list --account acme');
    await cli.ok('plans list');
    const known = (...typed: string[]) => words(typed, cli.configDir);
    expect(await known('accounts', 'show', 'acme')).toEqual(['acme', 'acme-dev']);
    expect(await known('workspaces', 'show', '--account', 'acme', '')).toEqual(['default']);
    expect(await known('workspaces', 'show', '--account', 'acme-dev', '')).toEqual([]);
    expect(await known('plans', 'show', 'pro')).toEqual(['professional']);
    expect(await known('--profile', '')).toEqual(['ann']);
    await cli.signIn('bo@beta.example');
    expect(await known('accounts', 'show', 'acme')).toEqual([]);
    expect(await known('accounts', 'show', '--profile', 'ann', 'acme')).toEqual(['acme', 'acme-dev']);
    await cli.ok('profiles remove ann --yes');
    expect(readFileSync(join(cli.configDir, 'cache', 'names.json'), 'utf8')).not.toContain('acme');
  });

  it('forget what a whole list no longer has, and add what a part of it shows', async () => {
    const cli = new Cli(await startServer());
    await cli.signIn('ann@acme.example');
    for (const name of ['acme', 'beta']) await cli.ok(['accounts', 'create', name]);
    await cli.ok('accounts list --q acme');
    await cli.ok('accounts list --q beta');
    expect(await words(['accounts', 'show', 'b'], cli.configDir)).toEqual(['beta']);
    await cli.ok('accounts delete beta --confirm beta');
    await cli.ok('accounts list');
    expect(await words(['accounts', 'show', 'b'], cli.configDir)).toEqual([]);
    expect(await words(['accounts', 'show', 'ac'], cli.configDir)).toEqual(['acme']);
  });

  it('are never text that a shell would run, whatever a server or a file says', async () => {
    const configDir = newConfigDir();
    const evil = ['$(touch pwned)', 'a;b', 'a b', '`id`', 'fine'];
    mkdirSync(join(configDir, 'cache'), { mode: 0o700 });
    const names = JSON.stringify({ ' http://127.0.0.1:7411': { plans: evil } });
    writeFileSync(join(configDir, 'cache', 'names.json'), names, { mode: 0o600 });
    expect(await words(['plans', 'show', ''], configDir)).toEqual(['fine']);
    writeFileSync(join(configDir, 'cache', 'names.json'), '[1', { mode: 0o600 });
    expect(await words(['plans', 'show', ''], configDir)).toEqual([]);
  });
});

describe('completion bash', () => {
  const inBash = async (typed: string) => {
    const script = (await runCli('completion bash')).stdout;
    const ask = `tenantctl() { '${process.execPath}' '${tool}' "$@"; }
${script}
COMP_WORDS=(tenantctl ${typed}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _tenantctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { PATH: process.env.PATH, TENANTCTL_CONFIG_DIR: newConfigDir() };
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', ask], { env, encoding: 'utf8' });
    return [stdout.trim().split('\n'), stderr];
  };

  it('asks the tool, and takes the words alone', async () => {
    expect(await inBash('accounts de')).toEqual([['delete', 'delegations'], '']);
    expect(await inBash('members list --state = ""')).toEqual([['active', 'deactivated'], '']);
    expect(await inBash('nonsense ""')).toEqual([[''], '']);
  });
});
