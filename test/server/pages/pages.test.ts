import { afterEach, describe, expect, it } from 'vitest';
import { mintToken } from '../../../src/contract/token.ts';
import {
  NEW_PASSWORD,
  PASSWORD,
  startServer,
  type TestOptions,
  type TestServer,
} from '../../support/server.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function server(options: TestOptions = {}): Promise<TestServer> {
  const started = await startServer(options);
  servers.push(started);
  return started;
}

interface Invited {
  readonly server: TestServer;
  readonly account: string;
  readonly admin: string;
  readonly secret: string;
  readonly invite: string;
}

/** An account with an administrator who has invited somebody. */
async function invited(email = 'ana@x.example', options: TestOptions = {}, name = 'Acme'): Promise<Invited> {
  const started = await server(options);
  const { access_token: admin } = await started.signUp('boss@acme.example', 'The Boss');
  const account = (await started.ok('accounts.create', { token: admin, body: { kind: 'standard', name } }))
    .id;
  const invite = await started.ok('invites.send', {
    token: admin,
    params: { account },
    body: { email, role: 'user', modules: ['forms'] },
  });
  return { server: started, account, admin, secret: await started.secretFor(email), invite: invite.id };
}

const get = (app: TestServer, path: string, secret?: string) =>
  app.app.inject({ method: 'GET', url: path, ...(secret !== undefined && { query: { secret } }) });

const post = (app: TestServer, path: string, form: Record<string, string>) =>
  app.app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(form).toString(),
  });

const titleOf = (body: string) => /<title>(.*?)<\/title>/s.exec(body)?.[1];
/** What a person reads. */
const wordsOf = (body: string) =>
  body
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

async function stateOf({ server: app, account, admin, invite }: Invited): Promise<string> {
  return (await app.ok('invites.show', { token: admin, params: { account, invite } })).state;
}

