import type { Plan } from '../../contract/types.ts';
import type { Terms } from '../domain/entitlements.ts';
import type { PlansPort } from '../domain/ports/plans.ts';
import { toObject } from './columns.ts';
import type { Row } from './schema.ts';
import { settingsStore } from './settings.ts';
import type { Trx } from './transaction.ts';

const REVISION = 'catalogue_revision';

/** What a plan gives, as the columns of a joined plan hold it; an account on a plan that is not there is our mistake. */
export function toTerms(row: {
  readonly entitlements: string | null;
  readonly limits: string | null;
}): Terms {
  if (row.entitlements === null || row.limits === null)
    throw new Error('the store holds an account on a plan that is not in the catalogue');
  const has = toObject(row.entitlements);
  const most = toObject(row.limits);
  const limit = (name: keyof Plan['limits']) => {
    const value = most[name];
    return typeof value === 'number' ? value : null;
  };
  return {
    entitlements: {
      managed_accounts: has['managed_accounts'] === true,
      umbrella: has['umbrella'] === true,
      organization: has['organization'] === true,
      team: has['team'] === true,
    },
    limits: {
      seats: limit('seats'),
      mails_per_day: limit('mails_per_day'),
      parsers: limit('parsers'),
      workspaces: limit('workspaces'),
      uploads_per_month: limit('uploads_per_month'),
      messages_per_month: limit('messages_per_month'),
    },
  };
}

/** What an umbrella gives at least (R36), from its plan as joined for accounts under one. */
export function toLinkedTerms(row: {
  readonly linked_entitlements: string | null;
  readonly linked_limits: string | null;
}): Terms | null {
  const { linked_entitlements: entitlements, linked_limits: limits } = row;
  return entitlements === null ? null : toTerms({ entitlements, limits });
}

function toPlan(row: Row<'plans'>): Plan {
  return {
    name: row.name,
    title: row.title,
    monthly_price_cents: row.monthly_price_cents,
    self_serve: row.self_serve === 'yes',
    ...toTerms(row),
  };
}

export function plansStore(trx: Trx): PlansPort {
  const settings = settingsStore(trx);
  const list = async () => (await trx.selectFrom('plans').selectAll().orderBy('place').execute()).map(toPlan);
  return {
    list,

    async find(name) {
      const row = await trx.selectFrom('plans').selectAll().where('name', '=', name).executeTakeFirst();
      return row ? toPlan(row) : null;
    },

    revision: async () => Number((await settings.get(REVISION)) ?? '1'),

    async priceAt(name, at) {
      const prices = () => trx.selectFrom('plan_prices').select('price_cents').where('plan', '=', name);
      const then = await prices().where('since', '<=', at).orderBy('since', 'desc').executeTakeFirst();
      // A plan younger than that day has had no other price since.
      const row = then ?? (await prices().orderBy('since').executeTakeFirst());
      if (!row) throw new Error(`the plan ${name} never had a price`);
      return row.price_cents;
    },

    async missed(names) {
      const on = await trx
        .selectFrom('accounts')
        .where('state', '<>', 'gone')
        .where('plan', 'not in', names)
        .groupBy('plan')
        .select((eb) => ['plan', eb.cast<number>(eb.fn.countAll(), 'integer').as('n')])
        .execute();
      const scheduled = await trx
        .selectFrom('subscriptions')
        .where('scheduled_plan', 'is not', null)
        .where('scheduled_plan', 'not in', names)
        .groupBy('scheduled_plan')
        .select((eb) => ['scheduled_plan as plan', eb.cast<number>(eb.fn.countAll(), 'integer').as('n')])
        .execute();
      const count = (rows: readonly { plan: string | null; n: number }[], name: string) =>
        rows.find(({ plan }) => plan === name)?.n ?? 0;
      const missing = new Set([...on, ...scheduled].flatMap(({ plan }) => plan ?? []));
      return [...missing]
        .sort()
        .map((plan) => ({ plan, on: count(on, plan), scheduled: count(scheduled, plan) }));
    },

    async replace(plans, revision, at) {
      const before = new Map((await list()).map((plan) => [plan.name, plan.monthly_price_cents]));
      await trx.deleteFrom('plans').execute();
      for (const [place, plan] of plans.entries()) {
        const { name, title, monthly_price_cents, self_serve, entitlements, limits } = plan;
        await trx
          .insertInto('plans')
          .values({
            name,
            place,
            title,
            monthly_price_cents,
            self_serve: self_serve ? 'yes' : 'no',
            entitlements: JSON.stringify(entitlements),
            limits: JSON.stringify(limits),
          })
          .execute();
        if (before.get(name) === monthly_price_cents) continue;
        await trx
          .insertInto('plan_prices')
          .values({ plan: name, since: at, price_cents: monthly_price_cents })
          .onConflict((oc) => oc.columns(['plan', 'since']).doUpdateSet({ price_cents: monthly_price_cents }))
          .execute();
      }
      await settings.set(REVISION, String(revision), at);
    },
  };
}
