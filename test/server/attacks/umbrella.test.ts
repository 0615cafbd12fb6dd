import { expect, it } from 'vitest';
import { renderMail } from '../../../src/server/mail/templates.ts';
import { MailWorker } from '../../../src/server/mail/worker.ts';
import { ledgerHolds } from '../../support/credits.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../../support/databases.ts';
import { linkUnder, NO_CAPS, type Person, person, standard, umbrella } from '../../support/estate.ts';
import { form, sharedWith } from '../../support/forms.ts';
import { wellsAnswers, wellsForm } from '../../support/records.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const ROUNDS = 5;

/** An umbrella with two accounts that know nothing of each other, and another umbrella beside it. */
async function world(open: OpenDatabase) {
  const server = await startServer({ database: await open() });
  const staff = await server.staffToken();
  const ulla = await person(server, 'ulla@holding.example');
  const pia = await person(server, 'pia@partner.example');
  const sol = await person(server, 'sol@sibling.example');
  const zoe = await person(server, 'zoe@rival.example');
  const holding = await umbrella(server, ulla, 'holding', staff);
  const rival = await umbrella(server, zoe, 'rival', staff);
  const partner = await standard(server, pia, 'partner');
  const sibling = await standard(server, sol, 'sibling');
  return { server, staff, ulla, pia, sol, zoe, holding, rival, partner, sibling };
}

const above = (by: Person, slug = 'holding') => ({ by, slug });
const below = (by: Person, slug = 'partner') => ({ by, slug });

const invite = (server: TestServer, by: Person, account: string, email: string, invitee?: string) =>
  server.ok('sub_accounts.invite', {
    token: by.token,
    params: { account },
    body: { email, caps: NO_CAPS, ...(invitee !== undefined && { invitee }) },
  });

const sheetOf = (server: TestServer, by: Person, link: string, account = 'partner') =>
  server.ok('umbrella_invites.consent', { token: by.token, params: { link }, query: { account } });

const accept = (server: TestServer, by: Person, link: string, digest: string, account = 'partner') =>
  server.call('umbrella_invites.accept', { token: by.token, params: { link }, body: { account, digest } });

const codeOf = ({ body }: { body: unknown }) => Reflect.get(Object(body), 'code') as unknown;

/** A refusal without what differs in every one. */
const said = ({ status, body }: { status: number; body: unknown }, ...names: readonly string[]) => {
  let text = JSON.stringify(body).replace(/"request_id":"[^"]+"/, '');
  for (const name of names) text = text.replaceAll(name, 'X');
  return `${status} ${text}`;
};

