import { expect, it } from 'vitest';
import { MailWorker } from '../../src/server/mail/worker.ts';
import { ledgerHolds, meterToken, report } from '../support/credits.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  accountToken,
  grantChildren,
  join,
  linkUnder,
  managed,
  master,
  NO_CAPS,
  organization,
  type Person,
  person,
  standard,
  trail,
  umbrella,
} from '../support/estate.ts';
import { form } from '../support/forms.ts';
import { PASSWORD, START, startServer, type TestServer } from '../support/server.ts';
import { FakeTransport, PUBLIC_URL } from './mail/outbox.ts';

async function scene(server: TestServer) {
  const staff = await server.staffToken();
  const ulla = await person(server, 'ulla@holding.example');
  const pia = await person(server, 'pia@partner.example');
  const holding = await umbrella(server, ulla, 'holding', staff);
  const partner = await standard(server, pia, 'partner');
  return { staff, ulla, pia, holding, partner };
}

/** A session of today. */
async function signedIn(server: TestServer, who: Person): Promise<Person> {
  const body = { email: who.email, password: PASSWORD };
  return { ...who, token: (await server.ok('auth.login', { body })).access_token };
}

const invitation = (by: Person, email: string, more: object = {}) => ({
  token: by.token,
  params: { account: 'holding' },
  body: { email, caps: NO_CAPS, ...more },
});
const above = (by: Person) => ({ by, slug: 'holding' });
const below = (by: Person, slug = 'partner') => ({ by, slug });
const oneLink = (by: Person, link: string) => ({ token: by.token, params: { account: 'holding', link } });

const consent = (server: TestServer, by: Person, link: string, account = 'partner') =>
  server.ok('umbrella_invites.consent', { token: by.token, params: { link }, query: { account } });
const acceptance = (by: Person, link: string, digest: string, account = 'partner') => ({
  token: by.token,
  params: { link },
  body: { account, digest },
});

