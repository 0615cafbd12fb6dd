import { statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WireRequest } from '../../../src/client/wire.ts';
import { json, problem, scripted } from '../../client/wire.ts';
import { Cli, runCli, sendTo } from '../../support/cli.ts';
import { NEW_PASSWORD, PASSWORD, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let cli: Cli;

beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
});

/** The server, and a person who does this with the code once it stands on the terminal. */
function withBrowser(act: (userCode: string) => Promise<unknown>) {
  const opened: string[] = [];
  const asked: string[] = [];
  const send = async (request: WireRequest) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/v1/auth/device/token') {
      server.clock.advance({ seconds: 5 });
      asked.push(pathname);
      if (asked.length === 2) await act(new URL(opened[0] ?? '').searchParams.get('code') ?? '');
    }
    return await sendTo(server.app)(request);
  };
  const openUrl = async (url: string) => void opened.push(url);
  return { options: { send, openUrl, tty: true } as const, opened, asked };
}

describe('login by a browser', () => {
  it('shows where to go, opens it, and waits until somebody has approved it', async () => {
    await server.signUp('ana@example.com');
    const body = (user_code: string) => ({ user_code, email: 'ana@example.com', password: PASSWORD });
    const browser = withBrowser((code) => server.ok('auth.device_approve', { body: body(code) }));
    const done = await cli.run('login', browser.options);
    expect([done.code, done.stdout]).toEqual([
      0,
      'Signed in to http://127.0.0.1:7411 as ana@example.com (profile default).\n',
    ]);
    expect(done.stderr).toMatch(/^To sign in, open \S+\/device and enter the code [A-Z]{4}-[A-Z]{4}\n/);
    expect([browser.opened.length, browser.asked.length]).toEqual([1, 2]);
    expect((await cli.run('whoami --json')).json()).toMatchObject({ user: { email: 'ana@example.com' } });
  });

  it('that is denied there is 4, and keeps nothing', async () => {
    const browser = withBrowser((user_code) => server.ok('auth.device_deny', { body: { user_code } }));
    const done = await cli.run('login', browser.options);
    expect(done.code).toBe(4);
    expect(done.stderr).toContain('the sign-in was denied in the browser');
    expect((await cli.run('profiles list --json')).json()).toEqual([]);
  });

  it('that nobody approves ends by itself', async () => {
    const browser = withBrowser(async () => server.clock.advance({ hours: 1 }));
    const done = await cli.run('login', browser.options);
    expect([done.code, done.stderr]).toEqual([
      4,
      expect.stringContaining('nobody approved the sign-in in time'),
    ]);
  });

  it('opens nothing but a web page, and nothing with --no-browser', async () => {
    for (const [argv, address] of [
      ['login', 'file:///etc/passwd'],
      ['login --no-browser', 'http://127.0.0.1/device'],
    ] as const) {
      const opened: string[] = [];
      const { send } = scripted(
        json({
          device_code: 'x',
          user_code: 'WDJB-MJHT',
          verification_uri: address,
          verification_uri_complete: address,
          expires_in: 900,
          interval: 5,
        }),
        problem(400, 'access_denied'),
      );
      const done = await runCli(argv, { send, tty: true, openUrl: async (url) => void opened.push(url) });
      expect([done.code, opened]).toEqual([4, []]);
    }
  });
});