describeOnEachDatabase('an umbrella and its sub-accounts', (open) => {
  it('names nobody of the one in the trail of the other, whatever either does to the link', async () => {
    const { server, ulla, pia } = await world(open);
    await linkUnder(server, above(ulla), below(pia));
    const link = { token: ulla.token, params: { account: 'holding', link: 'partner' } };
    const caps = { upload: 7, message: 9 };
    await server.ok('sub_accounts.update', { ...link, headers: { 'if-match': '*' }, body: { caps } });
    await server.ok('sub_accounts.unlink', link);
    await linkUnder(server, above(ulla), below(pia));
    await server.ok('umbrella.unlink', { token: pia.token, params: { account: 'partner' } });
    const trailOf = async (by: Person, account: string) =>
      JSON.stringify(
        (await server.ok('audit.list', { token: by.token, params: { account }, query: { limit: 1000 } }))
          .data,
      );
    const own = await trailOf(pia, 'partner');
    expect(own).toContain('sub_accounts.update');
    expect(own).not.toContain(ulla.email);
    expect(own).not.toContain(ulla.id);
    // Who accepted is the address that the umbrella invited; nothing else of the account's people is in its trail.
    const theirs = await server.ok('audit.list', {
      token: ulla.token,
      params: { account: 'holding' },
      query: { action: 'umbrella.unlink' },
    });
    expect(theirs.data.map(({ actor }) => actor.kind)).toEqual(['system']);
  });

  it('suspended: the umbrella sees no form of theirs, pays for nothing, and holds nobody', async () => {
    const { server, staff, ulla, pia } = await world(open);
    await wellsForm(server, pia, 'partner');
    await linkUnder(server, above(ulla), below(pia));
    await form(server, ulla, 'holding', 'Example');
    await server.ok('forms.mark_example', {
      token: ulla.token,
      params: { account: 'holding', form: 'Example' },
    });
    expect(await sharedWith(server, ulla, 'holding')).toEqual(['partner/Wells data_manager']);
    await server.ok('accounts.suspend', { token: staff, params: { account: 'holding' }, body: {} });
    const shared = { token: ulla.token, params: { account: 'holding' }, query: { shared: 'in' } };
    expect((await server.refused('forms.list', shared)).code).toBe('account_suspended');
    const at = { token: ulla.token, params: { account: 'partner', form: 'Wells' } };
    for (const id of ['forms.show', 'records.list'] as const)
      expect((await server.refused(id, at)).code).toBe('not_found');
    const body = { records: wellsAnswers(1) };
    const refusal = await server.refused('records.submit', { ...at, token: pia.token, body });
    expect([refusal.status, refusal.code]).toEqual([402, 'payer_suspended']);
    await server.ok('umbrella.unlink', { token: pia.token, params: { account: 'partner' } });
    await server.ok('records.submit', { ...at, token: pia.token, body });
    await ledgerHolds(server.database);
  });

  it('siblings see nothing of each other: no form, record, name, link, usage or example of another umbrella', async () => {
    const { server, ulla, pia, sol, zoe } = await world(open);
    const wells = await wellsForm(server, pia, 'partner');
    await linkUnder(server, above(ulla), below(pia));
    const siblingLink = await linkUnder(server, above(ulla), below(sol, 'sibling'));
    const at = { params: { account: 'partner', form: wells.id } };
    const { records } = await server.ok('records.submit', {
      ...at,
      token: pia.token,
      body: { records: wellsAnswers(3) },
    });
    await form(server, zoe, 'rival', 'Foreign');
    await server.ok('forms.mark_example', {
      token: zoe.token,
      params: { account: 'rival', form: 'Foreign' },
    });
    expect(await sharedWith(server, sol, 'sibling')).toEqual([]);
    const record = records[0]?.id ?? '';
    const unknown = { account: 'not-there', form: wells.id, record };
    for (const id of [
      'forms.show',
      'records.list',
      'records.show',
      'credits.show',
      'forms.shares',
    ] as const) {
      const tried = await server.call(id, { token: sol.token, params: { ...at.params, record } });
      const missing = await server.call(id, { token: sol.token, params: unknown });
      expect([id, said(tried, 'partner')]).toEqual([id, said(missing, 'not-there')]);
    }
    for (const link of [siblingLink, 'sibling', 'partner'])
      for (const id of ['sub_accounts.show', 'sub_accounts.usage'] as const)
        expect(
          (await server.refused(id, { token: pia.token, params: { account: 'holding', link } })).status,
        ).toBe(404);
    // What all of them use together is the umbrella's to know.
    const seen = JSON.stringify([
      await server.ok('credits.show', { token: sol.token, params: { account: 'sibling' } }),
      await server.ok('credits.ledger', { token: sol.token, params: { account: 'sibling' } }),
      await server.ok('credits.usage', {
        token: sol.token,
        params: { account: 'sibling' },
        query: { by: 'consumer' },
      }),
      await server.ok('umbrella.show', { token: sol.token, params: { account: 'sibling' } }),
      await server.ok('audit.list', { token: sol.token, params: { account: 'sibling' } }),
    ]);
    for (const name of ['partner', wells.id, 'Wells', record, 'pia@'])
      expect([name, seen.includes(name)]).toEqual([name, false]);
  });

  it('consent is to one sheet: no digest serves another account, link, invitation or cap', async () => {
    const { server, ulla, pia, zoe } = await world(open);
    await standard(server, pia, 'second');
    const one = await invite(server, ulla, 'holding', pia.email);
    const other = await invite(server, zoe, 'rival', pia.email);
    const { digest } = await sheetOf(server, pia, one.id);
    expect(codeOf(await accept(server, pia, one.id, digest, 'second'))).toBe('consent_changed');
    expect(codeOf(await accept(server, pia, other.id, digest))).toBe('consent_changed');
    const link = { token: ulla.token, params: { account: 'holding', link: one.id } };
    const any = { 'if-match': '*' };
    const caps = (upload: number | 'none') =>
      server.ok('sub_accounts.update', { ...link, headers: any, body: { caps: { upload } } });
    await caps(1);
    expect(codeOf(await accept(server, pia, one.id, digest))).toBe('consent_changed');
    await caps('none');
    await server.ok('sub_accounts.unlink', link);
    expect(codeOf(await accept(server, pia, one.id, digest))).toBe('invite_revoked');
    const again = await invite(server, ulla, 'holding', pia.email);
    expect(codeOf(await accept(server, pia, again.id, digest))).toBe('consent_changed');
    const fresh = (await sheetOf(server, pia, again.id)).digest;
    expect((await accept(server, pia, again.id, fresh)).status).toBe(200);
    await server.ok('umbrella.unlink', { token: pia.token, params: { account: 'partner' } });
    // An ended link does not come back by what once made it.
    expect(codeOf(await accept(server, pia, again.id, fresh))).toBe('invite_accepted');
  });

  it('races: one parent, no parent with children, and what is revoked is not accepted', async () => {
    const { server, staff, ulla, pia, zoe } = await world(open);
    for (let round = 0; round < ROUNDS; round += 1) {
      const slug = `race${round}`;
      const body = { name: slug, slug, plan: 'professional' as const };
      const account = await server.ok('accounts.create', { token: pia.token, body });
      await server.ok('accounts.unlock', { token: staff, params: { account: account.id }, body: {} });
      const [mine, theirs] = [
        await invite(server, ulla, 'holding', pia.email, slug),
        await invite(server, zoe, 'rival', pia.email, slug),
      ];
      const [here, there] = [
        await sheetOf(server, pia, mine.id, slug),
        await sheetOf(server, pia, theirs.id, slug),
      ];
      const [first, second, child, revoked] = await Promise.all([
        accept(server, pia, mine.id, here.digest, slug),
        accept(server, pia, theirs.id, there.digest, slug),
        server.call('accounts.create', {
          token: pia.token,
          body: { name: 'Child', slug: `child${round}`, master: slug },
        }),
        server.call('sub_accounts.unlink', {
          token: zoe.token,
          params: { account: 'rival', link: theirs.id },
        }),
      ]);
      const links = await server.database.read((trx) =>
        trx
          .selectFrom('links')
          .where('state', '=', 'active')
          .where((eb) => eb.or([eb('child_id', '=', account.id), eb('parent_id', '=', account.id)]))
          .selectAll()
          .execute(),
      );
      const accepted = [first, second].filter(({ status }) => status === 200).length;
      expect(revoked.status).toBe(200);
      expect(links.filter(({ child_id }) => child_id === account.id).length).toBeLessThanOrEqual(1);
      expect(links.length).toBeLessThanOrEqual(1);
      if (child.status === 201) expect(accepted).toBe(0);
      for (const { status } of [first, second, child]) expect(status).toBeLessThan(500);
    }
  });

  it('a link that ends while records come in: each is paid by who paid at that moment, none is lost', async () => {
    const { server, ulla, pia, holding, partner } = await world(open);
    await wellsForm(server, pia, 'partner');
    for (let round = 0; round < ROUNDS; round += 1) {
      await linkUnder(server, above(ulla), below(pia));
      const submit = (by: Person, account: string) =>
        server.call('records.submit', {
          token: by.token,
          params: { account, form: 'Wells' },
          body: { records: wellsAnswers(2) },
        });
      const [ended, ...sent] = await Promise.all([
        server.call('umbrella.unlink', { token: pia.token, params: { account: 'partner' } }),
        submit(ulla, 'partner'),
        submit(pia, partner.id),
        submit(ulla, partner.id),
      ]);
      expect(ended.status).toBe(200);
      for (const { status } of sent) expect([201, 404]).toContain(status);
    }
    const rows = await server.database.read(async (trx) => ({
      records: (await trx.selectFrom('form_records').select('id').execute()).length,
      used: await trx.selectFrom('credit_usage').select(['payer_id', 'amount']).execute(),
    }));
    expect(rows.used.reduce((total, { amount }) => total + amount, 0)).toBe(rows.records);
    expect(rows.used.every(({ payer_id }) => [holding.id, partner.id].includes(payer_id))).toBe(true);
    // Nobody of the umbrella gets in any more, with whatever they held.
    const at = { token: ulla.token, params: { account: 'partner', form: 'Wells' } };
    expect((await server.refused('records.list', at)).status).toBe(404);
    await ledgerHolds(server.database);
  });
});

