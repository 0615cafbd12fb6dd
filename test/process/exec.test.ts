import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli } from '../support/cli.ts';
import { PASSWORD, startServer, type TestServer } from '../support/server.ts';

const script = fileURLToPath(new URL('../../scripts/dev.ts', import.meta.url));

/** A program that says what it was given, and then does as its argument says. */
const program = `
  const { TENANTCTL_TOKEN = '', TENANTCTL_ACCOUNT, TENANTCTL_PROFILE } = process.env;
  const [kind] = TENANTCTL_TOKEN.match(/^tctl_[a-z]+_/) ?? ['none'];
  const say = () => console.log(JSON.stringify([kind, TENANTCTL_ACCOUNT, TENANTCTL_PROFILE ?? null, process.argv.slice(1)]));
  const [what] = process.argv.slice(1);
  if (what === 'echo') process.stdin.pipe(process.stdout);
  else if (what === 'exit') { say(); process.exitCode = 7; }
  else if (what === 'kill') { say(); process.kill(process.pid, 'SIGKILL'); }
  else {
    process.on('SIGTERM', () => { console.log('told to end'); process.exit(3); });
    process.on('SIGINT', () => { console.log('interrupted'); process.exit(4); });
    process.on('SIGHUP', () => { console.log('hung up'); process.exit(5); });
    say();
    setInterval(() => {}, 1000);
  }
`;

describe('accounts exec, as processes', { timeout: 60_000 }, () => {
  let server: TestServer;
  let cli: Cli;
  let url: string;

  beforeAll(async () => {
    server = await startServer();
    // Processes have no clock but the machine's.
    server.clock.moveTo(new Date());
    url = await server.app.listen({ port: 0, host: '127.0.0.1' });
    cli = new Cli(server);
    const env = { TENANTCTL_API_URL: url };
    const ok = async (line: string, stdin = '') => await cli.ok(line, { env, stdin, now: Date.now() });
    await server.signUp('ana@example.com');
    await ok('login --email ana@example.com --password-stdin --profile ana', PASSWORD);
    await ok('login --with-token --profile staff', await server.staffToken());
    await ok('accounts create Acme --slug acme --plan professional');
    await ok('accounts unlock acme --profile staff');
    await ok('accounts create Dev --slug acme-dev --master acme');
  });

  afterAll(async () => {
    await server.close();
    await server.database.close();
  });

  /** Runs it; `during` is called with what stands on stdout when the program has spoken. */
  async function exec(what: string, during?: (pid: number) => void, stdin = '') {
    const words = ['accounts', 'exec', 'acme-dev', '--reason', what, '--'];
    const child = spawn(
      process.execPath,
      [script, ...words, process.execPath, '-e', program, what, '--json'],
      {
        cwd: mkdtempSync(pathOf(tmpdir(), 'tenantctl-exec-')),
        env: {
          PATH: process.env.PATH,
          TENANTCTL_CONFIG_DIR: cli.configDir,
          TENANTCTL_KEYRING: '0',
          TENANTCTL_API_URL: url,
          TENANTCTL_PROFILE: 'ana',
        },
        stdio: 'pipe',
      },
    );
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      if (stdout === '' && during !== undefined) during(child.pid ?? 0);
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdin.end(stdin);
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, stdout, stderr, state: await stateOf(what) };
  }

  async function stateOf(reason: string): Promise<string | undefined> {
    const { stdout } = await cli.ok('accounts delegations list acme-dev -o json', {
      env: { TENANTCTL_API_URL: url },
      now: Date.now(),
    });
    const all = JSON.parse(stdout) as { reason: string; state: string }[];
    return all.find((one) => one.reason === reason)?.state;
  }

  const given = (what: string) => `${JSON.stringify(['tctl_dlg_', 'acme-dev', null, [what, '--json']])}\n`;

  it('gives the program the log-in, its own flags and nothing of ours, and ends as it does', async () => {
    expect(await exec('exit')).toEqual({ code: 7, stdout: given('exit'), stderr: '', state: 'revoked' });
  });

  it('passes stdin through', async () => {
    expect(await exec('echo', undefined, 'one\ntwo\n')).toEqual({
      code: 0,
      stdout: 'one\ntwo\n',
      stderr: '',
      state: 'revoked',
    });
  });

  it('ends with 128 + n, the log-in taken back, when the program is killed', async () => {
    expect(await exec('kill')).toEqual({ code: 137, stdout: given('kill'), stderr: '', state: 'revoked' });
  });

  it.each([
    ['SIGTERM', 3, 'told to end'],
    ['SIGINT', 4, 'interrupted'],
    ['SIGHUP', 5, 'hung up'],
  ] as const)(
    'passes %s on and lets the program end, then takes the log-in back',
    async (signal, code, said) => {
      const what = `wait ${signal}`;
      expect(await exec(what, (pid) => process.kill(pid, signal))).toEqual({
        code,
        stdout: `${given(what)}${said}\n`,
        stderr: '',
        state: 'revoked',
      });
    },
  );
});
