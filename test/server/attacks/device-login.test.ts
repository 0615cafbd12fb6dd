import { expect, it } from 'vitest';
import { buildApp } from '../../../src/server/app.ts';
import { defaultPolicies } from '../../../src/server/http/rate-limit.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { NEW_PASSWORD, PASSWORD, startServer, TestServer } from '../../support/server.ts';

const EMAIL = 'ada@example.org';
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';

const begin = (server: TestServer, client?: string, ip?: string) =>
  server.ok('auth.device', {
    body: client === undefined ? {} : { client },
    ...(ip !== undefined && { ip }),
  });

const approve = (
  server: TestServer,
  user_code: string,
  email = EMAIL,
  password = PASSWORD,
  ip = '10.0.0.1',
) => server.call('auth.device_approve', { body: { user_code, email, password }, ip });

const fetchSession = (server: TestServer, device_code: string) =>
  server.call('auth.device_token', { body: { device_code } });

const codeOf = ({ body }: { body: unknown }) => Reflect.get(Object(body), 'code') as unknown;

/** An eight-letter code that nobody was given. */
const guess = (n: number): string =>
  Array.from({ length: 8 }, (_, at) => LETTERS[Math.floor(n / LETTERS.length ** at) % LETTERS.length]).join(
    '',
  );

const platformEvents = async (server: TestServer) =>
  (
    await server.database.read((trx) =>
      trx.selectFrom('audit_events').where('account_id', 'is', null).select('action').execute(),
    )
  ).length;

