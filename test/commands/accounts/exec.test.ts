import { beforeEach, describe, expect, it } from 'vitest';
import { readProfiles } from '../../../src/config/profiles.ts';
import type { Program } from '../../../src/world.ts';
import { machine } from '../../config/machine.ts';
import { Cli, type CliOptions, sendTo } from '../../support/cli.ts';
import { plain } from '../../support/plain.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let cli: Cli;
const run = async (argv: readonly string[] | string, options: CliOptions = {}) =>
  plain(await cli.run(argv, options));

beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
  await cli.signIn('ana@example.com');
  await cli.staff();
  await cli.ok('accounts create Acme --slug acme --plan professional');
  await cli.ok('accounts unlock acme --profile staff');
  await cli.ok('accounts create Dev --slug acme-dev --master acme');
});

/** Who is in, and how it ended. */
async function states(): Promise<string[]> {
  const { stdout } = await cli.ok('accounts delegations list acme-dev --json --profile ana');
  const all = JSON.parse(stdout) as { reason: string; mode: string; state: string }[];
  return all.map(({ reason, mode, state }) => `${reason} ${mode} ${state}`);
}

describe('accounts exec', () => {
  const ran: Program[] = [];
  const program = (code: number, during?: () => unknown) => async (given: Program) => {
    ran.push(given);
    await during?.();
    return code;
  };
  const exec = (...command: string[]) => [
    'accounts',
    'exec',
    'acme-dev',
    '--reason',
    'sync',
    '--',
    ...command,
  ];
  const sent = () => ran[0]?.env.TENANTCTL_TOKEN ?? '';

  beforeEach(() => {
    ran.length = 0;
  });

  it('gives a delegation to the program alone, and takes it back', async () => {
    const env = { TENANTCTL_PROFILE: 'ana', TENANTCTL_TOKEN_FILE: undefined, HOME: '/home/ana' };
    let during: string[] = [];
    const runProgram = program(0, async () => {
      during = await states();
      await server.ok('me.show', { token: sent() });
    });
    expect(await run(exec('sync', '--all', '--json', '-o', 'help'), { env, runProgram })).toEqual([
      0,
      '',
      '',
    ]);
    expect(ran).toEqual([
      {
        command: 'sync',
        args: ['--all', '--json', '-o', 'help'],
        cwd: cli.configDir,
        env: expect.objectContaining({
          HOME: '/home/ana',
          TENANTCTL_TOKEN: expect.stringMatching(/^tctl_dlg_/),
          TENANTCTL_API_URL: 'http://127.0.0.1:7411',
          TENANTCTL_ACCOUNT: 'acme-dev',
        }),
      },
    ]);
    expect(Object.keys(ran[0]?.env ?? {})).not.toContain('TENANTCTL_PROFILE');
    expect(during).toEqual(['sync full active']);
    expect(await states()).toEqual(['sync full revoked']);
    const { profiles } = readProfiles(cli.configDir, machine());
    expect(profiles.map(({ name }) => name)).toEqual(['ana', 'staff']);
  });

  it.each([1, 7, 130, 137, 143])(
    'ends with the program’s own code %d, and says nothing to it',
    async (code) => {
      expect(await run(exec('sync'), { runProgram: program(code) })).toEqual([code, '', '']);
      expect(await states()).toEqual(['sync full revoked']);
    },
  );

  it.each([
    ['ENOENT', 127, 'sync: there is no such program'],
    ['EACCES', 126, 'sync: it cannot be run'],
    ['E2BIG', 1, 'too much'],
  ])('that cannot start it (%s) says so, and takes the log-in back', async (errno, code, text) => {
    const runProgram = () => Promise.reject(Object.assign(new Error('too much'), { code: errno }));
    const [ended, stdout, stderr] = await run(exec('sync'), { runProgram });
    expect([ended, stdout, stderr]).toEqual([code, '', expect.stringContaining(text)]);
    expect(await states()).toEqual(['sync full revoked']);
  });

  it('takes it back on Ctrl-C before the program has started', async () => {
    const stop = new AbortController();
    const interrupted = await cli.run(exec('sync'), {
      interrupt: stop.signal,
      runProgram: program(0),
      send: async (request) => {
        const answer = await sendTo(server.app)(request);
        if (request.url.endsWith('/delegations')) stop.abort();
        return answer;
      },
    });
    expect([interrupted.code, ran]).toEqual([130, []]);
    expect(await states()).toEqual(['sync full revoked']);
  });

  it('does not mind that the delegation was revoked meanwhile', async () => {
    const runProgram = program(0, () => server.ok('auth.logout', { token: sent() }));
    expect(await run(exec('sync'), { runProgram })).toEqual([0, '', '']);
  });

  it('is read-only where the run is, and asks before a protected profile lets a program change things', async () => {
    await cli.ok('profiles update ana --protected');
    expect((await cli.run(exec('sync'), { runProgram: program(0) })).code).toBe(8);
    expect(ran).toEqual([]);
    await cli.ok(['--confirm', 'acme-dev', ...exec('sync')], { runProgram: program(0) });
    await cli.ok(['--read-only', ...exec('sync')], { runProgram: program(0) });
    expect(await states()).toEqual(['sync read_only revoked', 'sync full revoked']);
  });

  it('needs a program, and a reason', async () => {
    expect((await cli.run('accounts exec acme-dev --reason sync')).code).toBe(2);
    expect((await cli.run('accounts exec acme-dev -- sync')).code).toBe(2);
    expect(await states()).toEqual([]);
  });
});
