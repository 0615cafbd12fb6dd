import { type Expression, sql } from 'kysely';
import { keysOf } from '../../contract/keys.ts';
import type { Checked, Drift } from '../domain/ports/ledger.ts';
import { inIds } from './json-rows.ts';
import type { Trx } from './transaction.ts';

/** A sum of whole numbers is one, on PostgreSQL too, and of nothing it is 0. */
export function sumOf(expression: Expression<number | null>) {
  return sql<number>`cast(coalesce(sum(${expression}), 0) as bigint)`;
}

async function payersAfter(trx: Trx, after: string | null, limit: number): Promise<string[]> {
  const rows = await trx
    .selectFrom('credit_totals')
    .where('payer_id', '>', after ?? '')
    .groupBy('payer_id')
    .orderBy('payer_id')
    .limit(limit)
    .select('payer_id')
    .execute();
  return rows.map(({ payer_id }) => payer_id);
}

const sumWhen = (condition: Expression<unknown>, amount: 'e.amount' | 'e.monthly') =>
  sumOf(sql`case when ${condition} then ${sql.ref(amount)} else 0 end`);

/** Totals beside what the entries come to; the sums are made in the database, so that no payer is too large. */
function selectBoth(trx: Trx, payers: readonly string[]) {
  const debit = sql<string>`e.debit`;
  const credit = sql<string>`e.credit`;
  const granted = sql`${debit} = 'granted'`;
  const into = (book: string) => sql`${credit} = ${sql.lit(book)}`;
  const out = sql`${debit} = 'balance'`;
  const sum = (plus: Expression<unknown>, minus: Expression<unknown>, amount: 'e.amount' | 'e.monthly') =>
    sql<number>`${sumWhen(plus, amount)} - ${sumWhen(minus, amount)}`;
  return trx
    .selectFrom('credit_totals as t')
    .leftJoin('credit_entries as e', (join) =>
      join.onRef('e.payer_id', '=', 't.payer_id').onRef('e.unit', '=', 't.unit'),
    )
    .where('t.payer_id', 'in', inIds(trx, payers))
    .groupBy(['t.payer_id', 't.unit'])
    .orderBy('t.payer_id')
    .orderBy('t.unit')
    .select(['t.payer_id', 't.unit', 't.granted', 't.balance', 't.used', 't.expired'])
    .select(['t.monthly_granted', 't.monthly_left'])
    .select([
      sumWhen(granted, 'e.amount').as('e_granted'),
      sum(into('balance'), out, 'e.amount').as('e_balance'),
      sumWhen(into('used'), 'e.amount').as('e_used'),
      sumWhen(into('expired'), 'e.amount').as('e_expired'),
      sumWhen(sql`${into('balance')} and substr(e.at, 1, 7) = t.month`, 'e.monthly').as('e_monthly_granted'),
      sum(into('balance'), out, 'e.monthly').as('e_monthly_left'),
    ])
    .select((eb) => eb.cast<number>(eb.fn.count('e.id'), 'integer').as('entries'));
}

type Both = Awaited<ReturnType<ReturnType<typeof selectBoth>['execute']>>[number];

function driftOf(row: Both): Drift[] {
  const fields = {
    granted: [row.granted, row.e_granted],
    balance: [row.balance, row.e_balance],
    used: [row.used, row.e_used],
    expired: [row.expired, row.e_expired],
    monthly_granted: [row.monthly_granted, row.e_monthly_granted],
    monthly_left: [row.monthly_left, row.e_monthly_left],
  } as const;
  return keysOf(fields).flatMap((field) => {
    const [stored, entries] = fields[field];
    return stored === entries ? [] : [{ payerId: row.payer_id, unit: row.unit, field, stored, entries }];
  });
}

/** Days of consumers on which the sums of usage are not those of the entries. */
async function usageDrift(trx: Trx, payers: readonly string[]): Promise<Drift[]> {
  const both = trx
    .selectFrom('credit_usage')
    .where('payer_id', 'in', inIds(trx, payers))
    .select(['payer_id', 'consumer_id', 'unit', 'day', 'amount as stored', sql<number>`0`.as('entries')])
    .unionAll(
      trx
        .selectFrom('credit_entries')
        .where('payer_id', 'in', inIds(trx, payers))
        .where('credit', '=', 'used')
        .select(['payer_id', 'consumer_id', 'unit', sql<string>`substr(at, 1, 10)`.as('day')])
        .select([sql<number>`0`.as('stored'), 'amount as entries']),
    );
  const rows = await trx
    .selectFrom(both.as('b'))
    .groupBy(['b.payer_id', 'b.consumer_id', 'b.unit', 'b.day'])
    .having((eb) => eb(eb.fn.sum('b.stored'), '<>', eb.fn.sum('b.entries')))
    .orderBy('b.payer_id')
    .orderBy('b.consumer_id')
    .orderBy('b.unit')
    .orderBy('b.day')
    .select(['b.payer_id', 'b.consumer_id', 'b.unit', 'b.day'])
    .select((eb) => [sumOf(eb.ref('b.stored')).as('stored'), sumOf(eb.ref('b.entries')).as('entries')])
    .execute();
  return rows.map(({ payer_id, consumer_id, unit, day, stored, entries }) => ({
    payerId: payer_id,
    unit,
    field: `usage of ${consumer_id} on ${day}`,
    stored,
    entries,
  }));
}

/** Recomputes what some payers have from their entries, all of it in the one snapshot of the transaction. */
export async function checkLedger(
  trx: Trx,
  { limit, after }: { readonly limit: number; readonly after: string | null },
): Promise<Checked> {
  const found = await payersAfter(trx, after, limit + 1);
  const payers = found.slice(0, limit);
  const rows = await selectBoth(trx, payers).execute();
  return {
    drift: [...rows.flatMap(driftOf), ...(await usageDrift(trx, payers))],
    payers: payers.length,
    entries: rows.reduce((sum, row) => sum + row.entries, 0),
    next: found.length > limit ? (payers.at(-1) ?? null) : null,
  };
}
