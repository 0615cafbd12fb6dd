import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type EstateReadKind, estateReadKinds } from '../../src/contract/limits.ts';
import type { Answer, BodyInput } from '../../src/contract/shapes.ts';
import type { EstateEntry, EstateItem, Form, ParserItem, WorkspaceMember } from '../../src/contract/types.ts';
import { transactionsOf } from '../../src/server/store/stores.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { accountToken, apiToken, delegate } from '../support/estate.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { estateWorld } from './estate.world.ts';

type Page = Answer<'estate.read'>;

/** All pages, of some size each. */
async function readAll(
  server: TestServer,
  token: string,
  body: BodyInput<'estate.read'>,
  limit = 1000,
): Promise<Page & { pages: number }> {
  const data: EstateEntry[] = [];
  let refused: Page['refused'] = [];
  let cursor: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const page = await server.ok('estate.read', { token, body, query: { limit, cursor } });
    data.push(...page.data);
    refused = page.refused;
    if (page.next_cursor === null) return { data, refused, next_cursor: null, pages };
    cursor = page.next_cursor;
  }
}

function itemsOf<K extends EstateReadKind>({ data }: Pick<Page, 'data'>, kind: K): EstateItem<K>[] {
  // The item of an entry is that of its kind, which the schema has checked.
  return data.filter((entry) => entry.kind === kind).map(({ item }) => item) as EstateItem<K>[];
}

const references = ['acme', 'acme-dev', 'acme-prod', 'org', 'other', 'umbra', 'nowhere'] as const;

/** What the operations for one thing at a time say of an account, or null where they refuse. */
async function oneByOne(server: TestServer, token: string, account: string) {
  const params = { account };
  const asked = { token, params, query: { limit: 1000 } };
  const told = async <T>(call: Promise<T>): Promise<T | null> => call.catch(() => null);
  const workspaces = (await told(server.ok('workspaces.list', asked)))?.data ?? null;
  const invites = (await told(server.ok('invites.list', asked)))?.data ?? null;
  const receipts = (await told(server.ok('receipts.list', asked)))?.data ?? null;
  const members = (await told(server.ok('members.list', asked)))?.data ?? null;
  const subscription = await told(server.ok('subscription.show', { token, params }));
  const path = await told(server.ok('promotion_path.show', { token, params }));
  const placed: WorkspaceMember[] | null = workspaces && [];
  const parsers: ParserItem[] | null = workspaces && [];
  const forms: Form[] | null = workspaces && [];
  for (const { id } of workspaces ?? []) {
    const inside = { token, params: { account, workspace: id }, query: { limit: 1000 } };
    placed?.push(...((await told(server.ok('workspace_members.list', inside)))?.data ?? []));
    const query = { workspace: id, limit: 100, definitions: true };
    parsers?.push(...(await server.ok('parsers.list', { token, params, query })).data);
    const { data } = await server.ok('forms.list', { token, params, query: { workspace: id, limit: 100 } });
    for (const { id: form } of data)
      forms?.push(await server.ok('forms.show', { token, params: { account, form } }));
  }
  return {
    account: await told(server.ok('accounts.show', { token, params })),
    subscription,
    path,
    workspaces,
    permission_sets: (await told(server.ok('permission_sets.list', asked)))?.data ?? null,
    members,
    invites,
    receipts,
    placed,
    parsers,
    forms,
    links: (await told(server.ok('sub_accounts.list', asked)))?.data ?? null,
  };
}

const byText = (left: object, right: object): number =>
  JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
const byId = <T extends { id: string }>(items: readonly T[]): T[] =>
  items.toSorted((left, right) => (left.id < right.id ? -1 : 1));

/** The same, from the pages of one read. */
function fromPages(pages: Page, account: { id: string }, refused: readonly EstateReadKind[]) {
  const own = <K extends EstateReadKind>(kind: K): EstateItem<K>[] | null =>
    refused.includes(kind)
      ? null
      : itemsOf(pages, kind).filter(
          (item) => ('account_id' in item ? item.account_id : item.id) === account.id,
        );
  return own;
}

