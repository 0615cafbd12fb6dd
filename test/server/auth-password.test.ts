import { describe, expect, test } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { NEW_PASSWORD, PASSWORD, startServer, type TestServer } from '../support/server.ts';

const EMAIL = 'ada@example.org';
const works = async (server: TestServer, token: string) =>
  (await server.call('me.show', { token })).status === 200;
const login = async (server: TestServer, password: string, email = EMAIL) =>
  (await server.call('auth.login', { body: { email, password } })).status;

describeOnEachDatabase('a forgotten password', (open) => {
  test('is replaced by a mailed link, once, and every session ends (T75)', async () => {
    const server = await startServer({ database: await open() });
    const before = await server.signUp(EMAIL);
    await server.ok('auth.password_forgot', { body: { email: EMAIL } });
    const secret = await server.secretFor(EMAIL);
    const replies = await Promise.all(
      [1, 2, 3].map(() => server.call('auth.password_reset', { body: { secret, password: NEW_PASSWORD } })),
    );
    expect(replies.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 404, 404]);
    expect(await works(server, before.access_token)).toBe(false);
    expect(await login(server, PASSWORD)).toBe(401);
    expect(await login(server, NEW_PASSWORD)).toBe(200);
  });

  test('an older link dies with the use of a newer one, and all after an hour', async () => {
    const server = await startServer({ database: await open() });
    await server.signUp(EMAIL);
    await server.ok('auth.password_forgot', { body: { email: EMAIL } });
    const older = await server.secretFor(EMAIL);
    await server.ok('auth.password_forgot', { body: { email: EMAIL } });
    const newer = await server.secretFor(EMAIL);
    await server.ok('auth.password_reset', { body: { secret: newer, password: NEW_PASSWORD } });
    expect(
      (await server.refused('auth.password_reset', { body: { secret: older, password: PASSWORD } })).code,
    ).toBe('invalid_secret');
    await server.ok('auth.password_forgot', { body: { email: EMAIL } });
    const late = await server.secretFor(EMAIL);
    server.clock.advance({ hours: 1 });
    expect(
      (await server.refused('auth.password_reset', { body: { secret: late, password: PASSWORD } })).code,
    ).toBe('secret_expired');
  });
});

describe('asking for a reset', () => {
  test('answers the same for known and unknown addresses, and mails the known alone', async () => {
    const server = await startServer();
    await server.signUp(EMAIL);
    const known = await server.call('auth.password_forgot', { body: { email: 'ADA@example.org' } });
    const unknown = await server.call('auth.password_forgot', { body: { email: 'bob@example.org' } });
    expect([known.status, known.body]).toEqual([unknown.status, unknown.body]);
    expect((await server.mails()).map(({ kind, to }) => [kind, to])).toEqual([
      ['signup', EMAIL],
      ['password_reset', EMAIL],
    ]);
  });
});

describe('changing the password', () => {
  test('ends the other sessions and pending links, and keeps this one (T75)', async () => {
    const server = await startServer();
    const here = await server.signUp(EMAIL);
    const there = await server.ok('auth.login', { body: { email: EMAIL, password: PASSWORD } });
    await server.ok('auth.password_forgot', { body: { email: EMAIL } });
    const secret = await server.secretFor(EMAIL);
    const body = { current_password: PASSWORD, password: NEW_PASSWORD };
    expect(await server.ok('auth.password_change', { token: here.access_token, body })).toEqual({
      changed: true,
    });
    expect([await works(server, here.access_token), await works(server, there.access_token)]).toEqual([
      true,
      false,
    ]);
    expect((await server.call('auth.refresh', { body: { refresh_token: here.refresh_token } })).status).toBe(
      200,
    );
    expect((await server.refused('auth.password_reset', { body: { secret, password: PASSWORD } })).code).toBe(
      'invalid_secret',
    );
    expect([await login(server, PASSWORD), await login(server, NEW_PASSWORD)]).toEqual([401, 200]);
  });

  test('needs the current one, and guessing it from a stolen session is slowed down', async () => {
    const server = await startServer();
    const { access_token: token } = await server.signUp(EMAIL);
    const body = { current_password: 'quite another one', password: NEW_PASSWORD };
    for (let times = 0; times < 10; times += 1) {
      expect((await server.refused('auth.password_change', { token, body })).code).toBe(
        'invalid_credentials',
      );
    }
    expect((await server.refused('auth.password_change', { token, body })).code).toBe('rate_limited');
  });

  test('is told to the mailbox when it changes, by whichever way; where no mail can leave it changes all the same', async () => {
    const server = await startServer();
    const { access_token: token } = await server.signUp(EMAIL);
    const news = async () =>
      (await server.mails(EMAIL)).filter(({ payload }) => payload['subject'] === 'Your password was changed')
        .length;
    await server.ok('auth.password_change', {
      token,
      body: { current_password: PASSWORD, password: NEW_PASSWORD },
    });
    expect(await news()).toBe(1);
    await server.ok('auth.password_forgot', { body: { email: EMAIL } });
    const reset =
      (await server.mails(EMAIL)).findLast(({ kind }) => kind === 'password_reset')?.payload.secret ?? '';
    await server.ok('auth.password_reset', { body: { secret: reset, password: PASSWORD } });
    expect(await news()).toBe(2);
    const mute = await startServer({ database: server.database, setup: { mail: 'none' } });
    const session = await mute.ok('auth.login', { body: { email: EMAIL, password: PASSWORD } });
    const body = { current_password: PASSWORD, password: NEW_PASSWORD };
    await mute.ok('auth.password_change', { token: session.access_token, body });
    expect(await news()).toBe(2);
  });

  test('needs a session', async () => {
    const server = await startServer();
    const body = { current_password: PASSWORD, password: NEW_PASSWORD };
    expect((await server.refused('auth.password_change', { body })).code).toBe('unauthenticated');
    const staff = await server.staffToken();
    expect((await server.call('auth.password_change', { token: staff, body })).status).toBe(403);
  });

  test('no secret, password or hash is in the audit trail', async () => {
    const server = await startServer();
    const { access_token: token } = await server.signUp(EMAIL);
    await server.ok('auth.password_change', {
      token,
      body: { current_password: PASSWORD, password: NEW_PASSWORD },
    });
    await server.ok('auth.password_forgot', { body: { email: EMAIL } });
    const events = JSON.stringify(
      await server.database.read((trx) => trx.selectFrom('audit_events').selectAll().execute()),
    );
    for (const hidden of [PASSWORD, NEW_PASSWORD, 'scrypt', 'tctl_']) expect(events).not.toContain(hidden);
  });
});

