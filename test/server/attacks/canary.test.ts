import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { shapes } from '../../../src/contract/shapes.ts';
import { buildApp } from '../../../src/server/app.ts';
import type { RenderedMail } from '../../../src/server/mail/templates.ts';
import { MailWorker } from '../../../src/server/mail/worker.ts';
import { webhookTransport } from '../../../src/server/sms/webhook.ts';
import { SmsWorker } from '../../../src/server/sms/worker.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../../support/databases.ts';
import { accountToken, managed, master, NO_CAPS, person, standard, umbrella } from '../../support/estate.ts';
import { form } from '../../support/forms.ts';
import { definition } from '../../support/parsers.ts';
import { NEW_PASSWORD, PASSWORD, startServer, TestServer } from '../../support/server.ts';
import { dumpOf, holding } from './dump.ts';

/** A server whose log is kept and whose mail leaves by a transport that only remembers it. */
async function watched(open: OpenDatabase) {
  const quiet = await startServer({ database: await open() });
  const log: string[] = [];
  const unlimited = { quota: 1e9, window: 60 };
  const app = buildApp({
    deps: quiet.deps,
    checkAnswers: true,
    policies: { default: unlimited, public: unlimited, mailing: unlimited },
    log: { level: 'debug', stream: { write: (line) => log.push(line) } },
  });
  // oxlint-disable-next-line typescript/no-misused-spread -- its fields are what is wanted, with another app
  const server = new TestServer({ ...quiet, app });
  const sent: RenderedMail[] = [];
  const tell = (facts: object, text: string) => log.push(JSON.stringify({ facts, text }));
  const worker = new MailWorker({
    transactions: server.deps.transactions,
    clock: server.clock,
    publicUrl: 'http://tenancy.test',
    log: { warn: tell, error: tell },
    transport: { kind: 'smtp', lanes: 1, send: async (mail) => void sent.push(mail), close: async () => {} },
  });
  const sendMail = async () => {
    while ((await worker.round()) > 0);
  };
  return { server, log, sent, sendMail };
}