describe('/accept', () => {
  it('shows the invitation and the form, and changes nothing however often it is opened (T22)', async () => {
    const made = await invited();
    for (const method of ['GET', 'HEAD', 'GET'] as const) {
      const response = await made.server.app.inject({
        method,
        url: '/accept',
        query: { secret: made.secret },
      });
      expect(response.statusCode).toBe(200);
    }
    const { body } = await get(made.server, '/accept', made.secret);
    expect(titleOf(body)).toBe('Invitation to Acme');
    expect(wordsOf(body)).toContain(
      'Account Acme Role user Modules forms Invited by The Boss Valid until 2026-03-09 09:00 UTC',
    );
    expect(body).toMatch(
      /<input\s+id="password" name="password" type="password" autocomplete="new-password" required/,
    );
    expect(body).toContain('value="ana@x.example"');
    expect(await stateOf(made)).toBe('pending');
  });

  it('accepts with a new password, and says how to sign in', async () => {
    const made = await invited();
    const form = {
      secret: made.secret,
      action: 'accept',
      name: 'Ana',
      password: NEW_PASSWORD,
      repeated: NEW_PASSWORD,
    };
    const { statusCode, body } = await post(made.server, '/accept', form);
    expect(statusCode).toBe(200);
    expect(wordsOf(body)).toContain('You are now a member of Acme , as user.');
    expect(wordsOf(body)).toContain('tenantctl login --api-url http://tenancy.test --email ana@x.example');
    expect(body).not.toContain(NEW_PASSWORD);
    expect(await stateOf(made)).toBe('accepted');
    const session = await made.server.ok('auth.login', {
      body: { email: 'ana@x.example', password: NEW_PASSWORD },
    });
    expect(session.user.name).toBe('Ana');
  });

  it('asks somebody who has an account for their own password, and leaves that account as it is (T13)', async () => {
    const made = await invited('known@x.example');
    await made.server.signUp('known@x.example', 'Known');
    const secret =
      (await made.server.mails('known@x.example')).find((mail) => mail.kind === 'invite')?.payload.secret ??
      '';
    const shown = await get(made.server, '/accept', secret);
    expect(shown.body).toContain('autocomplete="current-password"');
    expect(shown.body).not.toContain('new-password');
    const wrong = await post(made.server, '/accept', { secret, action: 'accept', password: NEW_PASSWORD });
    expect(wrong.statusCode).toBe(401);
    expect(wordsOf(wrong.body)).toContain('This is not the password of your account.');
    expect(await stateOf(made)).toBe('pending');
    const right = await post(made.server, '/accept', {
      secret,
      action: 'accept',
      password: PASSWORD,
      name: 'Mallory',
    });
    expect(right.statusCode).toBe(200);
    const session = await made.server.ok('auth.login', {
      body: { email: 'known@x.example', password: PASSWORD },
    });
    expect(session.user.name).toBe('Known');
  });

  it('declines', async () => {
    const made = await invited();
    const { statusCode, body } = await post(made.server, '/accept', {
      secret: made.secret,
      action: 'decline',
    });
    expect([statusCode, titleOf(body)]).toEqual([200, 'Invitation declined']);
    expect(await stateOf(made)).toBe('declined');
    expect(titleOf((await get(made.server, '/accept', made.secret)).body)).toBe(
      'The invitation was declined',
    );
  });

  it.each([
    ['too short', { password: 'short', repeated: 'short' }, 'The password'],
    ['none', {}, 'The password'],
    [
      'typed differently',
      { password: NEW_PASSWORD, repeated: `${NEW_PASSWORD}x` },
      'The two passwords differ',
    ],
    [
      'own address',
      { password: 'ana@x.example.ana@x.example', repeated: 'ana@x.example.ana@x.example' },
      'The password',
    ],
  ])(
    'shows the form again for a password that is %s, with what is wrong and never with the password',
    async (_name, fields: Record<string, string>, said) => {
      const made = await invited();
      const { statusCode, body } = await post(made.server, '/accept', {
        secret: made.secret,
        action: 'accept',
        name: 'Ana <b>',
        ...fields,
      });
      expect(statusCode).toBe(400);
      expect(/role="alert"[^>]*>.*?<li><a href="#password">(.*?)<\/a>/s.exec(body)?.[1]).toContain(said);
      expect(body).toContain('value="Ana &lt;b&gt;"');
      expect(body).toContain('aria-invalid="true"');
      if (fields.password !== undefined)
        expect(body.replaceAll('value="ana@x.example"', '')).not.toContain(fields.password);
      expect(await stateOf(made)).toBe('pending');
    },
  );

  it('says in plain words why a link does not work: expired, revoked, resent over, accepted, unknown', async () => {
    const expired = await invited();
    expired.server.clock.advance({ days: 7 });
    const late = await get(expired.server, '/accept', expired.secret);
    expect([late.statusCode, titleOf(late.body)]).toEqual([410, 'The invitation has expired']);

    const revoked = await invited();
    await revoked.server.ok('invites.revoke', {
      token: revoked.admin,
      params: { account: revoked.account, invite: revoked.invite },
    });
    const back = await post(revoked.server, '/accept', {
      secret: revoked.secret,
      action: 'accept',
      password: NEW_PASSWORD,
    });
    expect([back.statusCode, titleOf(back.body)]).toEqual([410, 'The invitation was taken back']);

    const resent = await invited();
    await resent.server.ok('invites.resend', {
      token: resent.admin,
      params: { account: resent.account, invite: resent.invite },
    });
    const old = await get(resent.server, '/accept', resent.secret);
    expect([old.statusCode, titleOf(old.body)]).toEqual([404, 'This link is not valid']);
    expect(wordsOf(old.body)).toContain('Look for a newer mail');

    const done = await invited();
    const form = { secret: done.secret, action: 'accept', password: NEW_PASSWORD };
    await post(done.server, '/accept', form);
    const again = await post(done.server, '/accept', form);
    expect([again.statusCode, titleOf(again.body)]).toEqual([409, 'The invitation was accepted already']);

    for (const secret of [
      undefined,
      '',
      'x',
      mintToken('inv'),
      mintToken('mail'),
      done.invite,
      'y'.repeat(5000),
    ]) {
      const unknown = await get(done.server, '/accept', secret);
      expect([unknown.statusCode, titleOf(unknown.body)]).toEqual([404, 'This link is not valid']);
    }
  });

  it('names are text: nothing of them becomes markup, in the page or its title', async () => {
    const name = `</title><script>alert(1)</script>" onload='x' \`<img src=x>`;
    const made = await invited('ana@x.example', {}, name);
    const { body } = await get(made.server, '/accept', made.secret);
    expect(body).not.toContain('<script');
    expect(body).not.toContain('<img');
    expect(titleOf(body)).toContain('&lt;/title&gt;&lt;script&gt;');
  });

  it('an address that a shell would understand is quoted in the command to copy', async () => {
    const made = await invited("o'hara`id`$x@x.example");
    const { body } = await post(made.server, '/accept', {
      secret: made.secret,
      action: 'accept',
      password: NEW_PASSWORD,
    });
    expect(body).toContain('--email &#39;o&#39;\\&#39;&#39;hara&#96;id&#96;$x@x.example&#39;');
  });
});

