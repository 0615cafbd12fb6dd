import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entitlementNames, type FormRole, formRoles, planLimitNames } from '../../src/contract/limits.ts';
import { operationIds, operationOf } from '../../src/contract/operations.ts';
import { pathParams } from '../../src/contract/shapes.ts';
import type { ConsentSheet } from '../../src/contract/types.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { join, type Person, person, standard, umbrella } from '../support/estate.ts';
import { form, sharedWith } from '../support/forms.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * D12, checked from outside: everything is read as the umbrella before and after, through the API. What has come or gone in
 * between is what the sheet (or the dry run of leaving) said, and nothing else.
 */

const roleOrNot = fc.option(
  fc.constantFrom<FormRole>('viewer', 'data_collector', 'data_manager', 'form_admin'),
  {
    nil: null,
  },
);
const credit = fc.option(fc.integer({ min: 0, max: 3 }), { nil: 'none' as const });

/** A form of the invited account. */
const ownForm = fc.record({
  /** Chosen for the umbrella before there is a link. */
  toUmbrella: roleOrNot,
  toOther: roleOrNot,
  records: fc.nat({ max: 2 }),
  deleted: fc.boolean(),
  example: fc.boolean(),
  /** Chosen while linked; undefined leaves it alone. */
  chosen: fc.option(fc.constantFrom<FormRole>(...formRoles), { nil: undefined }),
});
/** A form of a third account: shared with the invited one, and by itself with the umbrella. */
const foreignForm = fc.record({ toPartner: roleOrNot, toUmbrella: roleOrNot });

