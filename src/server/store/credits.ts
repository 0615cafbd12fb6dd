import { sql } from 'kysely';
import { looksLikeId } from '../../contract/ids.ts';
import type { CreditEntry } from '../../contract/types.ts';
import type { CreditsPort, EntryFilter } from '../domain/ports/credits.ts';
import { toPage } from './keyset.ts';
import { toPurse } from './ledger.ts';
import { sumOf } from './ledger-check.ts';
import type { Trx } from './transaction.ts';

function selectEntries(trx: Trx) {
  return trx
    .selectFrom('credit_entries as e')
    .innerJoin('accounts as p', 'p.id', 'e.payer_id')
    .innerJoin('accounts as c', 'c.id', 'e.consumer_id')
    .selectAll('e')
    .select(['p.slug as payer_slug', 'c.slug as consumer_slug']);
}

type EntryQuery = ReturnType<typeof selectEntries>;

function filtered(query: EntryQuery, { unit, consumer, cause, since, until }: EntryFilter): EntryQuery {
  let some = query;
  if (unit !== undefined) some = some.where('e.unit', '=', unit);
  if (consumer !== undefined) some = some.where(looksLikeId(consumer) ? 'c.id' : 'c.slug', '=', consumer);
  if (cause !== undefined) some = some.where('e.cause', '=', cause);
  if (since !== undefined) some = some.where('e.at', '>=', since);
  if (until !== undefined) some = some.where('e.at', '<', until);
  return some;
}

type EntryRow = Awaited<ReturnType<EntryQuery['executeTakeFirstOrThrow']>>;

function kindOf({ debit, credit }: EntryRow): CreditEntry['kind'] {
  if (credit === 'used') return 'use';
  return debit === 'granted' ? 'grant' : 'expiry';
}

function toEntry(row: EntryRow, accountId: string): CreditEntry {
  const actor = { kind: row.actor_kind, id: row.actor_id, name: row.actor_name };
  return {
    id: row.id,
    kind: kindOf(row),
    unit: row.unit,
    debit: row.debit,
    credit: row.credit,
    amount: row.amount,
    payer: { id: row.payer_id, slug: row.payer_slug },
    consumer: { id: row.consumer_id, slug: row.consumer_slug },
    cause: row.cause,
    key: row.entry_key,
    reason: row.reason,
    actor: row.consumer_id === accountId ? actor : null,
    used_at: row.used_at,
    at: row.at,
  };
}

const periods = { month: 'substr(s.day, 1, 7)', day: 's.day', consumer: "cast('' as text)" } as const;

export function creditsStore(trx: Trx, accountId: string): CreditsPort {
  /** Sums of one side, so that each is found by its own index; what is both counts as the payer's. */
  const usage = (by: keyof typeof periods, since: string, until: string, side: 'payer' | 'consumer') => {
    const period = sql<string>`${sql.raw(periods[by])}`;
    const some = trx
      .selectFrom('credit_usage as s')
      .innerJoin('accounts as c', 'c.id', 's.consumer_id')
      .where('s.day', '>=', since)
      .where('s.day', '<', until);
    const mine =
      side === 'payer'
        ? some.where('s.payer_id', '=', accountId)
        : some.where('s.consumer_id', '=', accountId).where('s.payer_id', '<>', accountId);
    return mine
      .groupBy([period, 's.payer_id', 's.consumer_id', 'c.slug', 's.unit'])
      .orderBy(period)
      .orderBy('s.consumer_id')
      .orderBy('s.payer_id')
      .orderBy('s.unit')
      .select(['s.payer_id as payerId', 's.consumer_id as consumerId', 'c.slug as consumerSlug', 's.unit'])
      .select((eb) => [period.as('period'), sumOf(eb.ref('s.amount')).as('amount')])
      .execute();
  };
  return {
    async purses() {
      const rows = await trx
        .selectFrom('credit_totals')
        .selectAll()
        .where('payer_id', '=', accountId)
        .execute();
      return rows.map(toPurse);
    },

    async entries(filter, { limit, after }) {
      const [last] = after ?? [];
      const some = () => {
        const query = filtered(selectEntries(trx), filter)
          .orderBy('e.id', 'desc')
          .limit(limit + 1);
        return last === undefined ? query : query.where('e.id', '<', last);
      };
      // Each side by its own index: a condition with OR has none.
      const paid = await some().where('e.payer_id', '=', accountId).execute();
      const used = await some()
        .where('e.consumer_id', '=', accountId)
        .where('e.payer_id', '<>', accountId)
        .execute();
      const rows = [...paid, ...used].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit + 1);
      return toPage(
        rows,
        limit,
        (row) => [row.id],
        (row) => toEntry(row, accountId),
      );
    },

    async usage(by, since, until) {
      return [...(await usage(by, since, until, 'payer')), ...(await usage(by, since, until, 'consumer'))];
    },
  };
}