describeOnEachDatabase('T135: what must be known to nobody but its owner', (open) => {
  it('is in no log, table or metric once the mail has left', async () => {
    const { server, log, sent, sendMail } = await watched(open);
    const wrong = 'a wrong canary password';
    const secrets: Record<string, string> = { PASSWORD, NEW_PASSWORD, wrong };
    const email = 'ann@acme.example';
    const ann = await server.signUp(email, 'Ann');
    secrets.access = ann.access_token;
    secrets.refresh = ann.refresh_token;
    const token = ann.access_token;
    await server.call('auth.login', { body: { email, password: wrong } });
    const renewed = await server.ok('auth.refresh', { body: { refresh_token: ann.refresh_token } });
    secrets.access2 = renewed.access_token;
    secrets.refresh2 = renewed.refresh_token;
    const account = await server.ok('accounts.create', {
      token,
      body: { name: 'Acme' },
      headers: { 'idempotency-key': 'create-acme' },
    });
    const params = { account: account.id };
    const api = await server.ok('tokens.create', {
      token,
      body: { kind: 'api', name: 'ci', account: account.id },
      headers: { 'idempotency-key': 'one' },
    });
    const owned = await server.ok('account_tokens.create', {
      token,
      params,
      body: { name: 'ci', role: 'admin' },
      headers: { 'idempotency-key': 'two' },
    });
    const key = await server.ok('workspace_keys.create', {
      token,
      params: { ...params, workspace: 'default' },
      body: { name: 'bot', role: 'viewer' },
      headers: { 'idempotency-key': 'five' },
    });
    secrets.key = key.secret;
    secrets.api = api.secret;
    secrets.owned = owned.secret;
    await server.ok('invites.send', {
      token,
      params,
      body: { email: 'bob@x.example', role: 'admin' },
      headers: { 'idempotency-key': 'three' },
    });
    secrets.invite1 = await server.secretFor('bob@x.example');
    const [invite] = (await server.ok('invites.list', { token, params })).data;
    await server.ok('invites.resend', {
      token,
      params: { ...params, invite: invite?.id ?? '' },
      headers: { 'idempotency-key': 'four' },
    });
    secrets.invite2 = await server.secretFor('bob@x.example');
    await server.ok('auth.password_forgot', { body: { email } });
    secrets.reset = await server.secretFor(email);
    await server.ok('me.update', { token, body: { email: 'ann@new.example', current_password: PASSWORD } });
    secrets.confirm = await server.secretFor('ann@new.example');
    await server.ok('auth.signup', { body: { email: 'new@x.example' } });
    secrets.signup = await server.secretFor('new@x.example');
    const answers = [
      await server.call('invites.preview', { body: { secret: secrets.invite2 } }),
      await server.call('invites.accept', { body: { secret: secrets.invite2, password: NEW_PASSWORD } }),
      await server.call('auth.password_reset', { body: { secret: secrets.reset, password: 'short' } }),
      await server.call('auth.signup_finish', { body: { secret: secrets.invite1, password: PASSWORD } }),
      await server.call('invites.accept', { body: { secret: secrets.invite2, password: NEW_PASSWORD } }),
      await server.call('me.show', { token: secrets.refresh }),
    ];
    for (const secret of [secrets.invite2, secrets.reset, secrets.signup]) {
      for (const page of ['/accept', '/reset', '/signup', '/confirm-email', '/nowhere'])
        await server.app.inject({ url: `${page}?secret=${secret}` });
      await server.app.inject({
        url: `/v1/accounts/${secret}`,
        headers: { authorization: `Bearer ${secrets.api}` },
      });
    }
    await sendMail();
    expect(sent.length).toBeGreaterThan(3);
    const metrics = (await server.app.inject({ url: '/metrics' })).body;
    const dump = await dumpOf(server.database);
    const told = JSON.stringify(answers.map(({ body }) => body));
    const audit = JSON.stringify(dump.audit_events);
    const found = Object.entries(secrets).flatMap(([name, secret]) => {
      const spellings = [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64'),
        secret.slice(0, 30),
      ];
      return spellings.flatMap((text) => [
        ...(log.some((line) => line.includes(text)) ? [`${name} in the log`] : []),
        ...(metrics.includes(text) ? [`${name} in the metrics`] : []),
        ...(told.includes(text) ? [`${name} in an answer`] : []),
        ...(audit.includes(text) ? [`${name} in the trail`] : []),
        ...holding(dump, text).map((table) => `${name} in ${table}`),
      ]);
    });
    expect([...new Set(found)]).toEqual([]);
    expect(log.length).toBeGreaterThan(20);
    expect(log.join('')).not.toContain(email);
  });

  it('a secret of a parser, long or short, is in no table, log, answer or trail, nor a hash that betrays it', async () => {
    const { server, log } = await watched(open);
    const ann = await person(server, 'ann@acme.example');
    await master(server, ann, 'acme', await server.staffToken());
    const prod = await managed(server, ann, 'acme', 'acme-prod');
    const machine = await accountToken(server, prod.id, 'admin');
    const [long, short] = ['canary of a register key', '7391'];
    const params = { account: 'acme' };
    const body = {
      name: 'Invoice',
      document_type: 'invoice',
      definition: definition([], 'key'),
      secrets: { key: short },
    };
    const created = { token: ann.token, params, body, headers: { 'idempotency-key': 'make' } };
    const one = { token: ann.token, params: { ...params, parser: 'Invoice' } };
    const any = { 'if-match': '*' };
    const toProd = { token: ann.token, params, body: { to: [{ account: 'acme-prod' }] } };
    const wrong = { ...body, definition: definition(), secrets: { key: long } };
    const answers = [
      await server.call('parsers.create', created),
      await server.call('parsers.create', created),
      await server.call('parsers.create', { ...created, body: { ...body, secrets: { key: '7392' } } }),
      await server.call('parsers.update', { ...one, headers: any, body: { secrets: { key: long } } }),
      await server.call('parsers.show', one),
      await server.call('parsers.list', { token: ann.token, params, query: { definitions: true } }),
      await server.call('parsers.revision', { ...one, params: { ...one.params, revision: '1' } }),
      await server.call('parsers.copy', { ...toProd, headers: { 'idempotency-key': 'copy' } }),
      await server.call('parsers.diff', { token: ann.token, params, query: { to: 'acme-prod', same: true } }),
      await server.call('parsers.show', {
        token: machine,
        params: { account: 'acme-prod', parser: 'Invoice' },
      }),
      await server.call('audit.list', { token: ann.token, params }),
      await server.call('parsers.create', { ...created, body: wrong, headers: {} }),
      await server.call('parsers.update', { ...one, headers: any, body: { secrets: { key: `${long}\0` } } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([
      201, 201, 422, 200, 200, 200, 200, 200, 200, 200, 200, 400, 400,
    ]);
    const dump = await dumpOf(server.database);
    const plain = (text: string) => createHash('sha256').update(text);
    const requestOf = JSON.stringify([params, {}, shapes['parsers.create'].body.parse(body)]);
    const betrayals = [
      long,
      encodeURIComponent(long),
      Buffer.from(long).toString('base64'),
      ...[long, short, requestOf].flatMap((text) => [
        plain(text).digest('hex'),
        plain(text).digest('base64'),
      ]),
    ];
    const told = JSON.stringify(answers.map(({ body: answer }) => answer));
    for (const text of betrayals) {
      expect([text, holding(dump, text)]).toEqual([text, []]);
      expect(told + log.join('')).not.toContain(text);
    }
    // Four digits turn up in ids and times by chance: as a value of their own they must not.
    expect(told).not.toMatch(/"7391"/);
    expect(Object.values(dump).flat().join('')).not.toMatch(/"7391\\?"/);
    expect(dump.parser_secrets).toHaveLength(1);
    expect(dump.idempotency_records).toHaveLength(2);
  });

  it('what umbrellas, meters, gateways and browsers sign in by is in no table, log, answer or trail', async () => {
    const { server, log, sendMail } = await watched(open);
    const staff = await server.staffToken();
    const ulla = await person(server, 'ulla@holding.example');
    const pia = await person(server, 'pia@partner.example');
    await umbrella(server, ulla, 'holding', staff);
    await standard(server, pia, 'partner');
    await form(server, pia, 'partner', 'Visit');
    await server.staffToken(ulla.email);
    const params = { account: 'holding' };
    const { token } = ulla;
    const meter = await server.ok('tokens.create', {
      token,
      body: { kind: 'meter', name: 'gateway', reason: 'metering', current_password: PASSWORD },
      headers: { 'idempotency-key': 'meter' },
    });
    const invited = { body: { email: pia.email, caps: NO_CAPS }, headers: { 'idempotency-key': 'invite' } };
    const link = await server.ok('sub_accounts.invite', { token, params, ...invited });
    const first = await server.secretFor(pia.email);
    const one = { token, params: { ...params, link: link.id } };
    await server.ok('sub_accounts.resend', { ...one, headers: { 'idempotency-key': 'again' } });
    const second = await server.secretFor(pia.email);
    const contact = { email: 'kept@x.example', sub_account: true, caps: NO_CAPS };
    const saved = { token, params, body: contact, headers: { 'idempotency-key': 'contact' } };
    const device = await server.ok('auth.device', { body: { client: 'laptop' } });
    const { user_code, device_code } = device;
    const gateway = 'canary of a gateway that nobody guesses';
    const telephone = '+41791234567';
    const transport = webhookTransport({
      url: 'http://127.0.0.1:9/messages',
      secret: gateway,
      timeoutMs: 500,
    });
    const tell = (facts: object, text: string) => log.push(JSON.stringify({ facts, text }));
    const messenger = new SmsWorker({
      transactions: server.deps.transactions,
      clock: server.clock,
      log: { warn: tell, error: tell },
      transport,
    });
    const sms = { to: [telephone], mode: 'structured' as const };
    const records = [{ account: 'partner', unit: 'upload' as const, amount: 1, key: 'k', cause: 'x' }];
    const answers = [
      await server.call('sub_accounts.resend', { ...one, headers: { 'idempotency-key': 'again' } }),
      await server.call('umbrella_invites.preview', { body: { secret: first } }),
      await server.call('umbrella_invites.preview', { body: { secret: second } }),
      await server.call('contacts.create', saved),
      await server.call('contacts.create', saved),
      await server.call('sub_accounts.list', { token, params }),
      await server.call('auth.device_preview', { body: { user_code } }),
      await server.call('auth.device_token', { body: { device_code } }),
      await server.call('forms.sms', {
        token: pia.token,
        params: { account: 'partner', form: 'Visit' },
        body: sms,
      }),
      await server.call('usage.record', { token: meter.secret, body: { records } }),
      await server.call('sub_accounts.list', { token: meter.secret, params }),
      await server.call('audit.list', { token, params }),
      await server.call('umbrella_invites.decline', { body: { secret: second } }),
      await server.call('umbrella_invites.preview', { body: { secret: second } }),
    ];
    const third = await server.secretFor('kept@x.example');
    for (const path of [`umbrella?secret=${first}`, `umbrella?secret=${third}`, `device?code=${user_code}`])
      await server.app.inject({ url: `/${path}` });
    const approval = { user_code, email: pia.email, password: PASSWORD };
    await server.ok('auth.device_approve', { body: approval });
    const session = await server.ok('auth.device_token', { body: { device_code } });
    await messenger.round();
    await transport.close();
    await sendMail();
    const dump = await dumpOf(server.database);
    const metrics = (await server.app.inject({ url: '/metrics' })).body;
    const told = JSON.stringify(answers.map(({ body }) => body));
    const audit = JSON.stringify(dump['audit_events']);
    const secrets = { first, second, third, meter: meter.secret, device: device_code, gateway };
    const sessions = { access: session.access_token, refresh: session.refresh_token };
    for (const [name, secret] of Object.entries({ ...secrets, ...sessions })) {
      for (const text of [secret, encodeURIComponent(secret), secret.slice(0, 30)]) {
        expect([name, holding(dump, text)]).toEqual([name, []]);
        const places = { log: log.join(''), metrics, told, audit };
        expect([
          name,
          Object.entries(places).flatMap(([at, all]) => (all.includes(text) ? [at] : [])),
        ]).toEqual([name, []]);
      }
    }
    // A code lives for minutes and is of no use without the password, so it may lie in its row; nowhere else.
    const code = user_code.replace('-', '');
    expect(holding(dump, code)).toEqual(['device_logins']);
    expect(log.join('') + audit + metrics).not.toMatch(new RegExp(`${user_code}|${code}`));
    // Somebody's number is in the message that goes to it, and in no log or trail.
    expect(log.some((line) => line.includes('the gateway takes no messages now'))).toBe(true);
    expect(log.join('') + audit).not.toContain(telephone.slice(1));
    expect(answers.map(({ status }) => status)).toEqual([
      200, 404, 200, 201, 201, 200, 200, 400, 200, 200, 404, 200, 200, 409,
    ]);
  });

  it('D20, T20: no header of a request gets into a mail', async () => {
    const { server, sent, sendMail } = await watched(open);
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'gopher',
      forwarded: 'host=evil.example;proto=gopher',
      'x-original-url': 'http://evil.example/',
      origin: 'http://evil.example',
      referer: 'http://evil.example/x',
    };
    const { access_token: token } = await server.signUp('ann@acme.example');
    await server.ok('auth.signup', { body: { email: 'new@x.example' }, headers });
    await server.ok('auth.password_forgot', { body: { email: 'ann@acme.example' }, headers });
    const { id: account } = await server.ok('accounts.create', { token, body: { name: 'Acme' }, headers });
    await server.ok('invites.send', {
      token,
      params: { account },
      body: { email: 'bob@x.example', role: 'admin' },
      headers,
    });
    await sendMail();
    expect(sent.length).toBeGreaterThan(2);
    for (const mail of sent) {
      expect(JSON.stringify(mail)).not.toMatch(/evil|gopher/);
      for (const [link] of mail.text.matchAll(/https?:\S+/g))
        expect(link).toMatch(/^http:\/\/tenancy\.test\//);
    }
    for (const page of ['/accept', '/reset', '/signup', '/docs', '/nowhere']) {
      const answer = await server.app.inject({ url: `${page}?secret=x`, headers });
      expect(answer.body + JSON.stringify(answer.headers)).not.toMatch(/evil|gopher/);
    }
  });

  it('T19: what people name things is text in a mail: no line, no link, no markup', async () => {
    const { server, sent, sendMail } = await watched(open);
    const evil =
      'Click https://evil.example/x <a href="http://evil.example">here</a> www.evil.example eve@evil.example';
    const { access_token: token } = await server.signUp('ann@acme.example', evil);
    const { id: account } = await server.ok('accounts.create', { token, body: { name: evil } });
    const params = { account };
    const batch = await server.ok('batches.create', {
      token,
      params,
      body: { kind: 'invites', digest: '0'.repeat(64), rows_total: 1, seats_needed: 1, defaults: {} },
    });
    const row = {
      row: 1,
      email: 'row@x.example',
      role: 'admin',
      first_name: `Bob\r\nBcc: x@evil.example\n\n${evil}`,
    };
    await server.ok('batches.send', { token, params: { ...params, batch: batch.id }, body: { rows: [row] } });
    for (const name of ['A\r\nBcc: x@evil.example', 'A\u202eB', 'A\u0000B']) {
      const { status } = await server.call('accounts.update', { token, params, body: { name } });
      expect(status).toBe(400);
    }
    await sendMail();
    const mail = sent.find(({ to }) => to === 'row@x.example');
    if (!mail) throw new Error('no mail');
    expect(mail.subject).not.toMatch(/[\r\n]/);
    expect([...mail.text.matchAll(/\bhttps?:\/\/[^\s/]+/g)].map(([link]) => link)).toEqual([
      'http://tenancy.test',
    ]);
    expect(mail.text).not.toMatch(/^Bcc:/m);
    expect(mail.text + mail.subject).not.toMatch(/evil\.example/);
    expect(mail.html).not.toMatch(/<a href="(?!http:\/\/tenancy\.test\/)/);
  });
});