describe('every page', () => {
  it('loads nothing, runs nothing, is framed by nobody, kept by nobody and tells nobody where it was', async () => {
    const made = await invited();
    const mail = mintToken('mail');
    const pages = [
      await get(made.server, '/accept', made.secret),
      await get(made.server, '/accept', 'unknown'),
      await get(made.server, '/signup', mail),
      await get(made.server, '/reset', mail),
      await get(made.server, '/confirm-email', mail),
    ];
    for (const { headers, body } of pages) {
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/]+='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      );
      expect(headers['set-cookie']).toBeUndefined();
      expect(body).toMatch(/^<!doctype html>\s*<html lang="en">/);
      expect(body).not.toMatch(/<script|\son\w+=|style=|src=|https?:\/\/(?!tenancy\.test)/i);
      // Every field that is seen has its label.
      for (const [, id] of body.matchAll(/<input\s+id="([\w-]+)"/g))
        expect(body).toContain(`<label for="${id}">`);
    }
  });

  it('forms are understood on the pages and nowhere else, and other bodies not on them', async () => {
    const made = await invited();
    const elsewhere = await post(made.server, '/v1/invites/accept', {
      secret: made.secret,
      password: NEW_PASSWORD,
    });
    expect(elsewhere.statusCode).toBe(415);
    const json = await made.server.app.inject({
      method: 'POST',
      url: '/accept',
      payload: { secret: made.secret, action: 'decline' },
    });
    expect([json.statusCode, json.headers['content-type']]).toEqual([415, 'text/html; charset=utf-8']);
    const none = await made.server.app.inject({ method: 'POST', url: '/accept' });
    expect(none.statusCode).toBe(415);
    const large = await post(made.server, '/accept', { secret: made.secret, password: 'x'.repeat(20_000) });
    expect(large.statusCode).toBe(413);
    expect(await stateOf(made)).toBe('pending');
  });

  it('is limited like the operations behind it', async () => {
    const policies = {
      default: { quota: 1000, window: 60 },
      public: { quota: 3, window: 60 },
      mailing: { quota: 1000, window: 60 },
    };
    const limited = await server({ policies });
    for (let tries = 0; tries < 3; tries += 1)
      expect((await get(limited, '/accept', 'guess')).statusCode).toBe(404);
    const { statusCode, headers, body } = await get(limited, '/accept', 'guess');
    expect([statusCode, titleOf(body)]).toEqual([429, 'Too many tries']);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect((await post(limited, '/reset', {})).statusCode).toBe(429);
  });

  it('the secret of a link stands in no log line', async () => {
    const lines: string[] = [];
    const made = await invited();
    const { buildApp } = await import('../../../src/server/app.ts');
    const app = buildApp({
      deps: made.server.deps,
      log: { level: 'debug', stream: { write: (line) => void lines.push(line) } },
    });
    await app.inject({ method: 'GET', url: '/accept', query: { secret: made.secret } });
    await app.inject({ method: 'GET', url: '/reset', query: { secret: made.secret } });
    await app.close();
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('')).not.toContain(made.secret);
  });
});