describeOnEachDatabase('inviting sub-accounts', (open) => {
  it('is accepted by an administrator of the account, and both sides see the link', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, holding, partner } = await scene(server);
    const id = await linkUnder(server, above(ulla), below(pia), { upload: 500, message: 'none' });
    expect(await server.ok('sub_accounts.show', oneLink(ulla, 'partner'))).toMatchObject({
      id,
      state: 'active',
      account: { slug: 'partner', name: 'partner' },
      email: 'pia@partner.example',
      caps: { upload: 500, message: 'none' },
      accepted_at: START,
      ended_at: null,
    });
    const own = { token: pia.token, params: { account: 'partner' } };
    expect(await server.ok('umbrella.show', own)).toEqual({
      link_id: id,
      umbrella: { slug: 'holding', name: 'holding', suspended: false },
      caps: { upload: 500, message: 'none' },
      since: START,
      changes: {
        entitlements: [],
        limits: [
          { name: 'seats', before: 5, after: 100 },
          { name: 'mails_per_day', before: 5, after: 100 },
          { name: 'parsers', before: 10, after: 500 },
          { name: 'workspaces', before: 1, after: 3 },
        ],
      },
      forms: [],
    });
    const tree = await server.ok('accounts.tree', { token: ulla.token, params: { account: 'holding' } });
    expect(tree.sub_accounts).toEqual([{ link_id: id, slug: 'partner', name: 'partner' }]);
    expect(tree.children).toEqual([]);
    expect((await trail(server, partner.id)).at(-1)).toBe('umbrella_invites.accept holding');
    expect((await trail(server, holding.id)).at(-1)).toBe('umbrella_invites.accept partner');
  });

  it('answers the same whatever exists: an unknown address, a user, the owner of an account under another umbrella', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, staff } = await scene(server);
    const otto = await person(server, 'otto@other.example');
    await umbrella(server, otto, 'other', staff);
    await linkUnder(server, { by: otto, slug: 'other' }, below(pia));
    const answers: string[] = [];
    for (const email of ['nobody@a.example', 'pia@partner.example', 'otto@other.example']) {
      const { status, body } = await server.call(
        'sub_accounts.invite',
        invitation(ulla, email, { invitee: 'partner' }),
      );
      const text = JSON.stringify(body)
        .replaceAll(email, 'X')
        .replaceAll(/"lnk_\w+"/g, '"lnk"');
      answers.push(`${status} ${text}`);
    }
    expect(new Set(answers)).toEqual(new Set([answers[0]]));
    expect(answers[0]).toMatch(/^201 .*"state":"invited","account":null/);
  });

  it('has no effect until it is accepted', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia } = await scene(server);
    await server.ok('sub_accounts.invite', invitation(ulla, pia.email));
    const own = { token: pia.token, params: { account: 'partner' } };
    expect(await server.refused('umbrella.show', own)).toMatchObject({ status: 409, code: 'not_linked' });
    expect((await server.ok('accounts.show', own)).parent).toBe(null);
    const { limits } = await server.ok('subscription.show', own);
    expect(limits.seats).toEqual({ used: 1, limit: 5, by: 'plan' });
  });

  it('needs a plan with the umbrella, and an account that may be one', async () => {
    const server = await startServer({ database: await open() });
    const { pia } = await scene(server);
    const request = { ...invitation(pia, 'x@y.example'), params: { account: 'partner' } };
    expect(await server.refused('sub_accounts.invite', request)).toMatchObject({
      status: 403,
      code: 'no_umbrella',
      reasons: [{ check: 'plan', ok: false }],
    });
    const personal = await server.ok('accounts.list', { token: pia.token, query: { kind: 'personal' } });
    const own = { ...request, params: { account: personal.data[0]?.slug ?? '' } };
    expect(await server.refused('sub_accounts.invite', own)).toMatchObject({ code: 'no_umbrella' });
  });

  it('lists, caps, sends again and revokes, and says what is so already', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia } = await scene(server);
    const { id } = await server.ok(
      'sub_accounts.invite',
      invitation(ulla, 'Pia@Partner.example', { first_name: 'Pia', mobile: '+41 79 123 45 67' }),
    );
    expect(await server.refused('sub_accounts.invite', invitation(ulla, pia.email))).toMatchObject({
      code: 'already_invited',
    });
    const secret = await server.secretFor('Pia@Partner.example');
    const capped = await server.ok('sub_accounts.update', {
      ...oneLink(ulla, 'pia@partner.example'),
      body: { caps: { upload: 10 } },
    });
    expect(capped).toMatchObject({ caps: { upload: 10, message: 'none' }, mobile: '+41791234567' });
    server.clock.advance({ days: 6 });
    const later = await signedIn(server, ulla);
    const again = await server.ok('sub_accounts.resend', oneLink(later, id));
    expect(again).toMatchObject({ id, state: 'invited', caps: { upload: 10, message: 'none' } });
    expect(await server.refused('umbrella_invites.preview', { body: { secret } })).toMatchObject({
      status: 404,
      code: 'invalid_secret',
    });
    server.clock.advance({ days: 7 });
    const latest = await signedIn(server, ulla);
    const expired = {
      token: latest.token,
      params: { account: 'holding' },
      query: { state: 'expired' },
    } as const;
    expect((await server.ok('sub_accounts.list', expired)).data.map((link) => link.id)).toEqual([id]);
    const revoked = await server.ok('sub_accounts.unlink', oneLink(latest, id));
    expect(revoked).toMatchObject({ changed: true, ends: null, link: { state: 'revoked' } });
    expect(await server.ok('sub_accounts.unlink', oneLink(latest, id))).toMatchObject({ changed: false });
    expect(await server.refused('sub_accounts.resend', oneLink(latest, id))).toMatchObject({
      code: 'invite_not_pending',
    });
  });

  it('renews an expired invitation, and a declined one only on purpose', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia } = await scene(server);
    const first = await server.ok('sub_accounts.invite', invitation(ulla, pia.email));
    server.clock.advance({ days: 8 });
    const [later, owner] = [await signedIn(server, ulla), await signedIn(server, pia)];
    const sheet = { token: owner.token, params: { link: first.id }, query: { account: 'partner' } };
    expect(await server.refused('umbrella_invites.consent', sheet)).toMatchObject({
      status: 410,
      code: 'invite_expired',
    });
    const secretBefore = await server.secretFor(pia.email);
    const renewed = await server.ok('sub_accounts.invite', invitation(later, pia.email));
    expect(renewed).toMatchObject({ id: first.id, state: 'invited' });
    const secret = await server.secretFor(pia.email);
    expect(secret).not.toBe(secretBefore);
    expect(await server.ok('umbrella_invites.decline', { body: { secret } })).toEqual({ changed: true });
    expect(await server.ok('umbrella_invites.decline', { body: { secret } })).toEqual({ changed: false });
    expect(await server.refused('sub_accounts.invite', invitation(later, pia.email))).toMatchObject({
      code: 'declined_before',
    });
    const anew = await server.ok(
      'sub_accounts.invite',
      invitation(later, pia.email, { reinvite_declined: true }),
    );
    expect(anew.id).not.toBe(first.id);
  });

  it('mails once, with the command and nothing that the inviter could make a link of', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia } = await scene(server);
    const { id } = await server.ok(
      'sub_accounts.invite',
      invitation(ulla, pia.email, { invitee: 'partner' }),
    );
    const mails = (await server.mails(pia.email)).filter(({ kind }) => kind === 'sub_invite');
    expect(mails.map(({ payload }) => ({ ...payload, secret: '' }))).toEqual([
      {
        secret: '',
        umbrella: 'holding',
        inviter: ulla.email,
        invitee: 'partner',
        link: id,
        expires_at: '2026-03-09T09:00:00.000Z',
        first_name: null,
      },
    ]);
    await server.ok('sub_accounts.unlink', oneLink(ulla, id));
    expect((await server.mails(pia.email)).filter(({ kind }) => kind === 'sub_invite')).toEqual([]);
  });
});