describeOnEachDatabase('T66: signing in by somebody else’s browser', (open) => {
  it('guessing codes: all say the same, run into the limit of a network, and leave no trace', async () => {
    const quiet = await startServer({ database: await open() });
    const app = buildApp({ deps: quiet.deps, policies: defaultPolicies, checkAnswers: true });
    // oxlint-disable-next-line typescript/no-misused-spread -- its fields are what is wanted, with another app
    const server = new TestServer({ ...quiet, app });
    await quiet.signUp(EMAIL);
    const waiting = await begin(quiet);
    const before = await platformEvents(quiet);
    const answers = new Set<string>();
    let limited = 0;
    for (let n = 0; n < 400; n += 1) {
      const body = { user_code: guess(n * 7919) };
      const id = (['auth.device_preview', 'auth.device_deny'] as const)[n % 2] ?? 'auth.device_preview';
      // An invented credential and neighbours in one IPv6 network open no window of their own.
      const reply = await server.call(id, { body, ip: `2001:db8::${n.toString(16)}`, token: `x${n}` });
      if (reply.status === 429) limited += 1;
      else answers.add(`${reply.status} ${String(Reflect.get(Object(reply.body), 'detail'))}`);
    }
    expect(answers.size).toBe(1);
    expect(limited).toBe(100);
    expect(await platformEvents(quiet)).toBe(before);
    expect(codeOf(await fetchSession(quiet, waiting.device_code))).toBe('authorization_pending');
    // No device code is a user code, nor half of one, nor a pattern.
    for (const user_code of [waiting.device_code, waiting.user_code.slice(0, 4), '%%%%-%%%%', '________', ''])
      expect((await quiet.call('auth.device_preview', { body: { user_code } })).status).toBe(400);
  });

  it('is no way round the limit of wrong passwords, and says nothing of who has signed up', async () => {
    const server = await startServer({ database: await open() });
    await server.signUp(EMAIL);
    const { user_code } = await begin(server);
    const known = await approve(server, user_code, EMAIL, 'wrong password here', '10.9.9.9');
    const unknown = await approve(server, user_code, 'nobody@example.org', 'wrong password here', '10.9.9.8');
    const strip = ({ status, body }: { status: number; body: unknown }) =>
      `${status} ${JSON.stringify(body).replace(/"request_id":"[^"]+"/, '')}`;
    expect(strip(known)).toBe(strip(unknown));
    for (let n = 0; n < 10; n += 1) await approve(server, user_code, EMAIL, `wrong password ${n}`);
    expect(codeOf(await approve(server, user_code))).toBe('rate_limited');
    const login = { body: { email: EMAIL, password: PASSWORD }, ip: '10.0.0.1' };
    expect((await server.refused('auth.login', login)).code).toBe('rate_limited');
    // Their owner, elsewhere, is not locked out by it.
    expect((await approve(server, user_code, EMAIL, PASSWORD, '192.0.2.1')).status).toBe(200);
  });

  it('T52: approved by somebody who is gone, changed address or password since, it gives nothing', async () => {
    const server = await startServer({ database: await open() });
    const after = async (change: (token: string, email: string) => Promise<unknown>, email: string) => {
      const { access_token } = await server.signUp(email);
      const device = await begin(server);
      expect((await approve(server, device.user_code, email)).status).toBe(200);
      await change(access_token, email);
      const reply = await fetchSession(server, device.device_code);
      return [
        reply.status < 500,
        reply.status >= 400,
        codeOf(await fetchSession(server, device.device_code)),
      ];
    };
    const gone = await after(
      (token) => server.ok('me.delete', { token, body: { current_password: PASSWORD } }),
      'gone@example.org',
    );
    expect(gone.slice(0, 2)).toEqual([true, true]);
    const reset = await after(async (_, email) => {
      await server.ok('auth.password_forgot', { body: { email } });
      const secret = await server.secretFor(email);
      await server.ok('auth.password_reset', { body: { secret, password: NEW_PASSWORD } });
    }, 'reset@example.org');
    expect(reset).toEqual([true, true, 'access_denied']);
    const moved = await after(async (token) => {
      const body = { email: 'new@example.org', current_password: PASSWORD };
      await server.ok('me.update', { token, body });
      const secret = await server.secretFor('new@example.org');
      await server.ok('auth.email_confirm', { body: { secret } });
    }, 'moved@example.org');
    expect(moved).toEqual([true, true, 'access_denied']);
    // Nobody approves for somebody who is gone.
    const late = await begin(server);
    expect((await approve(server, late.user_code, 'gone@example.org')).status).toBe(401);
  });

  it('fixation: a code is answered once, and a session goes to the device that asked for it alone', async () => {
    const server = await startServer({ database: await open() });
    await server.signUp(EMAIL);
    await server.signUp('mallory@example.org');
    const mine = await begin(server, 'mine');
    const theirs = await begin(server, 'theirs');
    const [first, second, denied] = await Promise.all([
      approve(server, mine.user_code),
      approve(server, mine.user_code, 'mallory@example.org'),
      server.call('auth.device_deny', { body: { user_code: mine.user_code } }),
    ]);
    expect([first, second, denied].filter(({ status }) => status === 200)).toHaveLength(1);
    expect(codeOf(await fetchSession(server, theirs.device_code))).toBe('authorization_pending');
    const sessions = await Promise.all(
      Array.from({ length: 6 }, () => fetchSession(server, mine.device_code)),
    );
    expect(sessions.filter(({ status }) => status < 300).length).toBeLessThanOrEqual(1);
    // Whatever a caller sends along, the address that asked is the one of its connection.
    const spoofed = await server.ok('auth.device', {
      body: { client: '<script>alert(1)</script>' },
      headers: { 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6' },
      ip: '198.51.100.7',
    });
    const page = await server.app.inject({ url: `/device?code=${spoofed.user_code}` });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('198.51.100.7');
    expect(page.body).not.toMatch(/6\.6\.6\.6|<script>alert/);
    expect(String(page.headers['content-security-policy'])).toMatch(/default-src 'none'/);
    for (const client of ['a\r\nb', 'a\u202eb', 'x'.repeat(10_000), '\u0000'])
      expect((await server.call('auth.device', { body: { client } })).status).toBe(400);
  });

  it('audit spam: what nobody answered leaves no event, whoever begins how much', async () => {
    const server = await startServer({ database: await open() });
    const before = await platformEvents(server);
    for (let n = 0; n < 30; n += 1) {
      const { device_code } = await begin(server);
      await fetchSession(server, device_code);
    }
    expect(await platformEvents(server)).toBe(before);
  });
});
