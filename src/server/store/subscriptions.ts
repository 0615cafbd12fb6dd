import type { BillLine, SubscriptionPort, SubscriptionsPort } from '../domain/ports/subscriptions.ts';
import type { Row } from './schema.ts';
import type { Trx } from './transaction.ts';

/** Lines of one revision in the order in which they are reckoned. */
const order: readonly BillLine['kind'][] = ['period', 'unused', 'prorated', 'credit_kept', 'credit_used'];

function toLine(row: Row<'bill_lines'>): BillLine {
  return {
    revision: row.revision,
    periodStart: row.period_start,
    periodEnd: row.period_end,
    kind: row.kind,
    plan: row.plan,
    priceCents: row.price_cents,
    from: row.from_day,
    days: row.days,
    amountCents: row.amount_cents,
    at: row.at,
  };
}

export function subscriptionStore(trx: Trx, accountId: string): SubscriptionPort {
  const lines = () => trx.selectFrom('bill_lines').where('account_id', '=', accountId);
  const periods = () => lines().where('kind', '=', 'period');
  return {
    async find() {
      const row = await trx
        .selectFrom('subscriptions as s')
        .innerJoin('accounts as a', 'a.id', 's.account_id')
        .where('s.account_id', '=', accountId)
        .select(['a.plan', 's.price_cents', 's.anchor_day', 's.period_start', 's.period_end'])
        .select(['s.scheduled_plan', 's.balance_cents', 's.revision'])
        .executeTakeFirst();
      if (!row) return null;
      return {
        plan: row.plan,
        priceCents: row.price_cents,
        anchorDay: row.anchor_day,
        periodStart: row.period_start,
        periodEnd: row.period_end,
        scheduledPlan: row.scheduled_plan,
        balanceCents: row.balance_cents,
        revision: row.revision,
      };
    },

    async begin(subscription, at) {
      await trx
        .insertInto('subscriptions')
        .values({
          account_id: accountId,
          price_cents: subscription.priceCents,
          anchor_day: subscription.anchorDay,
          period_start: subscription.periodStart,
          period_end: subscription.periodEnd,
          revision: subscription.revision,
          created_at: at,
          updated_at: at,
        })
        .execute();
    },

    async update(next, at) {
      const { numUpdatedRows } = await trx
        .updateTable('subscriptions')
        .set({
          price_cents: next.priceCents,
          period_start: next.periodStart,
          period_end: next.periodEnd,
          scheduled_plan: next.scheduledPlan,
          balance_cents: next.balanceCents,
          revision: next.revision,
          updated_at: at,
        })
        .where('account_id', '=', accountId)
        .where('revision', '=', next.revision - 1)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n)
        throw new Error(`the subscription of ${accountId} is not what it was read as`);
    },

    async append(rows) {
      if (rows.length === 0) return;
      await trx
        .insertInto('bill_lines')
        .values(
          rows.map((line) => ({
            account_id: accountId,
            revision: line.revision,
            kind: line.kind,
            period_start: line.periodStart,
            period_end: line.periodEnd,
            plan: line.plan,
            price_cents: line.priceCents,
            from_day: line.from,
            days: line.days,
            amount_cents: line.amountCents,
            at: line.at,
          })),
        )
        .execute();
    },

    async bill(day) {
      const period = await periods()
        .where('period_start', '<=', day)
        .orderBy('period_start', 'desc')
        .select(['period_start', 'period_end'])
        .executeTakeFirst();
      if (!period || day >= period.period_end) return null;
      const { period_start: start, period_end: end } = period;
      const rows = await lines().where('period_start', '=', start).selectAll().execute();
      const beside = await periods()
        .select((eb) => [
          eb.fn
            .max(eb.case().when('period_start', '<', start).then(eb.ref('period_start')).end())
            .as('previous'),
          eb.fn.min(eb.case().when('period_start', '>', start).then(eb.ref('period_start')).end()).as('next'),
        ])
        .executeTakeFirst();
      return {
        periodStart: start,
        periodEnd: end,
        lines: rows
          .map(toLine)
          .sort((a, b) => a.revision - b.revision || order.indexOf(a.kind) - order.indexOf(b.kind)),
        previous: beside?.previous ?? null,
        next: beside?.next ?? null,
      };
    },
  };
}

export function subscriptionsStore(trx: Trx): SubscriptionsPort {
  return {
    async due(today, { limit, after }) {
      let query = trx
        .selectFrom('subscriptions')
        .where('period_end', '<=', today)
        .orderBy('period_end')
        .orderBy('account_id')
        .limit(limit)
        .select(['period_end as periodEnd', 'account_id as accountId']);
      if (after !== null) {
        query = query.where((eb) =>
          eb.or([
            eb('period_end', '>', after.periodEnd),
            eb.and([eb('period_end', '=', after.periodEnd), eb('account_id', '>', after.accountId)]),
          ]),
        );
      }
      return await query.execute();
    },

    async nextDue() {
      const row = await trx
        .selectFrom('subscriptions')
        .select((eb) => eb.fn.min('period_end').as('day'))
        .executeTakeFirst();
      return row?.day ?? null;
    },
  };
}