describe('/signup, /reset and /confirm-email', () => {
  it('signs up, and leaves no session behind that nobody holds', async () => {
    const app = await server();
    await app.ok('auth.signup', { body: { email: 'new@x.example' } });
    const secret = await app.secretFor('new@x.example');
    expect(titleOf((await get(app, '/signup', secret)).body)).toBe('Finish signing up');
    const weak = await post(app, '/signup', { secret, name: 'New', password: 'short', repeated: 'short' });
    expect([weak.statusCode, titleOf(weak.body)]).toEqual([400, 'Finish signing up']);
    expect(weak.body).toContain('value="New"');
    const done = await post(app, '/signup', { secret, name: 'New', password: PASSWORD, repeated: PASSWORD });
    expect([done.statusCode, titleOf(done.body)]).toEqual([200, 'Welcome']);
    expect(done.body).not.toMatch(/tctl_(?:user|refresh)_/);
    const live = await app.database.read((trx) =>
      trx.selectFrom('sessions').select('id').where('state', '=', 'active').execute(),
    );
    expect(live).toEqual([]);
    const again = await post(app, '/signup', { secret, password: PASSWORD });
    expect([again.statusCode, titleOf(again.body)]).toEqual([404, 'This link is not valid']);
    await app.ok('auth.login', { body: { email: 'new@x.example', password: PASSWORD } });
  });

  it('sets a new password once, within the hour', async () => {
    const app = await server();
    await app.signUp('ana@x.example');
    await app.ok('auth.password_forgot', { body: { email: 'ana@x.example' } });
    const secret = await app.secretFor('ana@x.example');
    await get(app, '/reset', secret);
    const done = await post(app, '/reset', { secret, password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    expect([done.statusCode, titleOf(done.body)]).toEqual([200, 'The password is set']);
    await app.ok('auth.login', { body: { email: 'ana@x.example', password: NEW_PASSWORD } });
    expect((await post(app, '/reset', { secret, password: PASSWORD })).statusCode).toBe(404);
    await app.ok('auth.password_forgot', { body: { email: 'ana@x.example' } });
    const late = await app.secretFor('ana@x.example');
    app.clock.advance({ hours: 2 });
    const expired = await post(app, '/reset', { secret: late, password: PASSWORD });
    expect([expired.statusCode, titleOf(expired.body)]).toEqual([410, 'This link has expired']);
  });

  it('signs a terminal in by its code: says what asks, then takes address and password', async () => {
    const app = await server();
    await app.signUp('ana@x.example');
    const begun = await app.ok('auth.device', { body: { client: '<b>laptop</b>' } });
    const look = (code: string) => app.app.inject({ method: 'GET', url: '/device', query: { code } });
    expect(titleOf((await get(app, '/device')).body)).toBe('Sign in a terminal');
    const page = await look(begun.user_code.toLowerCase());
    expect([page.statusCode, titleOf(page.body)]).toEqual([200, 'Sign in a terminal?']);
    expect(page.body).toContain('&lt;b&gt;laptop&lt;/b&gt;');
    expect(wordsOf(page.body)).toContain(begun.user_code);
    const form = { code: begun.user_code, email: 'ana@x.example', action: 'approve' };
    const wrong = await post(app, '/device', { ...form, password: NEW_PASSWORD });
    expect([wrong.statusCode, wrong.body]).toEqual([
      401,
      expect.stringContaining('Address or password is wrong.'),
    ]);
    expect(wrong.body).not.toContain(NEW_PASSWORD);
    const done = await post(app, '/device', { ...form, password: PASSWORD });
    expect([done.statusCode, titleOf(done.body)]).toEqual([200, 'Signed in']);
    expect(done.body).not.toMatch(/tctl_/);
    await app.ok('auth.device_token', { body: { device_code: begun.device_code } });
    const again = await post(app, '/device', { ...form, password: PASSWORD });
    expect([again.statusCode, titleOf(again.body)]).toEqual([404, 'Sign in a terminal']);
  });

  it('denies a terminal by its code, and asks again for a code that is none', async () => {
    const app = await server();
    const { user_code: code, device_code } = await app.ok('auth.device', { body: {} });
    const denied = await post(app, '/device', { code, action: 'deny' });
    expect([denied.statusCode, titleOf(denied.body)]).toEqual([200, 'Denied']);
    expect((await app.call('auth.device_token', { body: { device_code } })).status).toBe(400);
    for (const [typed, status] of [
      ['BCDF-GHJK', 404],
      ['"><script>', 400],
    ] as const) {
      const page = await app.app.inject({ method: 'GET', url: '/device', query: { code: typed } });
      expect([page.statusCode, titleOf(page.body)]).toEqual([status, 'Sign in a terminal']);
      expect(page.body).not.toContain('<script');
    }
  });

  it('confirms a new address by the form, not by looking', async () => {
    const app = await server();
    const { access_token: token } = await app.signUp('old@x.example');
    await app.ok('me.update', { token, body: { email: 'new@x.example', current_password: PASSWORD } });
    const secret = await app.secretFor('new@x.example');
    await get(app, '/confirm-email', secret);
    expect(
      (await app.call('auth.login', { body: { email: 'new@x.example', password: PASSWORD } })).status,
    ).toBe(401);
    const done = await post(app, '/confirm-email', { secret });
    expect([done.statusCode, titleOf(done.body)]).toEqual([200, 'The address is confirmed']);
    await app.ok('auth.login', { body: { email: 'new@x.example', password: PASSWORD } });
  });

  it('T5: a secret of one page opens no other', async () => {
    const app = await server();
    await app.ok('auth.signup', { body: { email: 'new@x.example' } });
    const secret = await app.secretFor('new@x.example');
    for (const path of ['/reset', '/confirm-email', '/accept']) {
      const { statusCode } = await post(app, path, { secret, action: 'accept', password: PASSWORD });
      expect([path, statusCode]).toEqual([path, 404]);
    }
  });
});
