import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { mailPreferences } from '../../contract/accounts.ts';
import { looksLikeId } from '../../contract/ids.ts';
import { linkedPlan } from '../../contract/limits.ts';
import type {
  AccountChange,
  AccountFilter,
  AccountPort,
  AccountRow,
  AccountsPort,
  AccountView,
  Viewer,
} from '../domain/ports/accounts.ts';
import { closeAccount, holdingsOf } from './account-end.ts';
import { accountTree } from './account-tree.ts';
import { toLabels, toModules } from './columns.ts';
import { endDelegationsOf } from './delegations.ts';
import { toPage } from './keyset.ts';
import { toLinkedTerms, toTerms } from './plans.ts';
import { retiredSlugs } from './retired-slugs.ts';
import type { Row, Schema } from './schema.ts';
import { anyContains } from './search.ts';
import { seatsUsed } from './seats.ts';
import { dialectOf, type Trx } from './transaction.ts';

/** Scope of accounts' slugs among the retired ones; a workspace's is its account's id. */
const SLUGS = 'accounts';

/** Mails that nobody switched off are on. */
const defaults = { security: true, members: true };
const mailSchema = mailPreferences.partial();
const toMail = (json: string) => {
  const set = mailSchema.parse(JSON.parse(json));
  return { security: set.security ?? defaults.security, members: set.members ?? defaults.members };
};

type RowColumns = Pick<
  Row<'accounts'>,
  | 'id'
  | 'kind'
  | 'slug'
  | 'name'
  | 'state'
  | 'suspended_by'
  | 'plan'
  | 'managed_accounts'
  | 'trial_ends_at'
  | 'labels'
  | 'mail_preferences'
  | 'copy_out'
  | 'revision'
  | 'created_at'
  | 'updated_at'
>;

