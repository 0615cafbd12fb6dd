import type { Trx } from './transaction.ts';

/** What leaves by a courier waits in tables of one shape (src/server/delivery). */
type Queue = 'outbox' | 'messages';

/** When the next is due or the next claim runs out; null when nothing waits. */
export async function nextDueIn(trx: Trx, queue: Queue): Promise<string | null> {
  const one = async (state: 'queued' | 'sending', column: 'not_before' | 'claimed_until') => {
    const row = await trx
      .selectFrom(queue)
      .where('state', '=', state)
      .select((eb) => eb.fn.min(column).as('at'))
      .executeTakeFirst();
    return row?.at ?? null;
  };
  const times = [await one('queued', 'not_before'), await one('sending', 'claimed_until')];
  return times.filter((time) => time !== null).sort()[0] ?? null;
}

/** Deletes what has left or will not, and was last touched before a time. @returns how many */
export async function forgetIn(trx: Trx, queue: Queue, before: string, limit: number): Promise<number> {
  const { numDeletedRows } = await trx
    .deleteFrom(queue)
    .where('id', 'in', (eb) =>
      eb
        .selectFrom(queue)
        .where('state', 'in', ['sent', 'failed', 'cancelled'])
        .where('not_before', '<', before)
        .where('updated_at', '<', before)
        .select('id')
        .limit(limit),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}