describeOnEachDatabase('mail of an invitation under an umbrella', (open) => {
  async function held() {
    const server = await startServer({ database: await open() });
    const { ulla, pia } = await scene(server);
    const { id } = await server.ok('sub_accounts.invite', invitation(ulla, pia.email));
    const sent: string[] = [];
    const transport = new FakeTransport(({ subject }) => void sent.push(subject));
    const { clock, deps } = server;
    const worker = new MailWorker({
      transactions: deps.transactions,
      clock,
      transport,
      publicUrl: PUBLIC_URL,
    });
    /** What leaves when the queue moves again, of the invitation alone; the others are notices. */
    const leaves = async () => {
      await worker.round();
      return sent.filter((subject) => subject.includes('under its umbrella')).length;
    };
    return { server, ulla, pia, id, leaves };
  }

  it('leaves while the invitation is open', async () => {
    const { leaves } = await held();
    expect(await leaves()).toBe(1);
  });

  it('does not leave any more once the seven days are over, or it is accepted', async () => {
    const late = await held();
    late.server.clock.advance({ days: 7 });
    expect(await late.leaves()).toBe(0);
    const ulla = await signedIn(late.server, late.ulla);
    expect(await late.server.ok('sub_accounts.show', oneLink(ulla, late.id))).toMatchObject({
      state: 'expired',
      mail: 'cancelled',
    });
    const quick = await held();
    const { digest } = await consent(quick.server, quick.pia, quick.id);
    await quick.server.ok('umbrella_invites.accept', acceptance(quick.pia, quick.id, digest));
    expect(await quick.leaves()).toBe(0);
  });

  it('leaves once, whatever was held back before it was sent again', async () => {
    const { server, ulla, id, leaves } = await held();
    server.clock.advance({ days: 7 });
    await server.ok('sub_accounts.resend', oneLink(await signedIn(server, ulla), id));
    expect(await leaves()).toBe(1);
  });
});

