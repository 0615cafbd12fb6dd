import type { Token } from '../../contract/types.ts';
import type { PageRequest } from '../domain/ports/page.ts';
import type { AccountTokensPort, TokensPort } from '../domain/ports/tokens.ts';
import { toModules, toRole } from './columns.ts';
import { inIds } from './json-rows.ts';
import { toPage } from './keyset.ts';
import type { Row } from './schema.ts';
import type { Trx } from './transaction.ts';

const HOUR_MS = 3_600_000;

/** An expired token's row still says active. */
export function tokenState({ state, expires_at }: Row<'tokens'>, now: string): Token['state'] {
  return state === 'active' && expires_at <= now ? 'expired' : state;
}

function toToken(row: Row<'tokens'>, now: string): Token {
  return {
    id: row.id,
    kind: row.kind,
    owner: row.owner,
    name: row.name ?? '',
    account_id: row.account_id,
    user_id: row.user_id,
    role: toRole(row.role),
    modules: toModules(row.modules),
    reason: row.reason,
    state: tokenState(row, now),
    created_by: row.created_by,
    created_at: row.created_at,
    expires_at: row.expires_at,
    last_used_at: row.last_used_at,
  };
}

/** Those of sessions and of delegations are kept elsewhere (sessions.ts, delegations.ts). */
const lasting = (trx: Trx) => trx.selectFrom('tokens').selectAll().where('kind', 'not in', ['user', 'dlg']);

export const revoking = (trx: Trx, at: string) =>
  trx
    .updateTable('tokens')
    .set((eb) => ({ state: 'revoked', revoked_at: at, updated_at: at, revision: eb('revision', '+', 1) }))
    .where('state', '=', 'active');

/** A page of some of them, in the order they were made. */
async function pageOf(tokens: ReturnType<typeof lasting>, now: string, { limit, after }: PageRequest) {
  const [last] = after ?? [];
  const rows = await (last === undefined ? tokens : tokens.where('id', '>', last))
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  return toPage(
    rows,
    limit,
    (row) => [row.id],
    (row) => toToken(row, now),
  );
}

export function tokensStore(trx: Trx): TokensPort {
  return {
    async insert(token) {
      const { id, hash, kind, owner, name, role, modules, reason, at } = token;
      await trx
        .insertInto('tokens')
        .values({
          id,
          hash,
          kind,
          owner,
          name,
          role,
          reason,
          user_id: token.userId,
          account_id: token.accountId,
          modules: JSON.stringify(modules),
          created_by: token.createdBy,
          state: 'active',
          expires_at: token.expiresAt,
          created_at: at,
          updated_at: at,
        })
        .execute();
    },
    async find(id, now) {
      const row = await lasting(trx).where('id', '=', id).executeTakeFirst();
      return row ? toToken(row, now) : null;
    },
    async listOfUser(userId, now, page) {
      return await pageOf(lasting(trx).where('user_id', '=', userId), now, page);
    },
    async revoke(id, at) {
      return (await revoking(trx, at).where('id', '=', id).executeTakeFirst()).numUpdatedRows > 0n;
    },
    async revokeOfUser(userId, kind, at) {
      const query = revoking(trx, at).where('user_id', '=', userId).where('kind', '=', kind);
      return Number((await query.executeTakeFirst()).numUpdatedRows);
    },
    async touch(ids, at) {
      if (ids.length === 0) return;
      const before = new Date(Date.parse(at) - HOUR_MS).toISOString();
      await trx
        .updateTable('tokens')
        .set({ last_used_at: at })
        .where('id', 'in', ids)
        .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', before)]))
        .execute();
    },
  };
}

export function accountTokensStore(trx: Trx, accountId: string): AccountTokensPort {
  const mine = () => lasting(trx).where('account_id', '=', accountId).where('kind', '<>', 'key');
  return {
    async find(id, now) {
      const row = await mine().where('id', '=', id).executeTakeFirst();
      return row ? toToken(row, now) : null;
    },
    async list(now, page) {
      return await pageOf(mine(), now, page);
    },
    async revoke(id, at) {
      const query = revoking(trx, at)
        .where('account_id', '=', accountId)
        .where('kind', '<>', 'key')
        .where('id', '=', id);
      return (await query.executeTakeFirst()).numUpdatedRows > 0n;
    },
    async revokeOfUsers(userIds, at) {
      await revoking(trx, at)
        .where('account_id', '=', accountId)
        .where('user_id', 'in', inIds(trx, userIds))
        .where('owner', '=', 'member')
        .execute();
    },
    async countOfUser(userId, now) {
      const row = await trx
        .selectFrom('tokens')
        .where('account_id', '=', accountId)
        .where('user_id', '=', userId)
        .where('owner', '=', 'member')
        .where('state', '=', 'active')
        .where('expires_at', '>', now)
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },
  };
}
