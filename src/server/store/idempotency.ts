import type { IdempotencyPort } from '../domain/ports/idempotency.ts';
import type { Trx } from './transaction.ts';

export function idempotencyStore(trx: Trx): IdempotencyPort {
  return {
    async find(scope, operation, key, now) {
      const row = await trx
        .selectFrom('idempotency_records')
        .selectAll()
        .where('token_scope', '=', scope)
        .where('operation', '=', operation)
        .where('key', '=', key)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      if (!row) return null;
      const { status, answer, made } = row;
      return {
        scope,
        operation,
        key,
        requestHash: row.body_hash,
        status,
        answer,
        made,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
      };
    },

    async save(record) {
      const { scope, operation, key, status, answer, made, createdAt, expiresAt } = record;
      await trx
        .deleteFrom('idempotency_records')
        .where('token_scope', '=', scope)
        .where('operation', '=', operation)
        .where('key', '=', key)
        .where('expires_at', '<=', createdAt)
        .execute();
      await trx
        .insertInto('idempotency_records')
        .values({
          token_scope: scope,
          operation,
          key,
          body_hash: record.requestHash,
          status,
          answer,
          made,
          expires_at: expiresAt,
          created_at: createdAt,
        })
        .execute();
    },
  };
}
