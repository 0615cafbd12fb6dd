import { type ExpressionBuilder, type ExpressionWrapper, type Nullable, sql } from 'kysely';
import type { DelegationState } from '../../contract/limits.ts';
import type { Delegation } from '../../contract/types.ts';
import type { DelegationActor } from '../domain/actor.ts';
import type { DelegationsPort } from '../domain/ports/delegations.ts';
import { toModules } from './columns.ts';
import { inIds } from './json-rows.ts';
import { toPage } from './keyset.ts';
import type { Schema } from './schema.ts';
import type { Trx } from './transaction.ts';

const ADMIN_ROLES = ['owner', 'admin', 'super_admin'] as const;

/** A delegation, and everything that it hangs on, under the names that `stateOf` asks for. */
function joined(trx: Trx) {
  return trx
    .selectFrom('delegations as d')
    .innerJoin('tokens as t', (join) =>
      join.onRef('t.account_id', '=', 'd.account_id').onRef('t.id', '=', 'd.id').on('t.kind', '=', 'dlg'),
    )
    .innerJoin('users as u', 'u.id', 't.user_id')
    .innerJoin('accounts as a', 'a.id', 'd.account_id')
    .innerJoin('accounts as p', 'p.id', 'd.master_id')
    .innerJoin('links as l', (join) =>
      join
        .onRef('l.parent_id', '=', 'd.master_id')
        .onRef('l.id', '=', 'd.link_id')
        .onRef('l.child_id', '=', 'd.account_id'),
    )
    .leftJoin('sessions as s', 's.id', 'd.session_id')
    .leftJoin('tokens as o', 'o.id', 'd.opening_token_id')
    .leftJoin('members as m', (join) =>
      join
        .onRef('m.account_id', '=', 'd.master_id')
        .onRef('m.user_id', '=', 't.user_id')
        .on('m.state', '=', 'active'),
    )
    .leftJoin('member_children as g', (join) =>
      join
        .onRef('g.account_id', '=', 'm.account_id')
        .onRef('g.member_id', '=', 'm.id')
        .onRef('g.link_id', '=', 'd.link_id'),
    );
}

interface Joined {
  d: Schema['delegations'];
  t: Schema['tokens'];
  u: Schema['users'];
  a: Schema['accounts'];
  p: Schema['accounts'];
  l: Schema['links'];
  s: Nullable<Schema['sessions']>;
  o: Nullable<Schema['tokens']>;
  m: Nullable<Schema['members']>;
  g: Nullable<Schema['member_children']>;
}
type Builder = ExpressionBuilder<Joined, keyof Joined>;

/** Does all that it hangs on still hold (D15)? Asked at every request: no ending needs to have been thought of. */
function holds(eb: Builder, now: string) {
  return eb.and([
    eb('u.state', '=', 'active'),
    eb('a.state', '=', 'active'),
    eb('p.state', '=', 'active'),
    eb('l.state', '=', 'active'),
    eb.or([
      eb.and([eb('s.state', '=', 'active'), eb('s.expires_at', '>', now)]),
      eb.and([eb('o.state', '=', 'active'), eb('o.expires_at', '>', now)]),
    ]),
    eb.or([
      eb.and([eb('t.role', '=', 'admin'), eb('m.role', 'in', ADMIN_ROLES)]),
      eb.and([eb('t.role', '=', 'user'), eb('m.role', '=', 'user'), eb('g.link_id', 'is not', null)]),
    ]),
  ]);
}

function stateOf(eb: Builder, now: string): ExpressionWrapper<Joined, keyof Joined, DelegationState> {
  return eb
    .case()
    .when(eb.and([eb('t.state', '=', 'revoked'), eb('d.revoked_by', 'is not', null)]))
    .then<DelegationState>('revoked')
    .when('t.state', '=', 'revoked')
    .then<DelegationState>('ended')
    .when('t.expires_at', '<=', now)
    .then<DelegationState>('expired')
    .when(holds(eb, now))
    .then<DelegationState>('active')
    .else<DelegationState>('ended')
    .end();
}

const selected = (trx: Trx, now: string) =>
  joined(trx)
    .select((eb) => stateOf(eb, now).as('state'))
    .select(['d.id', 'd.mode', 't.role', 't.modules', 't.reason'])
    .select(['t.created_at', 't.expires_at', 't.last_used_at'])
    .select(['u.id as user_id', 'u.email', 'u.name', 'm.modules as own_modules'])
    .select(['a.id as account_id', 'a.slug', 'a.name as account_name'])
    .select(['p.id as master_id', 'p.slug as master_slug', 'p.name as master_name']);

type DelegationRow = Awaited<ReturnType<ReturnType<typeof selected>['executeTakeFirstOrThrow']>>;

const toRole = (text: string | null) => (text === 'admin' ? 'admin' : 'user');
const masterOf = (row: DelegationRow) => ({
  id: row.master_id,
  slug: row.master_slug,
  name: row.master_name,
});