describeOnEachDatabase('an estate in bulk', (open) => {
  it('is what the operations for one thing at a time say, whoever asks and however it is paged', async () => {
    const { server, ann, kid, gus, oda, eve, acme, dev, staff } = await estateWorld(
      await startServer({ database: await open() }),
    );
    const callers = {
      ann: ann.token,
      kid: kid.token,
      gus: gus.token,
      oda: oda.token,
      eve: eve.token,
      staff,
      master: await accountToken(server, acme.id, 'admin'),
      own: await apiToken(server, acme.id, ann, 'admin'),
      child: await accountToken(server, dev.id, 'admin'),
      delegated: (await delegate(server, ann, 'acme-dev')).secret,
    };
    let compared = 0;
    for (const [caller, token] of Object.entries(callers)) {
      const pages = await readAll(server, token, { accounts: [...references] });
      for (const account of references) {
        const single = await oneByOne(server, token, account);
        const refusal = pages.refused.find((one) => one.account === account);
        if (refusal?.code === 'not_found')
          expect([caller, account, single.account]).toEqual([caller, account, null]);
        if (refusal?.kinds.includes('account') === true || single.account === null) continue;
        const own = fromPages(pages, single.account, refusal?.kinds ?? []);
        expect([caller, own('account')]).toEqual([caller, [single.account]]);
        expect(own('member')).toEqual(single.members);
        expect(own('permission_set')).toEqual(single.permission_sets);
        expect(own('workspace')).toEqual(single.workspaces);
        const { subscription, path } = single;
        expect(own('subscription')).toEqual(
          subscription && [
            expect.objectContaining({ plan: subscription.plan, scheduled: subscription.scheduled }),
          ],
        );
        expect(own('promotion_path')?.map(({ accounts, revision }) => ({ accounts, revision }))).toEqual(
          path === null ? undefined : path.revision === 0 ? [] : [path],
        );
        // By delegation nobody lists whoever is placed in workspaces.
        if (own('workspace_member') === null) expect(single.placed ?? []).toEqual([]);
        else expect(own('workspace_member')?.sort(byText)).toEqual(single.placed?.sort(byText));
        expect(
          own('invite')?.map((invite) => ({
            ...invite,
            children: invite.children.map(({ link_id }) => link_id),
            workspaces: invite.workspaces.map(({ workspace, role }) => ({ workspace, role })),
          })) ?? null,
        ).toEqual(
          single.invites?.filter(({ state }) => ['pending', 'expired', 'declined'].includes(state)) ?? null,
        );
        expect(own('removal')?.map(({ id }) => id) ?? null).toEqual(
          single.receipts?.filter(({ state }) => state !== 'restored').map(({ id }) => id) ?? null,
        );
        for (const mine of own('parser') ?? []) {
          const theirs = single.parsers?.find(({ id }) => id === mine.id);
          // A master knows what there is, and reads no definition.
          if (single.parsers === null) expect(mine.definition).toBeNull();
          else expect(theirs).toMatchObject({ ...mine });
        }
        expect(own('form')).toEqual(
          single.forms &&
            byId(single.forms).map(
              ({ id, owner, workspace, name, title, description, questions, revision }) => ({
                account_id: owner.id,
                id,
                workspace,
                name,
                title,
                description,
                questions,
                revision,
              }),
            ),
        );
        const links = single.links?.filter(({ state }) => state !== 'revoked') ?? null;
        expect(own('link')?.length ?? null).toBe(links?.length ?? null);
        for (const { id, state, caps, account: other } of own('link') ?? [])
          expect(links?.find((link) => link.id === id)).toMatchObject({ state, caps, account: other });
        expect(own('parser')?.length).toBe(single.parsers?.length ?? own('parser')?.length);
        compared += 1;
      }
      const sizes =
        caller === 'ann' ? fc.sample(fc.integer({ min: 2, max: 30 }), { numRuns: 3, seed: 1 }) : [];
      for (const limit of caller === 'oda' ? [1] : sizes) {
        const again = await readAll(server, token, { accounts: [...references] }, limit);
        expect(again.data).toEqual(pages.data);
        expect(again.pages).toBeLessThanOrEqual(Math.ceil(pages.data.length / limit) + 1);
      }
    }
    expect(compared).toBeGreaterThan(10);
  });

  it('refuses an account that may not be seen like one that is not there, and tells whose rights end where', async () => {
    const { server, ann, gus, eve, acme } = await estateWorld(await startServer({ database: await open() }));
    const ask = (token: string, accounts: string[], kinds?: EstateReadKind[]) =>
      server.ok('estate.read', { token, body: { accounts, ...(kinds && { kinds }) } });
    const all = [...estateReadKinds];
    for (const account of ['acme', acme.id, 'nowhere', `acc_${'0'.repeat(26)}`])
      expect(await ask(eve.token, [account])).toEqual({
        data: [],
        next_cursor: null,
        refused: [{ account, code: 'not_found', kinds: all }],
      });
    // A user knows of the account, and reads nobody else's part of it.
    expect((await ask(gus.token, ['acme'], ['member'])).refused).toEqual([
      { account: 'acme', code: 'forbidden', kinds: ['member'] },
    ]);
    const above = await ask(ann.token, ['acme-dev', 'acme-dev', acme.id], ['parser', 'workspace', 'member']);
    expect(above.refused).toEqual([{ account: 'acme-dev', code: 'forbidden', kinds: ['workspace'] }]);
    const [secretive] = itemsOf(above, 'parser').filter(({ name }) => name === 'Secretive');
    expect(secretive).toMatchObject({ definition: null, secrets: [{ name: 'key', state: 'missing' }] });
    await server.ok('accounts.suspend', { token: await server.staffToken(), params: { account: 'acme' } });
    expect((await ask(gus.token, ['acme'])).refused[0]?.code).toBe('forbidden');
    expect((await ask(ann.token, ['acme'], ['member'])).refused).toEqual([]);
  });

  it('binds every query to the accounts that were allowed, whatever the rule asks the store for', async () => {
    const { server, acme, org } = await estateWorld(await startServer({ database: await open() }));
    const page = { limit: 1000, after: null };
    const now = server.clock.now().toISOString();
    const seen = await transactionsOf(server.database).read(async ({ tenants }) => {
      const bound = tenants([acme.id]);
      const none = tenants([]);
      // A key that was made by hand, of another account: it is behind it, and so is nothing.
      const forged = { limit: 1000, after: [org.id, org.id] };
      const reads = [bound, none].flatMap((estate) => [
        estate.accounts(null, page, now),
        estate.subscriptions(page),
        estate.promotionPaths(page),
        estate.workspaces(null, page),
        estate.permissionSets(page),
        estate.members(page),
        estate.invites(page, now),
        estate.removals(page),
        estate.workspaceMembers(page),
        estate.parsers(new Set([org.id, acme.id]), page),
        estate.forms(page),
        estate.links(page, now),
        estate.members(forged),
      ]);
      const items = [];
      for (const read of reads) items.push((await read).items);
      return items;
    });
    const accounts = seen.flat().map((item) => ('account_id' in item ? item.account_id : item.id));
    expect(new Set(accounts)).toEqual(new Set([acme.id]));
    expect(seen.slice(13).flat()).toEqual([]);
    expect(seen[12]).toEqual([]);
  });

  it('takes no cursor of another question, and none of a kind that is not', async () => {
    const { server, ann } = await estateWorld(await startServer({ database: await open() }));
    const read = (accounts: string[], cursor?: string) =>
      server.call('estate.read', { token: ann.token, body: { accounts }, query: { limit: 1, cursor } });
    const { next_cursor: cursor } = await server.ok('estate.read', {
      token: ann.token,
      body: { accounts: ['acme'] },
      query: { limit: 1 },
    });
    expect((await read(['acme'], cursor ?? '')).status).toBe(200);
    expect((await read(['acme', 'acme-dev'], cursor ?? '')).body).toMatchObject({ code: 'invalid_cursor' });
    expect((await read([])).body).toMatchObject({ code: 'invalid_request' });
  });
});
