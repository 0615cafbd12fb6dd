import { sql } from 'kysely';
import { keysOf } from '../../contract/keys.ts';
import { type CreditUnit, creditUnits } from '../../contract/limits.ts';
import type { Consumer, Entry, LedgerPort, Purse } from '../domain/ports/ledger.ts';
import { actorColumns } from './audit.ts';
import { inIds, jsonRows } from './json-rows.ts';
import { checkLedger, sumOf } from './ledger-check.ts';
import { toTerms } from './plans.ts';
import type { Row } from './schema.ts';
import type { Trx } from './transaction.ts';

export function toUnit(text: string): CreditUnit {
  const unit = creditUnits.find((name) => name === text);
  if (unit === undefined) throw new Error(`the store holds credits of the unit ${text}`);
  return unit;
}

export function toPurse(row: Row<'credit_totals'>): Purse {
  return {
    payerId: row.payer_id,
    unit: row.unit,
    granted: row.granted,
    balance: row.balance,
    used: row.used,
    expired: row.expired,
    month: row.month,
    monthlyGranted: row.monthly_granted,
    monthlyLeft: row.monthly_left,
  };
}

/** Accounts with the link that makes another one pay for them, and the plan of whoever pays. */
function selectConsumers(trx: Trx) {
  return trx
    .selectFrom('accounts as a')
    .leftJoin('links as l', (join) =>
      join.onRef('l.child_id', '=', 'a.id').on('l.state', '=', 'active').on('l.kind', '=', 'sub'),
    )
    .leftJoin('accounts as u', (join) => join.onRef('u.id', '=', 'l.parent_id').on('u.state', '<>', 'gone'))
    .innerJoin('plans as c', (join) => join.on('c.name', '=', (eb) => eb.fn.coalesce('u.plan', 'a.plan')))
    .where('a.state', '<>', 'gone')
    .select(['a.id', 'a.slug', 'a.state', 'u.id as u_id', 'u.slug as u_slug', 'u.state as u_state'])
    .select(['l.upload_cap', 'l.message_cap', 'c.entitlements', 'c.limits']);
}

type ConsumerRow = Awaited<ReturnType<ReturnType<typeof selectConsumers>['executeTakeFirstOrThrow']>>;

function toConsumer(row: ConsumerRow): Consumer[] {
  const { id: accountId, slug, state, u_id, u_slug, u_state } = row;
  if (state === 'gone') return [];
  const { limits } = toTerms(row);
  if (u_id === null || u_slug === null || u_state === null || u_state === 'gone')
    return [{ accountId, slug, state, payer: { accountId, slug, state, limits }, caps: null }];
  const payer = { accountId: u_id, slug: u_slug, state: u_state, limits };
  return [{ accountId, slug, state, payer, caps: { upload: row.upload_cap, message: row.message_cap } }];
}

function toEntryRow(entry: Entry) {
  return {
    payer_id: entry.payerId,
    id: entry.id,
    unit: entry.unit,
    debit: entry.debit,
    credit: entry.credit,
    amount: entry.amount,
    monthly: entry.monthly,
    consumer_id: entry.consumerId,
    cause: entry.cause,
    entry_key: entry.key,
    reason: entry.reason,
    ...actorColumns(entry.actor),
    used_at: entry.usedAt,
    at: entry.at,
  };
}

const entryColumns = {
  payer_id: 'text',
  id: 'text',
  unit: 'text',
  debit: 'text',
  credit: 'text',
  amount: 'integer',
  monthly: 'integer',
  consumer_id: 'text',
  cause: 'text',
  entry_key: 'text',
  reason: 'text',
  actor_kind: 'text',
  actor_id: 'text',
  actor_name: 'text',
  used_at: 'text',
  at: 'text',
} as const;

/** The usage of entries by payer, consumer and unit; they are all of one day. */
function usageOf(entries: readonly Entry[]) {
  const sums = new Map<string, Pick<Row<'credit_usage'>, 'payer_id' | 'consumer_id' | 'unit' | 'amount'>>();
  for (const { credit, payerId: payer_id, consumerId: consumer_id, unit, amount } of entries) {
    if (credit !== 'used') continue;
    const name = [payer_id, consumer_id, unit].join(' ');
    const before = sums.get(name)?.amount ?? 0;
    sums.set(name, { payer_id, consumer_id, unit, amount: before + amount });
  }
  return [...sums.values()];
}

const deltaColumns = {
  payer_id: 'text',
  unit: 'text',
  granted: 'integer',
  balance: 'integer',
  used: 'integer',
  expired: 'integer',
  month: 'text',
  monthly_granted: 'integer',
  monthly_left: 'integer',
} as const;

/** What changes, not what it comes to: whatever else happened meanwhile, the constraints judge the outcome. */
function toDelta({ before, after }: { before: Purse; after: Purse }) {
  return {
    payer_id: after.payerId,
    unit: after.unit,
    granted: after.granted - before.granted,
    balance: after.balance - before.balance,
    used: after.used - before.used,
    expired: after.expired - before.expired,
    month: after.month,
    monthly_granted: after.monthlyGranted - before.monthlyGranted,
    monthly_left: after.monthlyLeft - before.monthlyLeft,
  };
}

