import { sql } from 'kysely';
import { foldAddress } from '../../contract/address.ts';
import { looksLikeId } from '../../contract/ids.ts';
import { keysOf } from '../../contract/keys.ts';
import type { Member } from '../../contract/types.ts';
import type { MembersPort } from '../domain/ports/members.ts';
import { toModules } from './columns.ts';
import { endDelegationsBy } from './delegations.ts';
import { inIds, jsonRows } from './json-rows.ts';
import { toPage } from './keyset.ts';
import { anyContains } from './search.ts';
import type { Trx } from './transaction.ts';

const ADMIN_ROLES = ['owner', 'admin', 'super_admin'] as const;

export function selectMembers(trx: Trx) {
  return trx
    .selectFrom('members as m')
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .select(['m.id', 'm.account_id', 'm.user_id', 'm.role', 'm.state', 'm.modules', 'm.revision'])
    .select(['m.created_at', 'm.updated_at', 'u.email', 'u.email_folded', 'u.name']);
}

function rowsOf(trx: Trx, accountId: string) {
  return selectMembers(trx).where('m.account_id', '=', accountId);
}

type MemberRow = Awaited<ReturnType<ReturnType<typeof rowsOf>['executeTakeFirstOrThrow']>>;
type Child = Member['children'][number];

export function toMember(row: MemberRow, children: readonly Child[]): Member {
  return {
    id: row.id,
    account_id: row.account_id,
    user: { id: row.user_id, email: row.email, name: row.name },
    role: row.role,
    state: row.state,
    modules: toModules(row.modules),
    children: [...children],
    revision: row.revision,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

/** What of active links members of these accounts were granted, by member. */
export async function childrenOf(
  trx: Trx,
  accountIds: readonly string[],
  memberIds: readonly string[],
): Promise<Map<string, Child[]>> {
  if (memberIds.length === 0) return new Map();
  const rows = await trx
    .selectFrom('member_children as g')
    .innerJoin('links as l', (join) =>
      join.onRef('l.parent_id', '=', 'g.account_id').onRef('l.id', '=', 'g.link_id'),
    )
    .innerJoin('accounts as c', 'c.id', 'l.child_id')
    .where('g.account_id', 'in', inIds(trx, accountIds))
    .where('g.member_id', 'in', inIds(trx, memberIds))
    .where('l.state', '=', 'active')
    .select(['g.member_id', 'l.id as link_id', 'c.slug'])
    .orderBy('l.id')
    .execute();
  const grouped = Map.groupBy(rows, (row) => row.member_id);
  return new Map(
    [...grouped].map(([id, list]) => [id, list.map(({ link_id, slug }) => ({ link_id, slug }))]),
  );
}

/** The column that a reference to a member means, and its value; null when it can be none. */
function keyOf(reference: string): ['m.id' | 'm.user_id' | 'u.email_folded', string] | null {
  if (looksLikeId(reference)) return [reference.startsWith('usr_') ? 'm.user_id' : 'm.id', reference];
  const folded = foldAddress(reference);
  return folded === null ? null : ['u.email_folded', folded];
}

async function grant(
  trx: Trx,
  accountId: string,
  memberId: string,
  links: readonly string[],
  at: string,
): Promise<void> {
  if (links.length === 0) return;
  const rows = [...new Set(links)].map((link_id) => ({
    account_id: accountId,
    member_id: memberId,
    link_id,
    created_at: at,
  }));
  await trx.insertInto('member_children').values(rows).execute();
}

const formerColumns = {
  id: 'text',
  user_id: 'text',
  role: 'text',
  state: 'text',
  modules: 'text',
  deactivated_at: 'text',
} as const;

const placeColumns = { member_id: 'text', workspace_id: 'text', role: 'text' } as const;

export function membersStore(trx: Trx, accountId: string): MembersPort {
  const activeAdmins = () =>
    trx
      .selectFrom('members as m')
      .where('m.account_id', '=', accountId)
      .where('m.state', '=', 'active')
      .where('m.role', 'in', ADMIN_ROLES);
  return {
    async insert(member) {
      await trx
        .insertInto('members')
        .values({
          account_id: accountId,
          id: member.id,
          user_id: member.userId,
          role: member.role,
          state: 'active',
          modules: JSON.stringify(member.modules),
          joined_at: member.at,
          created_at: member.at,
          updated_at: member.at,
        })
        .execute();
      await grant(trx, accountId, member.id, member.children, member.at);
    },

    async activeAdmins() {
      const row = await activeAdmins()
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirst();
      return row?.n ?? 0;
    },

    admins: () =>
      activeAdmins()
        .innerJoin('users as u', 'u.id', 'm.user_id')
        .select(['u.id as userId', 'u.email', 'u.email_folded as emailFolded'])
        .orderBy('m.id')
        .execute(),

    async list(filter, page) {
      let query = rowsOf(trx, accountId)
        .orderBy('m.id')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('m.id', '>', after);
      if (filter.role !== undefined) query = query.where('m.role', '=', filter.role);
      if (filter.state !== undefined) query = query.where('m.state', '=', filter.state);
      const { q } = filter;
      if (q !== undefined) query = query.where((eb) => anyContains([eb.ref('u.name'), eb.ref('u.email')], q));
      const rows = await query.execute();
      const children = await childrenOf(
        trx,
        [accountId],
        rows.map((row) => row.id),
      );
      return toPage(
        rows,
        page.limit,
        (row) => [row.id],
        (row) => toMember(row, children.get(row.id) ?? []),
      );
    },

    async find(reference) {
      const key = keyOf(reference);
      if (key === null) return null;
      const row = await rowsOf(trx, accountId).where(key[0], '=', key[1]).executeTakeFirst();
      if (!row) return null;
      return toMember(row, (await childrenOf(trx, [accountId], [row.id])).get(row.id) ?? []);
    },

    async findAll(emailsFolded) {
      const asked = emailsFolded.map((email) => ({ email }));
      const rows = await rowsOf(trx, accountId)
        .where('u.state', '=', 'active')
        .where('u.email_folded', 'in', (eb) =>
          eb.selectFrom(jsonRows(trx, 'r', { email: 'text' }, asked)).select('r.email'),
        )
        .execute();
      const children = await childrenOf(
        trx,
        [accountId],
        rows.map((row) => row.id),
      );
      return new Map(rows.map((row) => [row.email_folded, toMember(row, children.get(row.id) ?? [])]));
    },

    async update(id, change, at) {
      const { role, modules, state } = change;
      await trx
        .updateTable('members')
        .set({
          ...(role !== undefined && { role }),
          ...(modules !== undefined && { modules: JSON.stringify(modules) }),
          ...(state !== undefined && { state, deactivated_at: state === 'deactivated' ? at : null }),
          updated_at: at,
          revision: sql`revision + 1`,
        })
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .execute();
      if (role !== undefined || state === 'deactivated')
        await endDelegationsBy(trx, { accountId, ids: [id] }, [], at);
      if (change.children === undefined) return;
      await endDelegationsBy(trx, { accountId, ids: [id] }, change.children, at);
      await trx
        .deleteFrom('member_children')
        .where('account_id', '=', accountId)
        .where('member_id', '=', id)
        .execute();
      await grant(trx, accountId, id, change.children, at);
    },

    places: (id) =>
      trx
        .selectFrom('workspace_members as p')
        .innerJoin('workspaces as w', (join) =>
          join.onRef('w.account_id', '=', 'p.account_id').onRef('w.id', '=', 'p.workspace_id'),
        )
        .where('p.account_id', '=', accountId)
        .where('p.member_id', '=', id)
        .select(['w.id as workspace', 'w.slug', 'p.role'])
        .orderBy('w.id')
        .execute(),

    async placesOf(ids) {
      const rows = await trx
        .selectFrom('workspace_members as p')
        .innerJoin('workspaces as w', (join) =>
          join.onRef('w.account_id', '=', 'p.account_id').onRef('w.id', '=', 'p.workspace_id'),
        )
        .where('p.account_id', '=', accountId)
        .where('p.member_id', 'in', inIds(trx, ids))
        .select(['p.member_id', 'w.id as workspace', 'w.slug', 'p.role'])
        .orderBy('w.id')
        .execute();
      const grouped = Map.groupBy(rows, (row) => row.member_id);
      return new Map(
        [...grouped].map(([id, list]) => [
          id,
          list.map(({ workspace, slug, role }) => ({ workspace, slug, role })),
        ]),
      );
    },

    async remove(ids, at) {
      await endDelegationsBy(trx, { accountId, ids }, [], at);
      await trx
        .deleteFrom('members')
        .where('account_id', '=', accountId)
        .where('id', 'in', inIds(trx, ids))
        .execute();
    },

    async restore(members, at) {
      const rows = members.map(({ id, userId, role, state, modules }) => ({
        id,
        user_id: userId,
        role,
        state,
        modules: JSON.stringify(modules),
        deactivated_at: state === 'deactivated' ? at : null,
      }));
      const names = keysOf(formerColumns);
      await trx
        .insertInto('members')
        .columns([...names, 'account_id', 'joined_at', 'created_at', 'updated_at'])
        .expression((eb) =>
          eb
            .selectFrom(jsonRows(trx, 'n', formerColumns, rows))
            .select(names.map((name) => `n.${name}` as const))
            .select([eb.val(accountId).as('account_id'), eb.val(at).as('joined_at')])
            .select([eb.val(at).as('created_at'), eb.val(at).as('updated_at')]),
        )
        .execute();
      const grants = members.flatMap(({ id, children }) =>
        children.map((link_id) => ({ member_id: id, link_id })),
      );
      await trx
        .insertInto('member_children')
        .columns(['member_id', 'link_id', 'account_id', 'created_at'])
        .expression((eb) =>
          eb
            .selectFrom(jsonRows(trx, 'n', { member_id: 'text', link_id: 'text' }, grants))
            .select(['n.member_id', 'n.link_id'])
            .select([eb.val(accountId).as('account_id'), eb.val(at).as('created_at')]),
        )
        .execute();
      const places = members.flatMap(({ id, workspaces }) =>
        workspaces.map(({ workspace, role }) => ({ member_id: id, workspace_id: workspace, role })),
      );
      await trx
        .insertInto('workspace_members')
        .columns(['member_id', 'workspace_id', 'role', 'account_id', 'created_at', 'updated_at'])
        .expression((eb) =>
          eb
            .selectFrom(jsonRows(trx, 'n', placeColumns, places))
            .select(['n.member_id', 'n.workspace_id', 'n.role'])
            .select(eb.val(accountId).as('account_id'))
            .select([eb.val(at).as('created_at'), eb.val(at).as('updated_at')]),
        )
        .execute();
    },
  };
}
