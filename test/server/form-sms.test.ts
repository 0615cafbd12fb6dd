import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  accountToken,
  join,
  linkUnder,
  organization,
  type Person,
  person,
  place,
  standard,
  umbrella,
} from '../support/estate.ts';
import { creditsOf, wellsForm } from '../support/records.ts';
import { startServer, type TestServer } from '../support/server.ts';

async function acme(server: TestServer) {
  const ann = await person(server, 'ann@acme.example');
  const account = await standard(server, ann, 'acme');
  const form = await wellsForm(server, ann, 'acme');
  return { ann, account, form };
}

const params = { account: 'acme', form: 'Wells' };
const send = (server: TestServer, { token }: Person, body: object, query = {}) =>
  server.call('forms.sms', { token, params, query, body: body as never });

const queued = (server: TestServer) =>
  server.database.read((trx) =>
    trx
      .selectFrom('messages')
      .select(['recipient', 'mode', 'credits', 'body', 'state'])
      .orderBy('id')
      .execute(),
  );

describeOnEachDatabase('forms by SMS', (open) => {
  it('go to each number once, with what became of every one', async () => {
    let woken = 0;
    const server = await startServer({
      database: await open(),
      deps: { messagesQueued: () => (woken += 1) },
    });
    const { ann, account, form } = await acme(server);
    const to = ['+41 79 123 45 67', '0041791234567', '079 123 45 67', '+41 79 123 45 68'];
    const reply = await send(server, ann, { to, mode: 'structured' });
    expect(reply).toMatchObject({
      status: 200,
      body: {
        queued: 2,
        messages_each: 1,
        credits: 2,
        outcomes: [
          { to: to[0], number: '+41791234567', outcome: 'queued', detail: null },
          { number: '+41791234567', outcome: 'duplicate', message_id: null },
          {
            number: null,
            outcome: 'invalid_number',
            detail: 'it has no country code: write it like +41 79 123 45 67',
          },
          { number: '+41791234568', outcome: 'queued' },
        ],
      },
    });
    expect(woken).toBe(1);
    const rows = await queued(server);
    expect(rows.map(({ recipient, state }) => [recipient, state])).toEqual([
      ['+41791234567', 'queued'],
      ['+41791234568', 'queued'],
    ]);
    expect(JSON.parse(rows[0]?.body ?? '')).toEqual({
      text: 'Wells. Reply with your answers in this order, divided by ; - 1) Site 2) Depth in metres 3) State (works, broken) 4) Broken parts (pump, valve)',
      form: { account: account.id, id: form.id, name: 'Wells', revision: 1 },
      questions: [],
    });
    expect(await creditsOf(server, account.id)).toMatchObject({ message: { balance: 48, used: 2 } });
    const events = await server.ok('audit.list', { token: ann.token, params: { account: 'acme' } });
    expect(events.data[0]).toMatchObject({
      action: 'forms.sms',
      after: { mode: 'structured', telephones: 2, messages: 2 },
    });
    expect(JSON.stringify(events)).not.toContain('791234567');
  });

  it('as a dialogue cost a message for each question and one to open it', async () => {
    const server = await startServer({ database: await open() });
    const { ann, account } = await acme(server);
    const body = { to: ['+41791234567', '+41791234568'], mode: 'interactive', text: 'Please tell us' };
    expect((await send(server, ann, body)).body).toMatchObject({ queued: 2, messages_each: 5, credits: 10 });
    const [row] = await queued(server);
    expect(JSON.parse(row?.body ?? '')).toMatchObject({
      text: 'Please tell us',
      questions: [
        { name: 'site', text: 'Site' },
        { name: 'depth', text: 'Depth in metres' },
        { name: 'state', text: 'State (works, broken)' },
        { name: 'parts', text: 'Broken parts (pump, valve)' },
      ],
    });
    expect(await creditsOf(server, account.id)).toMatchObject({ message: { balance: 40, used: 10 } });
  });

  it('are refused as a whole with too few credits, and a dry run sends nothing', async () => {
    const server = await startServer({ database: await open() });
    const { ann, account } = await acme(server);
    const staff = await server.staffToken();
    await server.ok('subscription.change', {
      token: staff,
      params: { account: account.id },
      body: { plan: 'starter', reason: 'test' },
    });
    const numbers = (count: number) => Array.from({ length: count }, (_, at) => `+41790${100_000 + at}`);
    const dry = await send(server, ann, { to: numbers(3), mode: 'structured' }, { dry_run: true });
    expect(dry.body).toMatchObject({ queued: 3, credits: 3 });
    expect(await queued(server)).toEqual([]);
    const before = await creditsOf(server, account.id);
    const over = await send(server, ann, { to: numbers(101), mode: 'interactive' });
    expect(over).toMatchObject({ status: 429, body: { code: 'message_limit' } });
    expect(await creditsOf(server, account.id)).toEqual(before);
    expect(await queued(server)).toEqual([]);
    await send(server, ann, { to: numbers(450), mode: 'structured' });
    server.clock.advance({ days: 1 });
    const later = await server.ok('auth.login', {
      body: { email: 'ann@acme.example', password: 'plum harbour weaves nine' },
    });
    const poor = { ...ann, token: later.access_token };
    const few = await send(server, poor, { to: numbers(51), mode: 'structured' });
    expect(few).toMatchObject({ status: 402, body: { code: 'insufficient_credits' } });
    expect(await queued(server)).toHaveLength(450);
    expect((await send(server, poor, { to: numbers(50), mode: 'structured' })).status).toBe(200);
  });

  it('of a sub-account go by what its umbrella gives: its own plan would end them at 50 a day', async () => {
    const server = await startServer({ database: await open() });
    const { ann, account } = await acme(server);
    const una = await person(server, 'una@nexus.example');
    const nexus = await umbrella(server, una, 'nexus', await server.staffToken());
    await linkUnder(server, { by: una, slug: 'nexus' }, { by: ann, slug: 'acme' });
    const to = Array.from({ length: 51 }, (_, at) => `+41790${100_000 + at}`);
    expect((await send(server, ann, { to, mode: 'structured' })).body).toMatchObject({ queued: 51 });
    expect(await creditsOf(server, account.id)).toMatchObject({ message: { balance: 50, used: 0 } });
    expect(await creditsOf(server, nexus.id)).toMatchObject({ message: { used: 51 } });
  });

  it('come to one telephone only so often a day, from whichever account', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    const to = ['+41791234567'];
    for (let time = 0; time < 20; time += 1)
      expect((await send(server, ann, { to, mode: 'structured' })).body).toMatchObject({ queued: 1 });
    const bob = await person(server, 'bob@other.example');
    await standard(server, bob, 'other');
    await wellsForm(server, bob, 'other');
    const other = { token: bob.token, params: { account: 'other', form: 'Wells' } };
    const sent = await server.ok('forms.sms', { ...other, body: { to, mode: 'structured' } });
    expect(sent).toMatchObject({
      queued: 0,
      credits: 0,
      outcomes: [{ outcome: 'recipient_limit', detail: 'it was sent 20 forms today' }],
    });
  });

  it('need a gateway', async () => {
    const server = await startServer({ database: await open(), setup: { sms: 'none' } });
    const { ann, account } = await acme(server);
    const reply = await send(server, ann, { to: ['+41791234567'], mode: 'structured' });
    expect(reply).toMatchObject({ status: 503, body: { code: 'sms_not_configured' } });
    expect(await creditsOf(server, account.id)).toMatchObject({ message: { used: 0 } });
  });

  it('are refused in a mode that the form is too long for', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    const questions = Array.from({ length: 51 }, (_, at) => ({
      type: 'text' as const,
      name: `q${at}`,
      label: `Question number ${at} of many of them`,
    }));
    await wellsForm(server, ann, 'acme', { name: 'Long', questions });
    const long = { token: ann.token, params: { account: 'acme', form: 'Long' } };
    const to = ['+41791234567'];
    const structured = await server.refused('forms.sms', { ...long, body: { to, mode: 'structured' } });
    expect(structured.errors?.[0]?.detail).toMatch(
      /^does not suit this form: One message with all questions would have \d+ characters, and can have 1500\.$/,
    );
    const interactive = await server.refused('forms.sms', { ...long, body: { to, mode: 'interactive' } });
    expect(interactive.errors).toEqual([
      {
        pointer: '/mode',
        detail: 'does not suit this form: A dialogue would have 51 questions, and can have 50.',
      },
    ]);
  });

  it('are sent once by an Idempotency-Key', async () => {
    const server = await startServer({ database: await open() });
    const { ann } = await acme(server);
    const request = {
      token: ann.token,
      params,
      headers: { 'idempotency-key': 'one' },
      body: { to: ['+41791234567'], mode: 'structured' as const },
    };
    const first = await server.call('forms.sms', request);
    expect((await server.call('forms.sms', request)).body).toEqual(first.body);
    expect(await queued(server)).toHaveLength(1);
  });

  it('are listed for staff of a --dev server, and nowhere else', async () => {
    const server = await startServer({ database: await open(), setup: { dev: true } });
    const { ann, account } = await acme(server);
    const token = await server.staffToken();
    await send(server, ann, { to: ['+41791234567', '+41791234568'], mode: 'structured', text: 'Hello' });
    const { data } = await server.ok('dev.messages', { token });
    expect(data.map(({ to }) => to)).toEqual(['+41791234568', '+41791234567']);
    expect(data[0]).toMatchObject({
      account_id: account.id,
      mode: 'structured',
      state: 'queued',
      questions: [],
    });
    const one = await server.ok('dev.messages', { token, query: { to: '0041 79 123 45 67' } });
    expect(one.data.map(({ to }) => to)).toEqual(['+41791234567']);
    expect((await server.refused('dev.messages', { token, query: { to: 'nobody' } })).code).toBe(
      'invalid_request',
    );
    expect((await server.call('dev.messages', { token: ann.token })).status).toBe(403);
    const plain = await startServer({ database: await open() });
    expect((await plain.call('dev.messages', { token: await plain.staffToken() })).status).toBe(404);
  });

  it('need the right to the form and the module messages, or a role that operates it', async () => {
    const server = await startServer({ database: await open() });
    const { account } = await acme(server);
    const body = { to: ['+41791234567'], mode: 'structured' as const };
    const statuses: Record<string, number> = {};
    for (const modules of [['forms'], ['messages'], ['forms', 'messages']] as const) {
      const who = await person(server, `${modules.join('-')}@acme.example`);
      await join(server, account.id, who, 'user', modules);
      const reply = await server.call('forms.sms', { token: who.token, params, body });
      statuses[modules.join(' ')] = reply.status;
    }
    const token = await accountToken(server, account.id, 'admin');
    statuses.token = (await server.call('forms.sms', { token, params, body })).status;
    expect(statuses).toEqual({ forms: 403, messages: 403, 'forms messages': 200, token: 200 });
    const sue = await person(server, 'sue@org.example');
    const org = await organization(server, await server.staffToken(), 'org', sue);
    await wellsForm(server, sue, 'org');
    for (const role of ['viewer', 'operator', 'developer'] as const) {
      const who = await person(server, `${role}@org.example`);
      await place(server, org.id, await join(server, org.id, who, 'member'), role);
      const at = { account: 'org', form: 'Wells' };
      statuses[role] = (await server.call('forms.sms', { token: who.token, params: at, body })).status;
    }
    expect(statuses).toMatchObject({ viewer: 403, operator: 200, developer: 200 });
  });
});