export function ledgerStore(trx: Trx): LedgerPort {
  const totals = (payerIds: readonly string[]) =>
    trx.selectFrom('credit_totals').selectAll().where('payer_id', 'in', inIds(trx, payerIds)).execute();
  return {
    async consumers(references) {
      const rows = await selectConsumers(trx)
        .where((eb) =>
          eb.or([eb('a.id', 'in', inIds(trx, references)), eb('a.slug', 'in', inIds(trx, references))]),
        )
        .execute();
      const wanted = new Set(references);
      return new Map(
        rows
          .flatMap(toConsumer)
          .flatMap((consumer) =>
            [consumer.accountId, consumer.slug]
              .filter((name) => wanted.has(name))
              .map((name) => [name, consumer] as const),
          ),
      );
    },

    async purses(payerIds, at) {
      const rows = await totals(payerIds);
      if (rows.length === payerIds.length * creditUnits.length) return rows.map(toPurse);
      const all = payerIds.flatMap((payer_id) =>
        creditUnits.map((unit) => ({ payer_id, unit, updated_at: at })),
      );
      await trx
        .insertInto('credit_totals')
        .values(all)
        .onConflict((oc) => oc.doNothing())
        .execute();
      return (await totals(payerIds)).map(toPurse);
    },

    async charged(keys) {
      if (keys.length === 0) return [];
      const wanted = keys.map(({ consumerId, key }) => ({ consumer_id: consumerId, entry_key: key }));
      const rows = await trx
        .selectFrom(jsonRows(trx, 'k', { consumer_id: 'text', entry_key: 'text' }, wanted))
        .innerJoin('credit_entries as e', (join) =>
          join.onRef('e.consumer_id', '=', 'k.consumer_id').onRef('e.entry_key', '=', 'k.entry_key'),
        )
        .select(['e.consumer_id', 'e.entry_key', 'e.unit', 'e.amount'])
        .execute();
      return rows.map((row) => ({
        consumerId: row.consumer_id,
        key: row.entry_key,
        unit: row.unit,
        amount: row.amount,
      }));
    },

    async usedSince(day, pairs) {
      if (pairs.length === 0) return [];
      const wanted = pairs.map(({ payerId, consumerId }) => ({ payer_id: payerId, consumer_id: consumerId }));
      return await trx
        .selectFrom(jsonRows(trx, 'p', { payer_id: 'text', consumer_id: 'text' }, wanted))
        .innerJoin('credit_usage as s', (join) =>
          join.onRef('s.payer_id', '=', 'p.payer_id').onRef('s.consumer_id', '=', 'p.consumer_id'),
        )
        .where('s.day', '>=', day)
        .groupBy(['s.payer_id', 's.consumer_id', 's.unit'])
        .select(['s.payer_id as payerId', 's.consumer_id as consumerId', 's.unit'])
        .select((eb) => sumOf(eb.ref('s.amount')).as('amount'))
        .execute();
    },

    async post(entries, changes, day) {
      const at = entries[0]?.at ?? new Date(`${day}T00:00:00.000Z`).toISOString();
      await trx
        .updateTable('credit_totals')
        .from(jsonRows(trx, 'd', deltaColumns, changes.map(toDelta)))
        .set((eb) => ({
          granted: eb('credit_totals.granted', '+', eb.ref('d.granted')),
          balance: eb('credit_totals.balance', '+', eb.ref('d.balance')),
          used: eb('credit_totals.used', '+', eb.ref('d.used')),
          expired: eb('credit_totals.expired', '+', eb.ref('d.expired')),
          month: eb.ref('d.month'),
          monthly_granted: eb('credit_totals.monthly_granted', '+', eb.ref('d.monthly_granted')),
          monthly_left: eb('credit_totals.monthly_left', '+', eb.ref('d.monthly_left')),
          updated_at: at,
        }))
        .whereRef('credit_totals.payer_id', '=', 'd.payer_id')
        .whereRef('credit_totals.unit', '=', 'd.unit')
        .execute();
      if (entries.length === 0) return;
      const rows = entries.map(toEntryRow);
      const names = keysOf(entryColumns);
      await trx
        .insertInto('credit_entries')
        .columns(names)
        .expression((eb) =>
          eb
            .selectFrom(jsonRows(trx, 'r', entryColumns, rows))
            .select(names.map((name) => `r.${name}` as const)),
        )
        .execute();
      const used = usageOf(entries);
      if (used.length === 0) return;
      const usageColumns = {
        payer_id: 'text',
        consumer_id: 'text',
        unit: 'text',
        amount: 'integer',
      } as const;
      await trx
        .insertInto('credit_usage')
        .columns(['payer_id', 'consumer_id', 'unit', 'day', 'amount'])
        .expression((eb) =>
          eb
            .selectFrom(jsonRows(trx, 'r', usageColumns, used))
            .select(['r.payer_id', 'r.consumer_id', 'r.unit', eb.val(day).as('day'), 'r.amount'])
            .where(sql<boolean>`true`),
        )
        .onConflict((oc) =>
          oc
            .columns(['payer_id', 'consumer_id', 'unit', 'day'])
            .doUpdateSet((eb) => ({ amount: eb('credit_usage.amount', '+', eb.ref('excluded.amount')) })),
        )
        .execute();
    },

    async due(month, { limit, after }) {
      const rows = await trx
        .selectFrom('credit_totals as t')
        .innerJoin('accounts as a', 'a.id', 't.payer_id')
        .where('a.state', '<>', 'gone')
        .where('t.month', '<', month)
        .where('t.payer_id', '>', after ?? '')
        .groupBy('t.payer_id')
        .orderBy('t.payer_id')
        .limit(limit)
        .select('t.payer_id')
        .execute();
      return rows.map(({ payer_id }) => payer_id);
    },

    check: (page) => checkLedger(trx, page),
  };
}