describe('login', () => {
  it('keeps a session that the next command uses', async () => {
    await server.signUp('ana@example.com', 'Ana');
    const done = await cli.run('login --email ana@example.com --password-stdin', { stdin: `${PASSWORD}\n` });
    expect(done).toMatchObject({
      code: 0,
      stdout: 'Signed in to http://127.0.0.1:7411 as ana@example.com (profile default).\n',
      stderr: '',
    });
    const me = await cli.run('whoami --json');
    expect(me.json()).toMatchObject({
      user: { email: 'ana@example.com', name: 'Ana' },
      credential: { kind: 'user' },
    });
    expect(statSync(join(cli.configDir, 'credentials.json')).mode & 0o777).toBe(0o600);
  });

  it('never prints a token', async () => {
    await server.signUp('ana@example.com');
    const done = await cli.run('login --email ana@example.com --password-stdin --json --debug', {
      stdin: PASSWORD,
    });
    expect(done.code).toBe(0);
    expect(`${done.stdout}${done.stderr}`).not.toMatch(/tctl_|plum harbour/);
  });

  it('asks a person for what is missing, and never shows the password', async () => {
    await server.signUp('ana@example.com');
    const done = await cli.run('login --email ana@example.com', { answers: [['Password', PASSWORD]] });
    expect([done.code, done.stdout]).toEqual([
      0,
      'Signed in to http://127.0.0.1:7411 as ana@example.com (profile default).\n',
    ]);
    expect(done.stderr).not.toContain(PASSWORD);
  });

  it('with a wrong password is 4 and keeps nothing', async () => {
    await server.signUp('ana@example.com');
    const done = await cli.run('login --email ana@example.com --password-stdin', {
      stdin: 'wrong wrong wrong',
    });
    expect(done.code).toBe(4);
    expect(done.stderr).toContain('Try:  tenantctl auth password reset');
    expect((await cli.run('profiles list --json')).json()).toEqual([]);
  });

  it.each(['login', 'login --email ana@example.com', 'login --no-input'])(
    '%s without a person is 4 at once',
    async (argv) => {
      const done = await cli.run(argv);
      expect([done.code, done.stdout]).toEqual([4, '']);
      expect(done.stderr).toContain('Code: unattended');
    },
  );

  it('keeps a token from stdin, and refuses what is none', async () => {
    const done = await cli.run('login --with-token --profile ops', {
      stdin: `${await server.staffToken()}\n`,
    });
    expect(done.code).toBe(0);
    expect((await cli.run('whoami --profile ops --json')).json()).toMatchObject({
      credential: { kind: 'staff' },
    });
    expect(await cli.run('login --with-token', { stdin: 'tctl_user_nonsense' })).toMatchObject({
      code: 2,
      stdout: '',
    });
  });

  it('warns where the environment would win', async () => {
    const token = await server.staffToken();
    const done = await cli.run('login --with-token', { stdin: token, env: { TENANTCTL_TOKEN: token } });
    expect(done.stderr).toBe(
      "Warning: TENANTCTL_TOKEN is set, and is used instead of this profile's credential\n",
    );
  });

  it('refuses a profile that is for another API', async () => {
    await cli.ok('profiles add prod --api-url https://api.example.com --protected');
    const done = await cli.run('login --with-token --profile prod --api-url http://127.0.0.1:7411', {
      stdin: await server.staffToken(),
    });
    expect(done).toMatchObject({ code: 2 });
    expect(done.stderr).toContain('profile_for_other_api');
  });

  it('has no dry run', async () => {
    expect(await runCli('login --dry-run')).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('signup', () => {
  it('mails a link and is finished by its secret', async () => {
    const sent = await cli.run('signup ben@example.com');
    expect([sent.code, sent.stdout]).toEqual([
      0,
      'A link is on its way to ben@example.com. It finishes the sign-up.\n',
    ]);
    const secret = await server.secretFor('ben@example.com');
    const done = await cli.run(['signup', '--secret-stdin', '--name', 'Ben B'], {
      stdin: `${secret}\n${PASSWORD}\n`,
    });
    expect(done.stdout).toBe(
      'Welcome. Signed in to http://127.0.0.1:7411 as ben@example.com (profile default).\n',
    );
    expect((await cli.run('whoami --json')).json()).toMatchObject({ user: { name: 'Ben B' } });
  });
});

describe('logout', () => {
  it('ends the session there and here', async () => {
    await cli.signIn('ana@example.com');
    const { token } = (await cli.ok('auth token --json')).json() as { token: string };
    expect(await cli.run('logout')).toMatchObject({
      code: 0,
      stdout: 'Signed out of profile ana.\n',
      stderr: '',
    });
    expect((await server.call('me.show', { token })).status).toBe(401);
    expect((await cli.run('whoami')).code).toBe(4);
    expect(await cli.run('logout')).toMatchObject({ code: 0, stdout: 'Profile ana was not signed in.\n' });
  });
});

describe('the session', () => {
  it('is renewed when its time is over', async () => {
    await cli.signIn('ana@example.com');
    const before = (await cli.ok('auth token')).stdout;
    server.clock.advance({ hours: 2 });
    expect((await cli.run('whoami -o none')).code).toBe(0);
    expect((await cli.ok('auth token')).stdout).not.toBe(before);
  });

  it('is renewed when the server alone knows that it is over', async () => {
    await cli.signIn('ana@example.com');
    const now = server.clock.now().getTime();
    server.clock.advance({ hours: 2 });
    expect((await cli.run('whoami -o none', { now })).code).toBe(0);
  });

  it('is renewed by hand, and its state told', async () => {
    await cli.signIn('ana@example.com');
    expect((await cli.run('auth refresh --json')).json()).toMatchObject({ profile: 'ana' });
    expect((await cli.run('auth status --json')).json()).toMatchObject({
      profile: 'ana',
      user: 'ana@example.com',
      source: 'profile',
      store: 'file',
      location: join(cli.configDir, 'credentials.json'),
      plaintext: true,
      valid: true,
    });
  });
});

describe('the password', () => {
  it('is changed from stdin', async () => {
    await cli.signIn('ana@example.com');
    const done = await cli.run('auth password change --password-stdin', {
      stdin: `${PASSWORD}\n${NEW_PASSWORD}\n`,
    });
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(
      (await cli.run('login --email ana@example.com --password-stdin --profile ana', { stdin: NEW_PASSWORD }))
        .code,
    ).toBe(0);
  });

  it('is reset by a mailed secret', async () => {
    await server.signUp('ana@example.com');
    expect((await cli.run('auth password reset ana@example.com')).code).toBe(0);
    const secret = await server.secretFor('ana@example.com');
    const done = await cli.run('auth password reset --secret-stdin', {
      stdin: `${secret}\n${NEW_PASSWORD}\n`,
    });
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(
      (await cli.run('login --email ana@example.com --password-stdin', { stdin: NEW_PASSWORD })).code,
    ).toBe(0);
  });
});
