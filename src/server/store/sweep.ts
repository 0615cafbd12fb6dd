import type { Trx } from './transaction.ts';

const DAY_MS = 86_400_000;

/**
 * Deletes what has ended and nobody will ask for: idempotency records at once; sessions, mailed secrets, sign-ins by browser and slugs
 * in retirement a week after their end, so that a late question still gets a true answer. Children go with their session.
 * @param limit rows of each kind, so that a transaction stays short. @returns whether there may be more
 */
export async function sweep(trx: Trx, now: Date, limit: number): Promise<boolean> {
  const at = now.toISOString();
  const weekAgo = new Date(now.getTime() - 7 * DAY_MS).toISOString();
  const deleted = await Promise.all([
    trx
      .deleteFrom('idempotency_records')
      .where((eb) =>
        eb(
          eb.refTuple('token_scope', 'operation', 'key'),
          'in',
          eb
            .selectFrom('idempotency_records')
            .select(['token_scope', 'operation', 'key'])
            .where('expires_at', '<=', at)
            .limit(limit)
            .$asTuple('token_scope', 'operation', 'key'),
        ),
      )
      .executeTakeFirst(),
    trx
      .deleteFrom('sessions')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('sessions')
          .select('id')
          .where((or) => or.or([or('expires_at', '<=', weekAgo), or('revoked_at', '<=', weekAgo)]))
          .limit(limit),
      )
      .executeTakeFirst(),
    trx
      .deleteFrom('device_logins')
      .where('hash', 'in', (eb) =>
        eb.selectFrom('device_logins').select('hash').where('expires_at', '<=', weekAgo).limit(limit),
      )
      .executeTakeFirst(),
    trx
      .deleteFrom('mailed_secrets')
      .where('hash', 'in', (eb) =>
        eb.selectFrom('mailed_secrets').select('hash').where('expires_at', '<=', weekAgo).limit(limit),
      )
      .executeTakeFirst(),
  ]);
  return deleted.some(({ numDeletedRows }) => numDeletedRows >= BigInt(limit));
}