function toDelegation(row: DelegationRow): Delegation {
  return {
    id: row.id,
    account: { id: row.account_id, slug: row.slug, name: row.account_name },
    master: masterOf(row),
    user: { id: row.user_id, email: row.email, name: row.name },
    role: toRole(row.role),
    modules: toModules(row.modules),
    mode: row.mode,
    reason: row.reason ?? '',
    state: row.state,
    created_at: row.created_at,
    expires_at: row.expires_at,
    last_used_at: row.last_used_at,
  };
}

/** Who acts by a delegation's token now; else how it ended. */
export async function delegationActor(
  trx: Trx,
  { id, account_id }: { readonly id: string; readonly account_id: string | null },
  now: string,
): Promise<DelegationActor | 'unknown' | 'expired' | 'revoked' | 'ended'> {
  const row = await selected(trx, now)
    .where('d.account_id', '=', account_id ?? '')
    .where('d.id', '=', id)
    .executeTakeFirst();
  if (!row) return 'unknown';
  if (row.state !== 'active') return row.state;
  // A granted user's own modules (R14): what was taken from them meanwhile is gone here too.
  const own = toModules(row.own_modules ?? '[]');
  return {
    kind: 'delegation',
    userId: row.user_id,
    email: row.email,
    tokenId: row.id,
    expiresAt: row.expires_at,
    accountId: row.account_id,
    master: masterOf(row),
    role: toRole(row.role),
    modules: toModules(row.modules).filter((module) => own.includes(module)),
    mode: row.mode,
    reason: row.reason ?? '',
  };
}

/** Tokens of delegations that have not ended yet, to be ended. */
const ending = (trx: Trx, at: string) =>
  trx
    .updateTable('tokens')
    .set({ state: 'revoked', revoked_at: at, updated_at: at, revision: sql`revision + 1` })
    .where('kind', '=', 'dlg')
    .where('state', '=', 'active')
    .where('expires_at', '>', at);

/** An account is suspended: into it and out of it all delegations end for good, for the suspension may be lifted. */
export async function endDelegationsOf(trx: Trx, accountId: string, at: string): Promise<void> {
  await ending(trx, at)
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('delegations')
        .where((or) => or.or([or('account_id', '=', accountId), or('master_id', '=', accountId)]))
        .select('id'),
    )
    .execute();
}

/**
 * Members of the master lost the right to them: they end for good, for it may be given back.
 * @param kept links of the children that they still may enter
 */
export async function endDelegationsBy(
  trx: Trx,
  { accountId, ids }: { readonly accountId: string; readonly ids: readonly string[] },
  kept: readonly string[],
  at: string,
): Promise<void> {
  await ending(trx, at)
    .where('user_id', 'in', (eb) =>
      eb
        .selectFrom('members')
        .where('account_id', '=', accountId)
        .where('id', 'in', inIds(trx, ids))
        .select('user_id'),
    )
    .where('id', 'in', (eb) => {
      const made = eb.selectFrom('delegations').where('master_id', '=', accountId).select('id');
      return kept.length === 0 ? made : made.where('link_id', 'not in', kept);
    })
    .execute();
}

export function delegationsStore(trx: Trx, accountId: string): DelegationsPort {
  const mine = (now: string) => selected(trx, now).where('d.account_id', '=', accountId);
  return {
    async insert(delegation) {
      const { id, hash, masterId, linkId, userId, role, modules, mode, reason, expiresAt, at } = delegation;
      await trx
        .insertInto('tokens')
        .values({
          id,
          hash,
          kind: 'dlg',
          owner: 'user',
          user_id: userId,
          account_id: accountId,
          role,
          modules: JSON.stringify(modules),
          reason,
          created_by: userId,
          state: 'active',
          expires_at: expiresAt,
          created_at: at,
          updated_at: at,
        })
        .execute();
      const { openedBy } = delegation;
      await trx
        .insertInto('delegations')
        .values({
          account_id: accountId,
          id,
          master_id: masterId,
          link_id: linkId,
          mode,
          session_id: 'sessionId' in openedBy ? openedBy.sessionId : null,
          opening_token_id: 'tokenId' in openedBy ? openedBy.tokenId : null,
          revoked_by: null,
          created_at: at,
        })
        .execute();
    },

    async find(id, now) {
      const row = await mine(now).where('d.id', '=', id).executeTakeFirst();
      return row ? toDelegation(row) : null;
    },

    async list({ state, userId }, now, page) {
      let query = mine(now)
        .orderBy('d.id', 'desc')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('d.id', '<', after);
      if (userId !== undefined) query = query.where('t.user_id', '=', userId);
      if (state !== undefined) query = query.where((eb) => eb(stateOf(eb, now), '=', state));
      return toPage(await query.execute(), page.limit, (row) => [row.id], toDelegation);
    },

    async revoke(id, by, at) {
      const { numUpdatedRows } = await ending(trx, at)
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      await trx
        .updateTable('delegations')
        .set({ revoked_by: by })
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .execute();
      return true;
    },
  };
}