const world = fc.record({
  plan: fc.constantFrom('basic', 'starter', 'professional', 'business'),
  own: fc.array(ownForm, { minLength: 1, maxLength: 4 }),
  foreign: fc.array(foreignForm, { maxLength: 2 }),
  examples: fc.array(fc.boolean(), { maxLength: 2 }),
  caps: fc.record({ upload: credit, message: credit }),
  members: fc.nat({ max: 5 }),
  keep: fc.boolean(),
  endsBy: fc.constantFrom('account', 'umbrella'),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

const question = [{ type: 'text' as const, name: 'site', label: 'Site' }];
const submission = { records: [{ answers: { site: 'North' } }] };
const names = (of: World) => ({
  partner: of.own.map((_, at) => `Own${at}`),
  third: of.foreign.map((_, at) => `Foreign${at}`),
  holding: of.examples.map((_, at) => `Example${at}`),
});

interface Cast {
  readonly server: TestServer;
  readonly staff: string;
  readonly ulla: Person;
  readonly pia: Person;
  readonly otto: Person;
  /** Slugs; ids of the first two, for shares with who is not linked. */
  readonly holding: string;
  readonly partner: string;
  readonly third: string;
  readonly ids: { readonly holding: string; readonly partner: string; readonly third: string };
}

async function cast(server: TestServer, run: number): Promise<Cast> {
  const staff = await server.staffToken();
  const [holding, partner, third] = [`holding${run}`, `partner${run}`, `third${run}`];
  const ulla = await person(server, `ulla@${holding}.example`);
  const pia = await person(server, `pia@${partner}.example`);
  const otto = await person(server, `otto@${third}.example`);
  const ids = {
    holding: (await umbrella(server, ulla, holding, staff)).id,
    partner: (await standard(server, pia, partner)).id,
    third: (await standard(server, otto, third)).id,
  };
  return { server, staff, ulla, pia, otto, holding, partner, third, ids };
}

async function share(
  server: TestServer,
  by: Person,
  params: { account: string; form: string },
  account: string,
  role: FormRole | null,
): Promise<void> {
  if (role === null) return;
  await server.ok('forms.share', { token: by.token, params, body: { shares: [{ account, role }] } });
}

/** Everything that there is before anybody is invited. */
async function furnish(cast: Cast, of: World): Promise<void> {
  const { server, staff, ulla, pia, otto, holding, partner, third, ids } = cast;
  const questions = question;
  for (const [at, example] of of.examples.entries()) {
    await form(server, ulla, holding, `Example${at}`, { questions });
    const params = { account: holding, form: `Example${at}` };
    if (example) await server.ok('forms.mark_example', { token: ulla.token, params });
  }
  for (const [at, { toPartner, toUmbrella }] of of.foreign.entries()) {
    await form(server, otto, third, `Foreign${at}`, { questions });
    const params = { account: third, form: `Foreign${at}` };
    await share(server, otto, params, ids.partner, toPartner);
    await share(server, otto, params, ids.holding, toUmbrella);
  }
  for (const [at, one] of of.own.entries()) {
    await form(server, pia, partner, `Own${at}`, { questions });
    const params = { account: partner, form: `Own${at}` };
    await share(server, pia, params, ids.holding, one.toUmbrella);
    await share(server, pia, params, ids.third, one.toOther);
    for (let sent = 0; sent < one.records; sent += 1)
      await server.ok('records.submit', { token: pia.token, params, body: submission });
    if (one.example) await server.ok('forms.mark_example', { token: pia.token, params });
    if (one.deleted)
      await server.ok('forms.delete', { token: pia.token, params, headers: { 'if-match': '*' } });
  }
  const body = { plan: of.plan, reason: 'test' };
  await server.ok('subscription.change', { token: staff, params: { account: partner }, body });
  for (let at = 0; at < of.members; at += 1) {
    if (of.plan === 'basic' && at >= 4) break;
    await join(server, ids.partner, await person(server, `m${at}@${partner}.example`), 'user');
  }
}

/** Every reading of an account: its own business, linked or not. A diff of parsers names a second one. */
const readings = operationIds.filter(
  (id) => operationOf(id).method === 'GET' && pathParams(id).join() === 'account' && id !== 'parsers.diff',
);

interface Seen {
  /** The list of what others share with it. */
  readonly listed: readonly string[];
  /** One by one, by `owner/name`: the role, and how many records there are to read (null: none may be read). */
  readonly one: Readonly<Record<string, { readonly role: string; readonly records: number | null }>>;
  readonly accounts: readonly string[];
  readonly subs: readonly string[];
  readonly used: unknown;
  readonly closed: Readonly<Record<string, number>>;
}

/** All that somebody of the umbrella can read. */
async function read({ server, ulla, holding, partner, third }: Cast, of: World): Promise<Seen> {
  const { token } = ulla;
  const params = { account: holding };
  const one: Record<string, { role: string; records: number | null }> = {};
  const [own, foreign] = [names(of).partner, names(of).third];
  for (const [account, name] of [...own.map((n) => [partner, n]), ...foreign.map((n) => [third, n])]) {
    if (account === undefined || name === undefined) continue;
    const at = { token, params: { account, form: name } };
    const shown = await server.call('forms.show', at);
    const records = await server.call('records.list', at);
    one[`${account}/${name}`] = {
      role: shown.status === 200 ? String(Reflect.get(Object(shown.body), 'role')) : `${shown.status}`,
      records: records.status === 200 ? Reflect.get(Object(records.body), 'data').length : null,
    };
  }
  const statuses: Record<string, number> = {};
  for (const id of readings)
    statuses[id] = (await server.call(id, { token, params: { account: partner } })).status;
  const subs = await server.ok('sub_accounts.list', { token, params });
  return {
    listed: (await sharedWith(server, ulla, holding)).sort(),
    one,
    accounts: (await server.ok('accounts.list', { token })).data.map(({ slug }) => slug).sort(),
    subs: subs.data.map(({ state, account }) => `${state} ${account?.slug ?? '-'}`),
    used: (await server.ok('credits.usage', { token, params, query: { by: 'consumer' } })).data,
    closed: statuses,
  };
}

/** What the account has by its plan and whatever gives more. */
async function held({ server, pia, partner }: Cast) {
  const at = { token: pia.token, params: { account: partner } };
  const { limits, entitlements } = await server.ok('subscription.show', at);
  return {
    ...Object.fromEntries(planLimitNames.map((name) => [name, limits[name].limit])),
    ...Object.fromEntries(entitlementNames.map((name) => [name, entitlements[name].granted])),
  };
}

type Held = Awaited<ReturnType<typeof held>>;

/** What it had, with what is said to change; a change that does not begin at what it had is none of it. */
function changed(before: Held, { entitlements, limits }: ConsentSheet['changes']): Held {
  const after = { ...before };
  for (const { name, before: was, after: is } of [...entitlements, ...limits]) {
    expect([name, was]).toEqual([name, before[name]]);
    expect(is).not.toBe(was);
    after[name] = is;
  }
  return after;
}

const reads = (role: FormRole): boolean => role === 'data_manager' || role === 'form_admin';

/** What is seen once the umbrella has exactly these forms of the account, and everything else as before. */
function withForms(
  before: Seen,
  of: World,
  partner: string,
  forms: readonly { readonly name: string; readonly role: FormRole }[],
): Pick<Seen, 'listed' | 'one'> {
  const seen = forms.filter(({ role }) => role !== 'none');
  const one = { ...before.one };
  for (const [at, { records }] of of.own.entries()) {
    const role = seen.find(({ name }) => name === `Own${at}`)?.role;
    one[`${partner}/Own${at}`] =
      role === undefined ? { role: '404', records: null } : { role, records: reads(role) ? records : null };
  }
  const others = before.listed.filter((line) => !line.startsWith(`${partner}/`));
  const mine = seen.map(({ name, role }) => `${partner}/${name} ${role}`);
  return { listed: [...others, ...mine].sort(), one };
}

/** A use of the account, and whose credits it went to. */
async function spend(cast: Cast): Promise<{ status: number; payer: string; cap: unknown; paid: number }> {
  const { server, pia, ulla, partner, holding } = cast;
  const at = { token: pia.token, params: { account: partner } };
  const name = 'Later';
  const { status } = await server.call('records.submit', {
    ...at,
    params: { ...at.params, form: name },
    body: submission,
  });
  const { payer, units } = await server.ok('credits.show', at);
  const above = { token: ulla.token, params: { account: holding } };
  const { total } = await server.ok('credits.usage', above);
  const caps = [units.upload.cap, units.message.cap].map((cap) => cap && (cap.limit ?? 'none'));
  return { status, payer: payer.slug, cap: caps, paid: total.paid.upload };
}

describeOnEachDatabase('the consent sheet', (open, { kind }) => {
  it('is what becomes visible and who pays; and leaving takes what its dry run said', {
    timeout: 180_000,
  }, async () => {
    const server = await startServer({ database: await open() });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(world, async (of) => {
        run += 1;
        const here = await cast(server, run);
        const { ulla, pia, holding, partner } = here;
        await furnish(here, of);
        const invited = await server.ok('sub_accounts.invite', {
          token: ulla.token,
          params: { account: holding },
          body: { email: pia.email, caps: of.caps },
        });
        const params = { link: invited.id };
        const own = { token: pia.token, params: { account: partner } };

        // Before.
        const before = await read(here, of);
        expect(Object.entries(before.closed).filter(([, status]) => status !== 404)).toEqual([]);
        const heldBefore = await held(here);
        const query = { account: partner };
        const sheet = await server.ok('umbrella_invites.consent', { token: pia.token, params, query });
        expect(sheet.blockers).toEqual([]);
        const { token } = pia;
        const answer = { token, params, body: { account: partner, digest: sheet.digest } };

        // After: what the sheet says, and nothing else.
        await server.ok('umbrella_invites.accept', answer);
        const after = await read(here, of);
        expect(after).toEqual({
          ...before,
          ...withForms(before, of, partner, sheet.forms.now),
          subs: [`active ${partner}`],
        });
        expect(sheet.forms.now.map(({ name }) => name).sort()).toEqual(
          names(of).partner.filter((_, at) => of.own[at]?.deleted === false),
        );
        const heldLinked = await held(here);
        expect(heldLinked).toEqual(changed(heldBefore, sheet.changes));
        await form(server, pia, partner, 'Later', { questions: question });
        expect(await sharedWith(server, ulla, holding)).toContain(`${partner}/Later ${sheet.forms.later}`);
        const full = sheet.caps.upload === 0;
        expect(await spend(here)).toEqual({
          status: full ? 402 : 201,
          payer: sheet.payer.slug,
          cap: [sheet.caps.upload, sheet.caps.message],
          paid: full ? 0 : 1,
        });

        // Leaving: what the dry run said.
        for (const [at, { chosen, deleted }] of of.own.entries())
          if (!deleted && chosen !== undefined)
            await share(server, pia, { account: partner, form: `Own${at}` }, holding, chosen);
        const last = await read(here, of);
        const sees = last.listed.filter((line) => line.startsWith(`${partner}/`));
        let kept: { name: string; role: FormRole }[];
        let heldAfter = heldBefore;
        if (of.endsBy === 'account') {
          const leave = { ...own, query: { keep_shares: of.keep } };
          const dry = await server.ok('umbrella.unlink', {
            ...leave,
            query: { ...leave.query, dry_run: true },
          });
          expect(await read(here, of)).toEqual(last);
          expect(await server.ok('umbrella.unlink', leave)).toEqual(dry);
          const { forms_ended = [], forms_kept = [], changes } = dry.ends ?? {};
          const all = [...forms_ended, ...forms_kept].map(({ name, role }) => `${partner}/${name} ${role}`);
          expect(all.sort()).toEqual(sees);
          kept = forms_kept;
          if (changes) heldAfter = changed(heldLinked, changes);
        } else {
          const leave = { token: ulla.token, params: { account: holding, link: partner } };
          const dry = await server.ok('sub_accounts.unlink', { ...leave, query: { dry_run: true } });
          const done = await server.ok('sub_accounts.unlink', leave);
          expect([done.changed, done.ends]).toEqual([true, dry.ends]);
          const left = (await sharedWith(server, ulla, holding)).filter((line) =>
            line.startsWith(`${partner}/`),
          );
          expect(sees.length - left.length).toBe(dry.ends?.forms);
          kept = of.own.flatMap(({ toUmbrella, chosen, deleted }, at) =>
            deleted || toUmbrella === null || (chosen !== undefined && chosen !== toUmbrella)
              ? []
              : [{ name: `Own${at}`, role: toUmbrella }],
          );
        }
        const gone = await read(here, of);
        expect(gone).toEqual({ ...last, ...withForms(last, of, partner, kept), subs: [`ended ${partner}`] });
        expect(await held(here)).toEqual(heldAfter);
        expect(heldAfter).toEqual(heldBefore);
        expect(await spend(here)).toMatchObject({ status: 201, payer: partner, cap: [null, null] });
      }),
      { numRuns: kind === 'sqlite' ? 10 : 4 },
    );
  });

  it('has another digest whenever anything of it changes, and not otherwise', {
    timeout: 60_000,
  }, async () => {
    const server = await startServer({ database: await open() });
    const here = await cast(server, 0);
    const { staff, ulla, pia, otto, holding, partner, third, ids } = here;
    await form(server, pia, partner, 'Visit', { questions: question });
    await form(server, pia, partner, 'Order', { questions: question });
    await form(server, ulla, holding, 'Example', { questions: question });
    await form(server, otto, third, 'Foreign', { questions: question });
    const { id: link } = await server.ok('sub_accounts.invite', {
      token: ulla.token,
      params: { account: holding },
      body: { email: pia.email, caps: { upload: 5, message: 'none' } },
    });
    const visit = { account: partner, form: 'Visit' };
    const own = { token: pia.token, params: { account: partner } };
    const above = { token: ulla.token, params: { account: holding } };
    const invitation = { token: ulla.token, params: { account: holding, link } };
    const byStaff = { token: staff, params: { account: holding }, body: {} };
    const any = { 'if-match': '*' };
    const plan = (account: string, name: string) =>
      server.ok('subscription.change', {
        token: staff,
        params: { account },
        body: { plan: name, now: true, reason: 'test' },
      });
    const changes: Readonly<Record<string, () => Promise<unknown>>> = {
      'a form more': () => form(server, pia, partner, 'New', { questions: question }),
      'a form less': () =>
        server.ok('forms.delete', { ...own, params: { ...visit, form: 'Order' }, headers: any }),
      'a form of another name': () =>
        server.ok('forms.update', {
          ...own,
          params: { ...visit, form: 'New' },
          headers: any,
          body: { name: 'Newer' },
        }),
      'a role chosen for the umbrella': () => share(server, pia, visit, ids.holding, 'viewer'),
      'another one': () => share(server, pia, visit, ids.holding, 'form_admin'),
      'a cap': () => server.ok('sub_accounts.update', { ...invitation, body: { caps: { upload: 6 } } }),
      'no cap': () => server.ok('sub_accounts.update', { ...invitation, body: { caps: { upload: 'none' } } }),
      'sent again': async () => {
        server.clock.advance({ minutes: 4 });
        await server.ok('sub_accounts.resend', invitation);
      },
      'the plan of the account': () => plan(partner, 'starter'),
      'the name of the account': () =>
        server.ok('accounts.update', { ...own, headers: any, body: { name: 'Partner Ltd' } }),
      'the name of the umbrella': () =>
        server.ok('accounts.update', { ...above, headers: any, body: { name: 'Holding Ltd' } }),
      'the umbrella suspended': () => server.ok('accounts.suspend', byStaff),
      'and active again': () => server.ok('accounts.activate', byStaff),
      'the umbrella on a lesser plan': () => plan(holding, 'business'),
      'and on its own again': () => plan(holding, 'enterprise'),
    };
    const others: Readonly<Record<string, () => Promise<unknown>>> = {
      'nothing but time': async () => server.clock.advance({ minutes: 4 }),
      'a record and its credit': () =>
        server.ok('records.submit', { ...own, params: visit, body: submission }),
      'a question': () =>
        server.ok('forms.update', { ...own, params: visit, headers: any, body: { title: 'Another' } }),
      'a form shared with somebody else': () => share(server, pia, visit, ids.third, 'data_manager'),
      'an own example': () => server.ok('forms.mark_example', { ...own, params: visit }),
      'a form of somebody else, shared with the account': () =>
        share(server, otto, { account: third, form: 'Foreign' }, ids.partner, 'form_admin'),
      'and with the umbrella': () =>
        share(server, otto, { account: third, form: 'Foreign' }, ids.holding, 'viewer'),
      'an example of the umbrella': () =>
        server.ok('forms.mark_example', { ...above, params: { account: holding, form: 'Example' } }),
      'a member more': async () => join(server, ids.partner, await person(server, 'new@x.example'), 'user'),
      'another invitation': () =>
        server.ok('sub_accounts.invite', {
          ...above,
          body: { email: 'else@x.example', caps: { upload: 1, message: 1 } },
        }),
      'a choice for the umbrella that is so already': () =>
        share(server, pia, visit, ids.holding, 'form_admin'),
    };
    const digest = async () => {
      const query = { account: partner };
      return (await server.ok('umbrella_invites.consent', { token: pia.token, params: { link }, query }))
        .digest;
    };
    for (const [what, change] of [...Object.entries(changes), ...Object.entries(others)]) {
      const read = await digest();
      await change();
      expect([what, (await digest()) !== read]).toEqual([what, what in changes]);
      const body = { account: partner, digest: read };
      const query = { dry_run: true };
      const { status } = await server.call('umbrella_invites.accept', {
        ...own,
        params: { link },
        body,
        query,
      });
      expect([what, status]).toEqual([what, what in changes ? 409 : 200]);
    }
  });
});
