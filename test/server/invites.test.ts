import { expect, it } from 'vitest';
import { mintToken } from '../../src/contract/token.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { NEW_PASSWORD, PASSWORD } from '../support/server.ts';
import { office } from './inviting.ts';

const statuses = (replies: readonly { status: number }[]) =>
  replies.map(({ status }) => status).sort((a, b) => a - b);
const codeOf = (reply: { body: unknown }) => (reply.body as { code?: string }).code;

describeOnEachDatabase('invitations', (open) => {
  it('R15, R17: a sent one is pending; accepting with a password makes an active member who can sign in', async () => {
    const { server, invite, secret, accept, state, members, admin, account } = await office(await open());
    const { id } = await invite('ana@x.example');
    const listed = await server.ok('invites.list', {
      token: admin,
      params: { account },
      query: { state: 'pending' },
    });
    expect(listed.data.map((one) => [one.email, one.state, one.mail])).toEqual([
      ['ana@x.example', 'pending', 'queued'],
    ]);
    expect((await accept(await secret('ana@x.example'))).status).toBe(200);
    expect(await state(id)).toBe('accepted');
    expect(await members()).toContain('ana@x.example');
    await server.ok('auth.login', { body: { email: 'ana@x.example', password: NEW_PASSWORD } });
  });

  it('R15: a previously invited, an existing and a disposable address are refused with their reason', async () => {
    const { server, invite, admin, account } = await office(await open());
    await invite('ana@x.example');
    const send = (email: string) =>
      server.refused('invites.send', {
        token: admin,
        params: { account },
        body: { email, role: 'user', modules: [] },
      });
    expect((await send('ANA@x.example')).code).toBe('already_invited');
    expect((await send('boss@acme.example')).code).toBe('already_member');
    expect(await send('a@mailinator.com')).toMatchObject({
      code: 'disposable_address',
      detail: expect.stringContaining('mailinator.com'),
    });
  });

  it('R13, T15: powers that a user never has, unknown roles and lists of roles are refused', async () => {
    const { server, admin, account } = await office(await open());
    for (const body of [
      { email: 'a@x.example', role: 'user', modules: ['payment'] },
      { email: 'a@x.example', role: 'owner' },
      { email: 'a@x.example', role: 'super_admin' },
      { email: 'a@x.example', role: 'admin,super' },
      { email: 'a@x.example', role: '' },
      { email: 'a@x.example', role: ['admin'] },
      { email: 'a@x.example', role: 'user', modules: [], state: 'accepted' },
    ]) {
      const response = await server.app.inject({
        method: 'POST',
        url: `/v1/accounts/${account}/invites`,
        headers: { authorization: `Bearer ${admin}` },
        payload: body,
      });
      expect([body, response.statusCode]).toEqual([body, 400]);
    }
  });

  it('T21: an invitation whose mail was given up says why, until it is sent again', async () => {
    const { server, account, admin, invite } = await office(await open());
    const { id, email } = await invite('nobody@x.example');
    await server.database.write((trx) =>
      trx
        .updateTable('outbox')
        .set({ state: 'failed', payload: null, error: '550 no such user' })
        .where('recipient', '=', email)
        .execute(),
    );
    const at = { token: admin, params: { account, invite: id } };
    expect(await server.ok('invites.show', at)).toMatchObject({
      mail: 'failed',
      mail_error: '550 no such user',
    });
    expect(await server.ok('invites.resend', at)).toMatchObject({ mail: 'queued', mail_error: null });
  });

  it('R16, D1, T10: resending kills the old link and starts seven new days; revoked is final', async () => {
    const { server, invite, secret, accept, state, admin, account } = await office(await open());
    const { id } = await invite('ana@x.example');
    const old = await secret('ana@x.example');
    server.clock.advance({ days: 8 });
    expect(await state(id)).toBe('expired');
    const again = await server.ok('invites.resend', { token: admin, params: { account, invite: id } });
    expect([again.id, again.state]).toEqual([id, 'pending']);
    expect(codeOf(await accept(old))).toBe('invalid_secret');
    server.clock.advance({ days: 6 });
    const fresh = await secret('ana@x.example');
    await server.ok('invites.revoke', { token: admin, params: { account, invite: id } });
    expect(await server.ok('invites.revoke', { token: admin, params: { account, invite: id } })).toEqual({
      changed: false,
    });
    expect(codeOf(await accept(fresh))).toBe('invite_revoked');
    expect(
      (await server.refused('invites.resend', { token: admin, params: { account, invite: id } })).code,
    ).toBe('invite_not_pending');
  });

  it('T6: works until a moment before seven days, and not from then on', async () => {
    const { server, invite, secret, accept } = await office(await open());
    for (const email of ['early@x.example', 'exact@x.example']) await invite(email);
    const [early, exact] = [await secret('early@x.example'), await secret('exact@x.example')];
    server.clock.advance({ days: 7, seconds: -1 });
    expect((await accept(early)).status).toBe(200);
    server.clock.advance({ seconds: 1 });
    expect(codeOf(await accept(exact))).toBe('invite_expired');
  });

  it('T1: a session with another address is refused, and the invitation stays', async () => {
    const { server, invite, secret, accept, state } = await office(await open());
    const { id } = await invite('ana@x.example');
    const other = await server.signUp('eve@x.example');
    const reply = await accept(await secret('ana@x.example'), other.access_token);
    expect([reply.status, codeOf(reply)]).toEqual([403, 'wrong_address']);
    expect(await state(id)).toBe('pending');
  });

  it('T3, T4, T5: ids, other secrets and altered ones open nothing', async () => {
    const { server, invite, secret, accept } = await office(await open());
    const { id } = await invite('ana@x.example');
    await server.ok('auth.password_forgot', { body: { email: 'boss@acme.example' } });
    const reset = await secret('boss@acme.example');
    const right = await secret('ana@x.example');
    const altered = right.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
    for (const wrong of [id, reset, altered, mintToken('inv'), right.toUpperCase(), `${right} `])
      expect([wrong, (await accept(wrong)).status]).toEqual([wrong, 404]);
    const elsewhere = await server.refused('auth.password_reset', {
      body: { secret: right, password: NEW_PASSWORD },
    });
    expect(elsewhere.code).toBe('invalid_secret');
  });

  it('T16: no answer about invitations holds the secret', async () => {
    const { server, invite, secret, admin, account } = await office(await open());
    const sent = await invite('ana@x.example');
    const list = await server.call('invites.list', { token: admin, params: { account } });
    const value = await secret('ana@x.example');
    expect(JSON.stringify([sent, list.body])).not.toContain(value);
    expect(JSON.stringify([sent, list.body])).not.toContain('secret');
  });

  it('D4, T17: inviting somebody with an account elsewhere answers like inviting somebody new', async () => {
    const { server, invite } = await office(await open());
    await server.signUp('known@x.example');
    const known = await invite('known@x.example');
    const fresh = await invite('fresh@x.example');
    const bare = ({ id: _id, email: _email, ...rest }: typeof known) => rest;
    expect(bare(known)).toEqual(bare(fresh));
  });

  it('T13: somebody who has an account signs in to accept; password, name and plan stay', async () => {
    const { server, invite, secret, members } = await office(await open());
    const session = await server.signUp('known@x.example', 'Known');
    await invite('known@x.example');
    const mail = await secret('known@x.example');
    const taken = await server.call('invites.accept', {
      body: { secret: mail, password: NEW_PASSWORD, name: 'Eve' },
    });
    expect(taken.status).toBe(401);
    await server.ok('invites.accept', { token: session.access_token, body: { secret: mail, name: 'Eve' } });
    expect(await members()).toContain('known@x.example');
    const back = await server.ok('auth.login', { body: { email: 'known@x.example', password: PASSWORD } });
    expect(back.user.name).toBe('Known');
  });

  it('T8: twenty accepts at once make one member, one event, and the others hear the same', async () => {
    const { invite, secret, accept, members, events } = await office(await open());
    await invite('ana@x.example');
    const mail = await secret('ana@x.example');
    const replies = await Promise.all(Array.from({ length: 20 }, () => accept(mail)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(replies.filter(({ status }) => status !== 200).map(codeOf))).toEqual(
      new Set(['invite_accepted']),
    );
    expect(await members()).toEqual(['boss@acme.example', 'ana@x.example']);
    expect(await events('invites.accept')).toBe(1);
  });

  it('T9: accept, revoke and resend at once end in one of their orders', async () => {
    const { server, invite, secret, accept, state, members, admin, account } = await office(await open());
    for (let turn = 0; turn < 6; turn += 1) {
      const email = `p${turn}@x.example`;
      const { id } = await invite(email);
      const mail = await secret(email);
      const params = { account, invite: id };
      const [accepted, revoked] = await Promise.all([
        accept(mail),
        server.call('invites.revoke', { token: admin, params }),
        server.call('invites.resend', { token: admin, params }),
      ]);
      const isMember = (await members()).includes(email);
      expect(isMember).toBe(accepted.status === 200);
      expect(await state(id)).toBe(isMember ? 'accepted' : 'revoked');
      if (isMember) expect(revoked.status).toBe(409);
    }
  });

  it('D6, T12: pending invitations hold seats; of two for the last one exactly one gets it', async () => {
    const { server, admin, account, secret, accept, members } = await office(await open(), 'basic');
    const send = (email: string) =>
      server.call('invites.send', {
        token: admin,
        params: { account },
        body: { email, role: 'user', modules: [] },
      });
    for (const email of ['a@x.example', 'b@x.example', 'c@x.example'])
      expect((await send(email)).status).toBe(201);
    const last = await Promise.all([send('d@x.example'), send('e@x.example')]);
    expect(statuses(last)).toEqual([201, 409]);
    expect(last.map(codeOf)).toContain('no_seat');
    expect((await accept(await secret('a@x.example'))).status).toBe(200);
    // Expired ones give their seats back; then accepting competes with nobody for a seat that is not there.
    server.clock.advance({ days: 8 });
    expect((await send('f@x.example')).status).toBe(201);
    expect(await members()).toEqual(['boss@acme.example', 'a@x.example']);
  });

  it('T12: more accepts at once than seats: as many as there are get in, the others leave no trace', async () => {
    const database = await open();
    const { invite, secret, accept, members, account, events } = await office(database);
    const people = Array.from({ length: 8 }, (_, index) => `p${index}@x.example`);
    for (const email of people) await invite(email);
    const secrets = await Promise.all(people.map(secret));
    // A smaller plan has four seats beside the administrator's.
    await database.write((trx) =>
      trx.updateTable('accounts').set({ plan: 'basic' }).where('id', '=', account).execute(),
    );
    const replies = await Promise.all(secrets.map((mail) => accept(mail)));
    expect(statuses(replies)).toEqual([200, 200, 200, 200, 409, 409, 409, 409]);
    expect(new Set(replies.filter(({ status }) => status === 409).map(codeOf))).toEqual(new Set(['no_seat']));
    expect(await members()).toHaveLength(5);
    expect(await events('invites.accept')).toBe(4);
    const users = await database.read((trx) => trx.selectFrom('users').select('id').execute());
    expect(users).toHaveLength(5);
  });

  it("T14: another tenant's workspace or child cannot be promised", async () => {
    const { server, admin, account } = await office(await open());
    const other = await server.signUp('eve@x.example');
    const { data } = await server.ok('accounts.list', { token: other.access_token });
    const theirs = data[0]?.id ?? '';
    const places = await server.ok('workspaces.list', {
      token: other.access_token,
      params: { account: theirs },
    });
    const workspace = places.data[0]?.id ?? '';
    expect([theirs, workspace]).toEqual([expect.stringMatching(/^acc_/), expect.stringMatching(/^wsp_/)]);
    for (const extra of [{ workspaces: [{ workspace, role: 'viewer' as const }] }, { children: [theirs] }]) {
      const body = { email: 'a@x.example', role: 'user' as const, modules: [], ...extra };
      expect((await server.refused('invites.send', { token: admin, params: { account }, body })).status).toBe(
        400,
      );
    }
  });

  it('D5, T11: a demoted sponsor vouches for nobody: admins are refused, users adopted', async () => {
    const { server, invite, secret, accept, admin, account } = await office(await open());
    await invite('second@x.example', { role: 'admin', modules: [] });
    await accept(await secret('second@x.example'));
    const second = await server.ok('auth.login', {
      body: { email: 'second@x.example', password: NEW_PASSWORD },
    });
    const token = second.access_token;
    await server.ok('invites.send', {
      token,
      params: { account },
      body: { email: 'admin@x.example', role: 'admin' },
    });
    await server.ok('invites.send', {
      token,
      params: { account },
      body: { email: 'user@x.example', role: 'user', modules: ['forms'] },
    });
    const [toAdmin, toUser] = [await secret('admin@x.example'), await secret('user@x.example')];
    const { data } = await server.ok('members.list', { token: admin, params: { account } });
    const member = data.find((one) => one.user.email === 'second@x.example')?.id ?? '';
    await server.ok('members.update', {
      token: admin,
      params: { account, member },
      body: { role: 'user', modules: ['forms'] },
    });
    expect((await accept(toAdmin)).status).toBe(410);
    expect((await accept(toUser)).status).toBe(200);
  });

  it('R18, R19: a removed member can be invited again, and comes back', async () => {
    const { server, invite, secret, accept, members, admin, account } = await office(await open());
    await invite('ana@x.example');
    await accept(await secret('ana@x.example'));
    const { data } = await server.ok('members.list', { token: admin, params: { account } });
    const member = data.find((one) => one.user.email === 'ana@x.example')?.id ?? '';
    await server.ok('members.remove', { token: admin, params: { account, member } });
    expect(await members()).toEqual(['boss@acme.example']);
    await invite('ana@x.example');
    const again = await server.ok('auth.login', { body: { email: 'ana@x.example', password: NEW_PASSWORD } });
    expect((await accept(await secret('ana@x.example'), again.access_token)).status).toBe(200);
    expect(await members()).toContain('ana@x.example');
  });

  it('T15, T24: what an invitation named and is gone is left out, told, and never replaced by anything', async () => {
    const database = await open();
    const { server, invite, secret, accept, account, admin } = await office(database);
    const params = { account };
    await database.write((trx) =>
      trx.updateTable('accounts').set({ managed_accounts: 'unlocked' }).where('id', '=', account).execute(),
    );
    const body = { name: 'Dev', slug: 'acme-dev', master: account };
    await server.ok('accounts.create', { token: admin, body });
    const { id } = await invite('ana@x.example', { modules: ['forms', 'reports'], children: ['acme-dev'] });
    const { children } = await server.ok('invites.show', { token: admin, params: { ...params, invite: id } });
    await server.ok('accounts.delete', {
      token: admin,
      params: { account: 'acme-dev' },
      query: { confirm: 'acme-dev' },
    });
    // A module that the product has no more, as an older server may have offered it.
    const modules = '["forms","telegrams"]';
    const workspaces = '[{"workspace":"wsp_00000000000000000000000000","role":"workspace_admin"}]';
    await database.write((trx) =>
      trx.updateTable('invites').set({ modules, workspaces }).where('id', '=', id).execute(),
    );
    const answer = await accept(await secret('ana@x.example'));
    expect(answer.body).toMatchObject({
      role: 'user',
      dropped: ['telegrams', ...children, 'wsp_00000000000000000000000000'],
    });
    const member = await server.ok('members.show', {
      token: admin,
      params: { ...params, member: 'ana@x.example' },
    });
    expect(member).toMatchObject({ role: 'user', modules: ['forms'], children: [] });
    const preview = await server.ok('members.removal_preview', {
      token: admin,
      params: { ...params, member: member.id },
    });
    expect(preview.workspaces).toEqual([]);
  });

  it('T12: a suspended account takes nobody', async () => {
    const { server, invite, secret, accept, account, state } = await office(await open());
    const { id } = await invite('ana@x.example');
    const staff = await server.staffToken();
    await server.ok('accounts.suspend', { token: staff, params: { account }, body: { reason: 'unpaid' } });
    expect(codeOf(await accept(await secret('ana@x.example')))).toBe('account_suspended');
    await server.ok('accounts.activate', { token: staff, params: { account } });
    expect(await state(id)).toBe('pending');
    expect((await accept(await secret('ana@x.example'))).status).toBe(200);
  });

  it('R10, T18, D23: past the mails of a day a single invitation is told when to come back', async () => {
    const { server, admin, account, invite, sendMail } = await office(await open(), 'basic');
    const { id } = await invite('ana@x.example');
    const resend = () => server.call('invites.resend', { token: admin, params: { account, invite: id } });
    const replies = [];
    for (let tries = 0; tries < 6; tries += 1) {
      await sendMail();
      replies.push(await resend());
    }
    const last = replies.at(-1);
    expect([last?.status, codeOf(last ?? { body: {} })]).toEqual([429, 'mail_limit']);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(4);
    expect(Number(last?.headers['retry-after'])).toBe(15 * 3600);
    server.clock.advance({ hours: 15 });
    expect((await resend()).status).toBe(200);
  });

  it('the same idempotency key fifty times invites once', async () => {
    const { server, admin, account, events } = await office(await open());
    const send = () =>
      server.call('invites.send', {
        token: admin,
        params: { account },
        headers: { 'idempotency-key': 'one-and-the-same' },
        body: { email: 'ana@x.example', role: 'user', modules: ['forms'] },
      });
    const replies = await Promise.all(Array.from({ length: 50 }, send));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await events('invites.send')).toBe(1);
    expect(await server.mails('ana@x.example')).toHaveLength(1);
  });
});