describeOnEachDatabase('accepting an umbrella', (open) => {
  it('carries the digest of the sheet: what changed since must be read again', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia } = await scene(server);
    const { id } = await server.ok('sub_accounts.invite', invitation(ulla, pia.email));
    const { data } = await server.ok('umbrella_invites.list', { token: pia.token });
    expect(data.map((one) => one.id)).toEqual([id]);
    const { digest, blockers } = await consent(server, pia, id);
    expect(blockers).toEqual([]);
    await server.ok('sub_accounts.update', { ...oneLink(ulla, id), body: { caps: { message: 7 } } });
    const stale = await server.refused('umbrella_invites.accept', acceptance(pia, id, digest));
    expect(stale).toMatchObject({ status: 409, code: 'consent_changed' });
    const sheet = await consent(server, pia, id);
    expect(sheet.caps).toEqual({ upload: 'none', message: 7 });
    const dry = await server.ok('umbrella_invites.accept', {
      ...acceptance(pia, id, sheet.digest),
      query: { dry_run: 'true' },
    });
    expect(dry.changed).toBe(true);
    expect((await server.ok('sub_accounts.show', oneLink(ulla, id))).state).toBe('invited');
    const done = await server.ok('umbrella_invites.accept', acceptance(pia, id, sheet.digest));
    expect(done).toEqual({ changed: true, sheet });
    const again = await server.ok('umbrella_invites.accept', acceptance(pia, id, sheet.digest));
    expect(again.changed).toBe(false);
    const told = (await server.mails(pia.email)).filter(({ kind }) => kind === 'notice');
    expect(told).toHaveLength(1);
  });

  it('is for the invited address alone; to others the invitation is not there', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, partner } = await scene(server);
    const bob = await person(server, 'bob@partner.example');
    await join(server, partner.id, bob, 'admin');
    const { id } = await server.ok('sub_accounts.invite', invitation(ulla, pia.email));
    const { digest } = await consent(server, pia, id);
    const foreign = await server.refused('umbrella_invites.accept', acceptance(bob, id, digest));
    const never = `lnk_${'0'.repeat(26)}`;
    const nothing = await server.refused('umbrella_invites.accept', acceptance(bob, never, digest));
    expect(foreign).toMatchObject({ status: 404, code: 'not_found' });
    expect(foreign.detail.replace(id, '')).toBe(nothing.detail.replace(never, ''));
    expect((await server.ok('umbrella_invites.list', { token: bob.token })).data).toEqual([]);
  });

  it('is for an administrator of the account in person: no user of it, no token', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, partner } = await scene(server);
    const uma = await person(server, 'uma@partner.example');
    await join(server, partner.id, uma, 'user', ['settings']);
    const { id } = await server.ok('sub_accounts.invite', invitation(ulla, uma.email));
    const digest = '0'.repeat(64);
    expect(await server.refused('umbrella_invites.accept', acceptance(uma, id, digest))).toMatchObject({
      status: 403,
    });
    const bot = { ...pia, token: await accountToken(server, partner.id, 'admin') };
    expect(await server.refused('umbrella_invites.accept', acceptance(bot, id, digest))).toMatchObject({
      status: 403,
      reasons: [{ check: 'person', ok: false }],
    });
  });

  it('names all that stands in the way at once', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, staff } = await scene(server);
    const blocked = async (account: string, more: object = {}) => {
      const { id } = await server.ok(
        'sub_accounts.invite',
        invitation(ulla, pia.email, { ...more, reinvite_declined: true }),
      );
      const sheet = await consent(server, pia, id, account);
      const refusal = await server.refused(
        'umbrella_invites.accept',
        acceptance(pia, id, sheet.digest, account),
      );
      await server.ok('sub_accounts.unlink', oneLink(ulla, id));
      expect(refusal).toMatchObject({ status: 409, code: 'link_blocked', blockers: sheet.blockers });
      return sheet.blockers.map(({ kind }) => kind);
    };
    expect(await blocked('partner', { invitee: 'another' })).toEqual(['invitee']);
    await organization(server, staff, 'org', pia);
    expect(await blocked('org')).toEqual(['organization']);
    await master(server, pia, 'above', staff);
    const dev = await managed(server, pia, 'above', 'above-dev');
    await join(server, dev.id, pia, 'admin');
    expect(await blocked('above', { invitee: 'x-y' })).toEqual(['managed_accounts', 'invitee']);
    expect(await blocked('above-dev')).toEqual(['managed_account']);
    const otto = await person(server, 'otto@other.example');
    await umbrella(server, otto, 'other', staff);
    await linkUnder(server, { by: otto, slug: 'other' }, below(pia));
    expect(await blocked('partner')).toEqual(['parent']);
  });

  it('asks again whether the umbrella may: suspended, on a lesser plan, or by somebody who may not any more', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, staff, holding } = await scene(server);
    const { id } = await server.ok('sub_accounts.invite', invitation(ulla, pia.email));
    const kinds = async () => (await consent(server, pia, id)).blockers.map(({ kind }) => kind);
    const one = { token: staff, params: { account: 'holding' }, body: {} };
    await server.ok('accounts.suspend', one);
    expect(await kinds()).toEqual(['suspended']);
    await server.ok('accounts.activate', one);
    await server.ok('subscription.change', { ...one, body: { plan: 'business', now: true, reason: 'test' } });
    expect(await kinds()).toEqual(['umbrella']);
    await server.ok('subscription.change', { ...one, body: { plan: 'enterprise', reason: 'test' } });
    const uwe = await person(server, 'uwe@holding.example');
    await join(server, holding.id, uwe, 'admin');
    const params = { account: 'holding', member: ulla.id };
    await server.ok('members.remove', { token: uwe.token, params });
    expect(await kinds()).toEqual(['sponsor']);
    await server.ok('sub_accounts.resend', oneLink(uwe, id));
    expect(await kinds()).toEqual([]);
  });

  it('lets one of two umbrellas win, whoever is first', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, staff } = await scene(server);
    const otto = await person(server, 'otto@other.example');
    await umbrella(server, otto, 'other', staff);
    const first = await server.ok('sub_accounts.invite', invitation(ulla, pia.email));
    const second = await server.ok('sub_accounts.invite', {
      ...invitation(otto, pia.email),
      params: { account: 'other' },
    });
    const sheets = [await consent(server, pia, first.id), await consent(server, pia, second.id)];
    const replies = await Promise.all(
      sheets.flatMap((sheet) => {
        const request = acceptance(pia, sheet.link_id, sheet.digest);
        return [
          server.call('umbrella_invites.accept', request),
          server.call('umbrella_invites.accept', request),
        ];
      }),
    );
    const linked = await server.database.read((trx) =>
      trx.selectFrom('links').where('state', '=', 'active').select('id').execute(),
    );
    expect(linked).toHaveLength(1);
    const won = replies.filter(({ status }) => status === 200);
    expect(won).toHaveLength(2);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(2);
  });
});