function toRow(row: RowColumns): AccountRow {
  if (row.state === 'gone') throw new Error(`account ${row.id} is gone`);
  return {
    id: row.id,
    kind: row.kind,
    slug: row.slug,
    name: row.name,
    state: row.state,
    suspendedBy: row.suspended_by,
    plan: row.plan,
    managedAccounts: row.managed_accounts,
    trialEndsAt: row.trial_ends_at,
    labels: toLabels(row.labels),
    mail: toMail(row.mail_preferences),
    copyOut: row.copy_out,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Accounts as somebody sees them, with their seats counted in the query. */
export function views(trx: Trx, userId: string | null, now: string) {
  return trx
    .selectFrom('accounts as a')
    .leftJoin('members as m', (join) =>
      join
        .onRef('m.account_id', '=', 'a.id')
        .on('m.user_id', '=', userId ?? '')
        .on('m.state', '=', 'active'),
    )
    .leftJoin('links as l', (join) => join.onRef('l.child_id', '=', 'a.id').on('l.state', '=', 'active'))
    .leftJoin('accounts as p', 'p.id', 'l.parent_id')
    .leftJoin('plans as pl', 'pl.name', 'a.plan')
    .leftJoin('plans as lp', (join) => join.on('l.kind', '=', 'sub').on('lp.name', '=', linkedPlan))
    .where('a.state', '<>', 'gone')
    .select(['a.id', 'a.kind', 'a.slug', 'a.name', 'a.state', 'a.suspended_by', 'a.plan'])
    .select(['a.managed_accounts', 'a.trial_ends_at', 'a.labels', 'a.mail_preferences', 'a.copy_out'])
    .select(['a.revision', 'a.created_at', 'a.updated_at', 'pl.entitlements', 'pl.limits'])
    .select(['lp.entitlements as linked_entitlements', 'lp.limits as linked_limits'])
    .select(['m.id as member_id', 'm.role as member_role', 'm.modules as member_modules'])
    .select(['l.id as link_id', 'l.kind as link_kind'])
    .select(['p.id as parent_id', 'p.slug as parent_slug', 'p.name as parent_name'])
    .select((eb) => seatsUsed(eb.ref('a.id'), now).as('seats_used'))
    .select((eb) =>
      eb
        .selectFrom('member_children as g')
        .innerJoin('members as gm', (join) =>
          join.onRef('gm.account_id', '=', 'g.account_id').onRef('gm.id', '=', 'g.member_id'),
        )
        .whereRef('g.account_id', '=', 'l.parent_id')
        .whereRef('g.link_id', '=', 'l.id')
        .where('gm.user_id', '=', userId ?? '')
        .where('gm.state', '=', 'active')
        .where('gm.role', '=', 'user')
        .select('g.link_id')
        .as('granted'),
    );
}

type ViewRow = Awaited<ReturnType<ReturnType<typeof views>['executeTakeFirstOrThrow']>>;

export function toView(row: ViewRow): AccountView {
  const { link_id: linkId, link_kind: kind, parent_id, parent_slug, parent_name } = row;
  const linked =
    linkId !== null && kind !== null && parent_id !== null && parent_slug !== null && parent_name !== null;
  const { member_id: memberId, member_role: role, member_modules: modules } = row;
  const member = memberId !== null && role !== null && modules !== null;
  return {
    ...toRow(row),
    terms: toTerms(row),
    linked: toLinkedTerms(row),
    parent: linked
      ? { linkId, kind, account: { id: parent_id, slug: parent_slug, name: parent_name } }
      : null,
    membership: member ? { memberId, role, state: 'active', modules: toModules(modules) } : null,
    granted: row.granted !== null,
    seatsUsed: row.seats_used,
  };
}

/** Ids of the accounts that a viewer may list; null for all. */
function seenBy(trx: Trx, viewer: Viewer) {
  const below = trx
    .selectFrom('links as c')
    .innerJoin('accounts as master', 'master.id', 'c.parent_id')
    .where('c.kind', '=', 'managed')
    .where('c.state', '=', 'active')
    .where('master.state', '=', 'active')
    .select('c.child_id as id');
  const administered = (userId: string) =>
    trx
      .selectFrom('members as pm')
      .where('pm.user_id', '=', userId)
      .where('pm.state', '=', 'active')
      .where('pm.role', 'in', ['owner', 'admin', 'super_admin'])
      .select('pm.account_id as id');
  const granted = (userId: string) =>
    trx
      .selectFrom('member_children as g')
      .innerJoin('members as gm', (join) =>
        join.onRef('gm.account_id', '=', 'g.account_id').onRef('gm.id', '=', 'g.member_id'),
      )
      .where('gm.user_id', '=', userId)
      .where('gm.state', '=', 'active')
      .where('gm.role', '=', 'user')
      .select('g.link_id as id');
  if (viewer.kind === 'all') return null;
  if (viewer.kind === 'person') {
    return trx
      .selectFrom('members as own')
      .where('own.user_id', '=', viewer.userId)
      .where('own.state', '=', 'active')
      .select('own.account_id as id')
      .union(below.where('c.parent_id', 'in', administered(viewer.userId)))
      .union(below.where('c.id', 'in', granted(viewer.userId)));
  }
  const { accountId, children, userId } = viewer;
  const itself = trx
    .selectFrom('accounts as own')
    .where('own.id', '=', accountId)
    .where('own.state', '<>', 'suspended')
    .select('own.id as id');
  const own = below.where('c.parent_id', '=', accountId);
  if (children === 'all') return itself.union(own);
  return children === 'granted' && userId !== null
    ? itself.union(own.where('c.id', 'in', granted(userId)))
    : itself;
}

function hasLabel(
  trx: Trx,
  eb: ExpressionBuilder<Schema & { a: Schema['accounts'] }, 'a'>,
  label: { name: string; value: string },
): Expression<SqlBool> {
  const labels = eb.ref('a.labels');
  return dialectOf(trx) === 'sqlite'
    ? sql<SqlBool>`(${labels} ->> ${`$."${label.name}"`}) = ${label.value}`
    : sql<SqlBool>`(${labels}::jsonb ->> ${label.name}) = ${label.value}`;
}

export function accountsStore(trx: Trx): AccountsPort {
  return {
    async insert(account) {
      await trx
        .insertInto('accounts')
        .values({
          id: account.id,
          kind: account.kind,
          slug: account.slug,
          name: account.name,
          state: account.state,
          plan: account.plan,
          owner_user_id: account.ownerUserId,
          labels: JSON.stringify(account.labels),
          mail_preferences: JSON.stringify(defaults),
          created_by: account.createdBy,
          created_at: account.at,
          updated_at: account.at,
        })
        .execute();
    },

    async slugTaken(slug, now, exceptId = '') {
      const used = await trx
        .selectFrom('accounts')
        .select('id')
        .where('slug', '=', slug)
        .where('state', '<>', 'gone')
        .where('id', '<>', exceptId)
        .executeTakeFirst();
      if (used) return true;
      return await retiredSlugs(trx, SLUGS).has(slug, now, exceptId);
    },

    async list(viewer: Viewer, filter: AccountFilter, page, now) {
      const userId = viewer.kind === 'all' ? null : viewer.userId;
      let query = views(trx, userId, now)
        .orderBy('a.id')
        .limit(page.limit + 1);
      const seen = seenBy(trx, viewer);
      if (seen !== null) query = query.where('a.id', 'in', seen);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('a.id', '>', after);
      if (filter.kind !== undefined) query = query.where('a.kind', '=', filter.kind);
      if (filter.state !== undefined) query = query.where('a.state', '=', filter.state);
      if (filter.masterId !== undefined) {
        query = query.where('l.parent_id', '=', filter.masterId).where('l.kind', '=', 'managed');
      }
      const { q } = filter;
      if (q !== undefined) query = query.where((eb) => anyContains([eb.ref('a.name'), eb.ref('a.slug')], q));
      for (const label of filter.labels) query = query.where((eb) => hasLabel(trx, eb, label));
      return toPage(await query.execute(), page.limit, (row) => [row.id], toView);
    },

    async findGone(reference) {
      let query = trx.selectFrom('accounts as a').where('a.state', '=', 'gone').select(['a.id', 'a.kind']);
      if (looksLikeId(reference)) query = query.where('a.id', '=', reference);
      else {
        query = query
          .innerJoin('retired_slugs as r', 'r.target_id', 'a.id')
          .where('r.scope', '=', SLUGS)
          .where('r.slug', '=', reference);
      }
      return (await query.executeTakeFirst()) ?? null;
    },

    async findId(reference) {
      const row = await trx
        .selectFrom('accounts')
        .where(looksLikeId(reference) ? 'id' : 'slug', '=', reference)
        .where('state', '<>', 'gone')
        .select('id')
        .executeTakeFirst();
      return row?.id ?? null;
    },
  };
}

function stateColumns(state: NonNullable<AccountChange['state']>) {
  return state.is === 'suspended'
    ? { state: state.is, suspended_by: state.by, suspended_reason: state.reason }
    : { state: state.is, suspended_by: null, suspended_reason: null };
}

function changedColumns(change: AccountChange) {
  const { labels, mail, copyOut, state, managedAccounts: feature } = change;
  return {
    ...(change.name !== undefined && { name: change.name }),
    ...(change.slug !== undefined && { slug: change.slug }),
    ...(change.plan !== undefined && { plan: change.plan }),
    ...(labels !== undefined && { labels: JSON.stringify(labels) }),
    ...(mail !== undefined && { mail_preferences: JSON.stringify(mail) }),
    ...(copyOut !== undefined && { copy_out: copyOut }),
    ...(state !== undefined && stateColumns(state)),
    ...(feature !== undefined && {
      managed_accounts: feature.is,
      trial_ends_at: feature.is === 'trial' ? feature.endsAt : null,
    }),
  };
}

export function accountStore(trx: Trx, accountId: string): AccountPort {
  return {
    async read() {
      const row = await trx.selectFrom('accounts').selectAll().where('id', '=', accountId).executeTakeFirst();
      if (!row) throw new Error(`no account ${accountId}`);
      return toRow(row);
    },

    async view(userId, now) {
      const row = await views(trx, userId, now).where('a.id', '=', accountId).executeTakeFirst();
      if (!row) throw new Error(`no account ${accountId}`);
      return toView(row);
    },

    async seatsUsed(now) {
      const row = await trx
        .selectFrom('accounts as a')
        .where('a.id', '=', accountId)
        .select((eb) => seatsUsed(eb.ref('a.id'), now).as('used'))
        .executeTakeFirst();
      return row?.used ?? 0;
    },

    async update(change, at) {
      if (change.state?.is === 'suspended') await endDelegationsOf(trx, accountId, at);
      await trx
        .updateTable('accounts')
        .set({ ...changedColumns(change), updated_at: at, revision: sql`revision + 1` })
        .where('id', '=', accountId)
        .execute();
    },

    retireSlug: (slug, at, freeAt) => retiredSlugs(trx, SLUGS).retire(slug, accountId, at, freeAt),
    reclaimSlug: (slug) => retiredSlugs(trx, SLUGS).reclaim(slug, accountId),
    holdings: (now) => holdingsOf(trx, accountId, now),
    close: (at) => closeAccount(trx, accountId, at),
    tree: (now) => accountTree(trx, accountId, now),
  };
}
