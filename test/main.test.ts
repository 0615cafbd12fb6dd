import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { mintToken } from '../src/contract/token.ts';
import { main } from '../src/main.ts';
import { json, problem, refused, scripted } from './client/wire.ts';
import { runCli } from './support/cli.ts';

const env = { TENANTCTL_TOKEN: mintToken('api') };

describe('help', () => {
  it.each([[''], ['--help'], ['-h'], ['help']])('of the whole program: %s', async (argv) => {
    const done = await runCli(argv);
    expect([done.code, done.stderr, done.stdout.split('\n')[2]]).toEqual([0, '', 'Usage:']);
  });

  it.each(['accounts', 'accounts --help', 'help accounts', 'account', 'acc -h'])(
    'of a noun: %s',
    async (argv) => {
      const done = await runCli(argv);
      expect([done.code, done.stderr]).toEqual([0, '']);
      expect(done.stdout).toContain('tenantctl accounts <verb> [arguments] [flags]');
    },
  );

  it.each(['accounts list --help', 'help accounts list', 'acc ls -h'])('of a verb: %s', async (argv) => {
    const done = await runCli(argv);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toContain('tenantctl accounts list [flags]');
  });

  it('of a topic', async () => {
    expect((await runCli('help exit-codes')).stdout).toContain('7  temporary');
    expect((await runCli('help nope')).code).toBe(2);
  });

  it('needs no configuration', async () => {
    const broken = { TENANTCTL_PROFILE: 'nope', TENANTCTL_OUTPUT: 'table', TENANTCTL_TIMEOUT: 'x' };
    expect((await runCli('accounts list --help', { env: broken })).code).toBe(0);
    expect((await runCli('--version', { env: broken })).stdout).toBe('1.2.3\n');
  });
});

describe('flags', () => {
  it.each([
    '--json accounts list',
    'accounts --json list',
    'accounts list --json',
    'accounts list -o json',
    'accounts list --output=json',
    'accounts -o json list',
  ])('stand anywhere: %s', async (argv) => {
    const { send } = scripted(json({ data: [], next_cursor: null }));
    expect(await runCli(argv, { send, env })).toMatchObject({ code: 0, stdout: '[]\n' });
  });

  it.each([
    ['--nope', "unknown option '--nope'"],
    ['accounts list --limit', 'argument missing'],
    ['accounts list --color pink', 'Allowed choices'],
    ['-o nope accounts list', '"nope" is not one of'],
    ['--timeout soon accounts list', '--timeout'],
    ['--profile nope accounts list', 'there is no profile'],
  ])('that are wrong end in 2 or 5: %s', async (argv, text) => {
    const done = await runCli(argv, { env });
    expect([2, 5]).toContain(done.code);
    expect([done.stdout, done.stderr.includes(text)]).toEqual(['', true]);
  });
});

describe('errors', () => {
  it.each([
    [problem(401, 'invalid_token'), 4],
    [problem(402, 'payer_suspended'), 6],
    [problem(403, 'forbidden'), 9],
    [problem(404, 'not_found'), 5],
    [problem(409, 'conflict'), 6],
    [problem(412, 'stale'), 6],
    [problem(400, 'invalid_request'), 2],
    [problem(429, 'rate_limited'), 7],
    [problem(503, 'busy'), 7],
    [refused('ECONNREFUSED'), 7],
  ])('have the exit code of their kind', async (reply, code) => {
    const { send } = scripted(reply);
    const done = await runCli('accounts list --max-retries 0', { send, env });
    expect([done.code, done.stdout]).toEqual([code, '']);
  });

  it('are one JSON line for machines', async () => {
    const { send } = scripted(problem(403, 'forbidden', { request_id: 'req-12345', reasons: [] }));
    const done = await runCli('accounts list --json', { send, env });
    expect(JSON.parse(done.stderr)).toEqual({
      error: {
        code: 'forbidden',
        message: 'forbidden happened. forbidden',
        status: 403,
        request_id: 'req-12345',
        hint: 'tenantctl whoami',
        retryable: false,
        details: null,
        reasons: [],
      },
    });
    expect(done.stderr.endsWith('}\n')).toBe(true);
  });

  it('say that waiting is going on', async () => {
    const { send } = scripted(
      problem(429, 'rate_limited', {}, { 'retry-after': '12' }),
      json({ data: [], next_cursor: null }),
    );
    const done = await runCli('accounts list --json', { send, env });
    expect(done).toMatchObject({ code: 0, stdout: '[]\n', stderr: 'rate limited, waiting 12 s\n' });
  });

  it('that are bugs say so, and show their stack only with --debug', async () => {
    const send = async () => ({
      status: 200,
      headers: {},
      get body(): string {
        throw new RangeError('a bug');
      },
    });
    const plain = await runCli('accounts list', { send, env });
    expect(plain.code).toBe(1);
    expect(plain.stderr).toContain('This is a bug in tenantctl');
    expect(plain.stderr).not.toContain('main.test.ts');
    expect((await runCli('accounts list --debug', { send, env })).stderr).toContain('main.test.ts');
  });
});

describe('the end of a run', () => {
  it('by Ctrl-C is 130, without words', async () => {
    const stop = new AbortController();
    const send = async (request: { signal: AbortSignal }) => {
      queueMicrotask(() => stop.abort());
      return await new Promise<never>((_, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason)),
      );
    };
    const done = await runCli('accounts list', { send, env, interrupt: stop.signal });
    expect(done).toMatchObject({ code: 130, stdout: '', stderr: '' });
  });

  it('by a reader that went away is 0', async () => {
    const { send } = scripted(json({ data: [], next_cursor: null }));
    const gone = Object.assign(
      new PassThrough({
        write(_chunk, _encoding, done) {
          done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
        },
      }),
      { isTTY: false },
    );
    const { worldOf } = await import('./support/cli.ts');
    const world = { ...worldOf({ send, env }, gone, new PassThrough()) };
    expect(await main(['accounts', 'list', '--json'], world)).toBe(0);
  });
});
