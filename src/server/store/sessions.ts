import type { SessionsPort } from '../domain/ports/sessions.ts';
import type { Trx } from './transaction.ts';

export function sessionsStore(trx: Trx): SessionsPort {
  const end = (reason: string, at: string) =>
    trx
      .updateTable('sessions')
      .set({ state: 'revoked', revoked_reason: reason, revoked_at: at })
      .where('state', '=', 'active');
  return {
    async insert({ id, userId, label, expiresAt, at }) {
      await trx
        .insertInto('sessions')
        .values({
          id,
          user_id: userId,
          label,
          state: 'active',
          revoked_reason: null,
          revoked_at: null,
          expires_at: expiresAt,
          created_at: at,
        })
        .execute();
    },
    async insertRefresh({ hash, sessionId, parentHash, expiresAt, at }) {
      await trx
        .insertInto('refresh_tokens')
        .values({
          hash,
          session_id: sessionId,
          parent_hash: parentHash,
          state: 'live',
          used_at: null,
          expires_at: expiresAt,
          created_at: at,
        })
        .execute();
    },
    async insertAccess({ id, hash, sessionId, userId, expiresAt, at }) {
      await trx
        .deleteFrom('tokens')
        .where('session_id', '=', sessionId)
        .where('expires_at', '<=', at)
        .execute();
      await trx
        .insertInto('tokens')
        .values({
          id,
          hash,
          kind: 'user',
          owner: 'user',
          session_id: sessionId,
          user_id: userId,
          state: 'active',
          expires_at: expiresAt,
          created_at: at,
          updated_at: at,
        })
        .execute();
    },
    async findRefresh(hash) {
      const row = await trx
        .selectFrom('refresh_tokens as r')
        .innerJoin('sessions as s', 's.id', 'r.session_id')
        .innerJoin('users as u', 'u.id', 's.user_id')
        .where('r.hash', '=', hash)
        .where('u.state', '=', 'active')
        .select(['r.session_id', 's.user_id', 'r.state', 'r.used_at', 'r.expires_at'])
        .select(['s.state as session_state', 's.expires_at as session_end'])
        .executeTakeFirst();
      if (!row) return null;
      return {
        sessionId: row.session_id,
        userId: row.user_id,
        state: row.state,
        usedAt: row.used_at,
        expiresAt: row.expires_at,
        sessionActive: row.session_state === 'active',
        sessionExpiresAt: row.session_end,
      };
    },
    async markUsed(hash, at) {
      await trx
        .updateTable('refresh_tokens')
        .set({ state: 'used', used_at: at })
        .where('hash', '=', hash)
        .where('state', '=', 'live')
        .execute();
    },
    async revoke(sessionId, reason, at) {
      const { numUpdatedRows } = await end(reason, at).where('id', '=', sessionId).executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async revokeOfUser(userId, except, reason, at) {
      let query = end(reason, at).where('user_id', '=', userId);
      if (except !== null) query = query.where('id', '<>', except);
      return Number((await query.executeTakeFirst()).numUpdatedRows);
    },
  };
}