describe('an own address', () => {
  test('changes when the new one is confirmed, and the old one hears of it', async () => {
    const server = await startServer();
    const { access_token: token, user } = await server.signUp(EMAIL);
    await server.ok('auth.password_forgot', { body: { email: EMAIL } });
    const reset = await server.secretFor(EMAIL);
    const asked = await server.ok('me.update', {
      token,
      body: { email: 'ada@new.example', current_password: PASSWORD, name: 'Ada L' },
    });
    expect([asked.email, asked.name, asked.revision]).toEqual([EMAIL, 'Ada L', 2]);
    expect((await server.mails(EMAIL)).at(-1)?.kind).toBe('notice');
    const secret = await server.secretFor('ada@new.example');
    expect(await server.ok('auth.email_confirm', { body: { secret } })).toEqual({ changed: true });
    const me = await server.ok('me.show', { token });
    expect([me.user?.id, me.user?.email]).toEqual([user.id, 'ada@new.example']);
    expect(await login(server, PASSWORD, 'ada@new.example')).toBe(200);
    expect(await login(server, PASSWORD)).toBe(401);
    // A link in the old mailbox opens nothing any more, and neither does this one again.
    expect(
      (await server.refused('auth.password_reset', { body: { secret: reset, password: PASSWORD } })).code,
    ).toBe('invalid_secret');
    expect((await server.refused('auth.email_confirm', { body: { secret } })).code).toBe('invalid_secret');
  });

  test('needs the password, and a taken address looks like a free one', async () => {
    const server = await startServer();
    await server.signUp('bob@example.org');
    const { access_token: token } = await server.signUp(EMAIL);
    const without = await server.refused('me.update', { token, body: { email: 'x@example.org' } });
    expect(without.errors?.[0]?.pointer).toBe('/current_password');
    const wrong = { email: 'x@example.org', current_password: 'quite another one' };
    expect((await server.refused('me.update', { token, body: wrong })).code).toBe('invalid_credentials');
    const taken = await server.ok('me.update', {
      token,
      body: { email: 'Bob@example.org', current_password: PASSWORD },
    });
    expect(taken.email).toBe(EMAIL);
    expect((await server.mails('bob@example.org')).at(-1)?.kind).toBe('signup_known');
  });

  test('that was taken meanwhile stays with who has it', async () => {
    const server = await startServer();
    const { access_token: token } = await server.signUp(EMAIL);
    await server.ok('me.update', { token, body: { email: 'x@example.org', current_password: PASSWORD } });
    const secret = await server.secretFor('x@example.org');
    await server.ok('auth.signup', { body: { email: 'x@example.org' } });
    const signup = await server.secretFor('x@example.org');
    await server.ok('auth.signup_finish', { body: { secret: signup, password: PASSWORD } });
    expect((await server.refused('auth.email_confirm', { body: { secret } })).code).toBe('address_taken');
  });
});