describeOnEachDatabase('mail through umbrellas (D23, T18)', (open) => {
  it('no address is bombed: invitations, resends, contacts and batches of several umbrellas count together', async () => {
    const { server, ulla, zoe } = await world(open);
    const victim = 'victim@elsewhere.example';
    const worker = new MailWorker({
      transactions: server.deps.transactions,
      clock: server.clock,
      transport: { kind: 'captured' },
      publicUrl: 'http://tenancy.test',
    });
    const leave = async () => {
      while ((await worker.round()) > 0);
    };
    const token = ulla.token;
    const params = { account: 'holding' };
    for (let at = 0; at < 12; at += 1) {
      const email = victim;
      const invitee = `guess-${at}`;
      await server.call('sub_accounts.invite', { token, params, body: { email, invitee, caps: NO_CAPS } });
      await leave();
      const link = (await server.ok('sub_accounts.list', { token, params, query: { limit: 1000 } })).data.at(
        -1,
      );
      await server.call('sub_accounts.resend', { token, params: { ...params, link: link?.id ?? '' } });
      await leave();
    }
    const contact = { email: victim, sub_account: true, caps: NO_CAPS };
    const theirs = { token: zoe.token, params: { account: 'rival' } };
    expect(codeOf(await server.call('contacts.create', { ...theirs, body: contact }))).toBe('mail_limit');
    const batch = await server.ok('batches.create', {
      ...theirs,
      body: {
        kind: 'sub_accounts',
        digest: '0'.repeat(64),
        rows_total: 1,
        seats_needed: 0,
        defaults: { caps: NO_CAPS },
      },
    });
    await server.ok('batches.send', {
      token: zoe.token,
      params: { account: 'rival', batch: batch.id },
      body: { kind: 'sub_accounts', rows: [{ row: 1, email: victim }] },
    });
    await leave();
    const left = await server.database.read((trx) =>
      trx
        .selectFrom('outbox')
        .where('recipient_folded', '=', victim)
        .where('state', '=', 'sent')
        .select('id')
        .execute(),
    );
    expect(left).toHaveLength(20);
  });

  it('T19: names of umbrella, inviter, contact and account are text in the invitation', async () => {
    const { server, ulla } = await world(open);
    const evil = 'Click https://evil.example/x <a href="http://evil.example">here</a> www.evil.example';
    const params = { account: 'holding' };
    const any = { 'if-match': '*' };
    const token = ulla.token;
    await server.ok('me.update', { token, body: { name: evil } });
    await server.ok('accounts.update', { token, params, headers: any, body: { name: evil } });
    const email = 'bob@x.example';
    const body = { email, sub_account: true, caps: NO_CAPS, first_name: evil.slice(0, 100) };
    await server.ok('contacts.create', { token, params, body });
    const [queued] = await server.mails(email);
    if (!queued) throw new Error('no mail');
    const mail = renderMail(
      { id: 'mail', kind: queued.kind, recipient: queued.to, payload: { ...queued.payload } },
      'http://tenancy.test',
    );
    expect([...mail.text.matchAll(/\bhttps?:\/\/[^\s/]+/g)].map(([link]) => link)).toEqual([
      'http://tenancy.test',
    ]);
    expect(mail.text + mail.subject).not.toMatch(/evil\.example/);
    expect(mail.html).not.toMatch(/<a href="(?!http:\/\/tenancy\.test\/)/);
    const page = await server.app.inject({ url: `/umbrella?secret=${queued.payload['secret']}` });
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toContain('<a href="http://evil');
    expect(page.body).toContain('&lt;a href=');
  });
});