describeOnEachDatabase('a link', (open) => {
  it('gives at least Professional while it lasts, and says where it comes from', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia } = await scene(server);
    await linkUnder(server, above(ulla), below(pia));
    const own = { token: pia.token, params: { account: 'partner' } };
    const { limits, entitlements } = await server.ok('subscription.show', own);
    expect(limits.seats).toEqual({ used: 1, limit: 100, by: 'umbrella' });
    expect(limits.uploads_per_month).toEqual({ used: null, limit: 100, by: 'plan' });
    expect(entitlements.managed_accounts.granted).toBe(false);
    expect((await server.ok('accounts.show', own)).seats.limit).toBe(100);
    const body = { action: 'invites.send', account: 'partner' };
    const { chain } = await server.ok('access.explain', { token: pia.token, body });
    expect(chain.map(({ text }) => text)).toContain('A seat of the 100 that the umbrella gives is free');
  });

  it('keeps what a better plan gives', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia } = await scene(server);
    const own = { token: pia.token, params: { account: 'partner' } };
    await server.ok('subscription.change', { ...own, body: { plan: 'business' } });
    const before = await server.ok('subscription.show', own);
    await linkUnder(server, above(ulla), below(pia));
    expect(await server.ok('subscription.show', own)).toEqual(before);
  });

  it('is ended by the account though it has too much for its own plan, which is told; nothing new until it fits', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, partner } = await scene(server);
    await linkUnder(server, above(ulla), below(pia));
    for (const at of [1, 2, 3, 4, 5, 6]) {
      await join(server, partner.id, await person(server, `p${at}@partner.example`), 'user', ['forms']);
    }
    const own = { token: pia.token, params: { account: 'partner' } };
    const dry = await server.ok('umbrella.unlink', { ...own, query: { dry_run: 'true' } });
    const done = await server.ok('umbrella.unlink', own);
    expect(done).toEqual(dry);
    expect(done.ends?.excess).toEqual([{ limit: 'seats', used: 7, own: 5 }]);
    const body = { email: 'more@partner.example', role: 'admin' } as const;
    expect(await server.refused('invites.send', { ...own, body })).toMatchObject({ code: 'no_seat' });
    expect(await server.ok('umbrella.unlink', own)).toEqual({ changed: false, ends: null });
  });

  it('is ended by the umbrella, which tells the account and names nobody to it', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, partner } = await scene(server);
    await linkUnder(server, above(ulla), below(pia));
    const ended = await server.ok('sub_accounts.unlink', oneLink(ulla, 'partner'));
    expect(ended).toMatchObject({ changed: true, ends: { forms: 0, grants: 0 }, link: { state: 'ended' } });
    const { data } = await server.ok('audit.list', {
      token: pia.token,
      params: { account: partner.id },
      query: { action: 'sub_accounts.unlink' },
    });
    expect(data.map(({ actor, target, after }) => ({ actor, target: target.name, after }))).toEqual([
      {
        actor: { kind: 'system', id: null, name: null },
        target: 'holding',
        after: { state: 'ended', by: 'umbrella' },
      },
    ]);
    expect((await server.mails(pia.email)).filter(({ kind }) => kind === 'notice')).toHaveLength(2);
  });

  it('opens nothing of the account to the umbrella, and nothing of the umbrella to the account', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia } = await scene(server);
    await linkUnder(server, above(ulla), below(pia));
    const reads = [
      'accounts.show',
      'members.list',
      'invites.list',
      'audit.list',
      'subscription.show',
    ] as const;
    for (const id of [...reads, 'accounts.tree', 'umbrella.show', 'delegations.list'] as const) {
      for (const [by, account] of [
        [ulla, 'partner'],
        [pia, 'holding'],
      ] as const) {
        const refusal = await server.refused(id, { token: by.token, params: { account } });
        expect(`${id} ${refusal.status}`).toBe(`${id} 404`);
      }
    }
    const body = { reason: 'look' };
    const params = { account: 'partner' };
    expect((await server.refused('delegations.create', { token: ulla.token, params, body })).status).toBe(
      404,
    );
  });

  it('is read by a user whom the umbrella granted it, with reports, and by no other', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, holding } = await scene(server);
    await linkUnder(server, above(ulla), below(pia));
    await server.ok('sub_accounts.invite', invitation(ulla, 'waiting@x.example'));
    const rita = await person(server, 'rita@holding.example');
    const rob = await person(server, 'rob@holding.example');
    await join(server, holding.id, rita, 'user', ['reports']);
    await join(server, holding.id, rob, 'user', ['reports']);
    await grantChildren(server, ulla, 'holding', rita, ['partner']);
    const seen = async (by: Person) =>
      (await server.ok('sub_accounts.list', { token: by.token, params: { account: 'holding' } })).data.map(
        ({ email }) => email,
      );
    expect(await seen(rita)).toEqual(['pia@partner.example']);
    expect(await seen(rob)).toEqual([]);
    expect((await server.refused('sub_accounts.show', oneLink(rob, 'partner'))).status).toBe(404);
    expect((await server.refused('sub_accounts.unlink', oneLink(rita, 'partner'))).status).toBe(403);
  });

  it('counts what the account used of the umbrella, by form or by meter, and nothing else', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, holding } = await scene(server);
    const meter = await meterToken(server);
    const pim = await person(server, 'pim@other.example');
    await standard(server, pim, 'sibling');
    await form(server, pia, 'partner', 'Visit', {
      questions: [{ type: 'text', name: 'site', label: 'Site' }],
    });
    const submit = (by: Person) =>
      server.ok('records.submit', {
        token: by.token,
        params: { account: 'partner', form: 'Visit' },
        body: { records: [{ answers: { site: 'North' } }, { answers: { site: 'South' } }] },
      });
    await submit(pia);
    await linkUnder(server, above(ulla), below(pia), { upload: 9, message: 'none' });
    await linkUnder(server, above(ulla), below(pim, 'sibling'));
    await submit(pia);
    // Whoever acts, the form's owner is the consumer (R39).
    await submit(ulla);
    expect(await report(server, meter, 'partner', 3)).toBe('recorded');
    expect(await report(server, meter, 'partner', 7, { unit: 'message' })).toBe('recorded');
    expect(await report(server, meter, 'partner', 3)).toBe('cap_reached');
    expect(await report(server, meter, 'sibling', 40)).toBe('recorded');
    expect(await report(server, meter, 'holding', 50)).toBe('recorded');
    const rita = await person(server, 'rita@holding.example');
    await join(server, holding.id, rita, 'user', ['reports']);
    await grantChildren(server, ulla, 'holding', rita, ['partner']);
    const query = { by: 'month', since: '2026-02-01' };
    const used = async (by: Person, link = 'partner') =>
      (await server.ok('sub_accounts.usage', { ...oneLink(by, link), query })).data.map(
        ({ period, paid }) => [period, paid.upload, paid.message],
      );
    const paid = [
      ['2026-02', 0, 0],
      ['2026-03', 7, 7],
    ];
    expect(await used(ulla)).toEqual(paid);
    expect(await used(rita)).toEqual(paid);
    expect((await server.refused('sub_accounts.usage', oneLink(rita, 'sibling'))).status).toBe(404);
    await server.ok('umbrella.unlink', { token: pia.token, params: { account: 'partner' } });
    await submit(pia);
    expect(await used(ulla)).toEqual(paid);
    const { total } = await server.ok('credits.usage', {
      token: pia.token,
      params: { account: 'partner' },
    });
    expect(total).toEqual({ used: { upload: 11, message: 7 }, paid: { upload: 4, message: 0 } });
    await ledgerHolds(server.database);
  });

  it('ends with the umbrella, and with the account', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, partner, holding } = await scene(server);
    await linkUnder(server, above(ulla), below(pia));
    const gone = { token: ulla.token, params: { account: 'holding' }, query: { confirm: 'holding' } };
    await server.ok('sub_accounts.invite', invitation(ulla, 'waiting@x.example'));
    const secret = await server.secretFor('waiting@x.example');
    await server.ok('accounts.delete', gone);
    expect(
      (await server.ok('accounts.show', { token: pia.token, params: { account: 'partner' } })).parent,
    ).toBe(null);
    expect((await trail(server, partner.id)).at(-1)).toBe('accounts.delete holding');
    expect((await trail(server, holding.id)).at(-1)).toBe('accounts.delete holding');
    expect(
      (await server.call('umbrella_invites.preview', { body: { secret } })).status,
    ).toBeGreaterThanOrEqual(400);
  });
});
