import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { NEW_PASSWORD, PASSWORD, startServer, type TestServer } from '../support/server.ts';

const EMAIL = 'ada@example.org';

async function begun(server: TestServer, client?: string) {
  return await server.ok('auth.device', { body: client === undefined ? {} : { client } });
}

const token = (server: TestServer, device_code: string) =>
  server.call('auth.device_token', { body: { device_code } });

const approve = (server: TestServer, user_code: string, password = PASSWORD) =>
  server.call('auth.device_approve', { body: { user_code, email: EMAIL, password } });

const codeOf = ({ body }: { body: unknown }) => Reflect.get(Object(body), 'code') as unknown;

describeOnEachDatabase('sign-in by a browser (RFC 8628)', (open) => {
  it('is approved with the code, by whoever has the password, and fetched once', async () => {
    const server = await startServer({ database: await open() });
    await server.signUp(EMAIL);
    const device = await begun(server, 'tenantctl on laptop');
    expect(device).toMatchObject({
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      expires_in: 900,
      interval: 5,
    });
    expect(device.verification_uri_complete).toBe(`${device.verification_uri}?code=${device.user_code}`);
    expect(codeOf(await token(server, device.device_code))).toBe('authorization_pending');
    const typed = device.user_code.replace('-', ' ').toLowerCase();
    expect(await server.ok('auth.device_preview', { body: { user_code: typed } })).toMatchObject({
      user_code: device.user_code,
      client: 'tenantctl on laptop',
      address: '127.0.0.1',
    });
    expect((await approve(server, typed)).body).toEqual({ changed: true });
    const session = await server.ok('auth.device_token', { body: { device_code: device.device_code } });
    const me = await server.ok('me.show', { token: session.access_token });
    expect([me.user?.email, me.credential.kind]).toEqual([EMAIL, 'user']);
    expect(codeOf(await token(server, device.device_code))).toBe('invalid_secret');
    expect(codeOf(await approve(server, device.user_code))).toBe('invalid_secret');
  });

  it('tells a device that asks too often to slow down, also when it is told again', async () => {
    const server = await startServer({ database: await open() });
    const { device_code } = await begun(server);
    const codes = [];
    for (const seconds of [0, 1, 5, 2, 5]) {
      server.clock.advance({ seconds });
      codes.push(codeOf(await token(server, device_code)));
    }
    expect(codes).toEqual([
      'authorization_pending',
      'slow_down',
      'authorization_pending',
      'slow_down',
      'authorization_pending',
    ]);
  });

  it('ends after a quarter of an hour, for the device and for the person', async () => {
    const server = await startServer({ database: await open() });
    await server.signUp(EMAIL);
    const { device_code, user_code } = await begun(server);
    server.clock.advance({ seconds: 900 });
    expect(codeOf(await token(server, device_code))).toBe('expired_token');
    expect(codeOf(await approve(server, user_code))).toBe('invalid_secret');
  });

  it('is denied by whoever has the code, and then approved by nobody', async () => {
    const server = await startServer({ database: await open() });
    await server.signUp(EMAIL);
    const { device_code, user_code } = await begun(server);
    expect(await server.ok('auth.device_deny', { body: { user_code } })).toEqual({ changed: true });
    expect(codeOf(await token(server, device_code))).toBe('access_denied');
    expect(codeOf(await approve(server, user_code))).toBe('invalid_secret');
  });

  it('is not approved with a wrong password, and a code is not used up by it', async () => {
    const server = await startServer({ database: await open() });
    await server.signUp(EMAIL);
    const { device_code, user_code } = await begun(server);
    expect(codeOf(await approve(server, user_code, NEW_PASSWORD))).toBe('invalid_credentials');
    expect(codeOf(await token(server, device_code))).toBe('authorization_pending');
    expect((await approve(server, user_code)).status).toBe(200);
  });

  it('falls with the password that approved it, as every other session does (D19)', async () => {
    const server = await startServer({ database: await open() });
    const session = await server.signUp(EMAIL);
    const { device_code, user_code } = await begun(server);
    await approve(server, user_code);
    const body = { current_password: PASSWORD, password: NEW_PASSWORD };
    await server.ok('auth.password_change', { token: session.access_token, body });
    expect(codeOf(await token(server, device_code))).toBe('access_denied');
  });

  it('gives its session to one of two that fetch it at the same moment', async () => {
    const server = await startServer({ database: await open() });
    await server.signUp(EMAIL);
    const { device_code, user_code } = await begun(server);
    await approve(server, user_code);
    const replies = await Promise.all([1, 2, 3].map(() => token(server, device_code)));
    expect(replies.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 404, 404]);
  });

  it('takes neither secret for the other, nor any other secret for either', async () => {
    const server = await startServer({ database: await open() });
    const session = await server.signUp(EMAIL);
    const { device_code, user_code } = await begun(server);
    for (const secret of [user_code, session.access_token, session.refresh_token])
      expect(codeOf(await token(server, secret))).toBe('invalid_secret');
    expect((await server.call('me.show', { token: device_code })).status).toBe(401);
    expect((await server.call('auth.device_deny', { body: { user_code: 'AAAA-AAA' } })).status).toBe(400);
  });

  it('is swept away a week later', async () => {
    const database = await open();
    const server = await startServer({ database });
    const { device_code } = await begun(server);
    server.clock.advance({ days: 8 });
    await database.write(async (trx) => {
      const { sweep } = await import('../../src/server/store/sweep.ts');
      await sweep(trx, server.clock.now(), 100);
    }, {});
    expect(codeOf(await token(server, device_code))).toBe('invalid_secret');
  });
});
