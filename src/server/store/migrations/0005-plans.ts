import type { Ddl } from './ddl.ts';

interface Seed {
  readonly name: string;
  readonly title: string;
  readonly price: number;
  readonly selfServe: 'yes' | 'no';
  readonly entitlements: readonly string[];
  /** Seats and mails a day, parsers, workspaces, uploads a month, messages a month; null is no limit. */
  readonly limits: readonly [number, number, number, number, number] | null;
}

/** What the catalogue was while it stood in the code. Team was everybody's then. */
const seeds: readonly Seed[] = [
  {
    name: 'basic',
    title: 'Basic',
    price: 0,
    selfServe: 'yes',
    entitlements: ['team'],
    limits: [5, 10, 1, 100, 50],
  },
  {
    name: 'starter',
    title: 'Starter',
    price: 1_900,
    selfServe: 'yes',
    entitlements: ['team'],
    limits: [25, 50, 1, 1_000, 500],
  },
  {
    name: 'professional',
    title: 'Professional',
    price: 9_900,
    selfServe: 'yes',
    entitlements: ['managed_accounts', 'team'],
    limits: [100, 500, 3, 10_000, 5_000],
  },
  {
    name: 'business',
    title: 'Business',
    price: 29_900,
    selfServe: 'yes',
    entitlements: ['managed_accounts', 'organization', 'team'],
    limits: [1_000, 5_000, 25, 100_000, 50_000],
  },
  {
    name: 'enterprise',
    title: 'Enterprise',
    price: 99_900,
    selfServe: 'no',
    entitlements: ['managed_accounts', 'umbrella', 'organization', 'team'],
    limits: null,
  },
];

function entitlementsOf({ entitlements }: Seed): string {
  const names = ['managed_accounts', 'umbrella', 'organization', 'team'];
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, entitlements.includes(name)])));
}

function limitsOf({ limits }: Seed): string {
  const [seats, parsers, workspaces, uploads, messages] = limits ?? [null, null, null, null, null];
  return JSON.stringify({
    seats,
    mails_per_day: seats,
    parsers,
    workspaces,
    uploads_per_month: uploads,
    messages_per_month: messages,
  });
}

/** The first catalogue, as statements. A price is older than every account. */
export const seedStatements: readonly string[] = seeds.flatMap((seed, place) => [
  `insert into plans (name, place, title, monthly_price_cents, self_serve, entitlements, limits)
    values ('${seed.name}', ${place}, '${seed.title}', ${seed.price}, '${seed.selfServe}',
      '${entitlementsOf(seed)}', '${limitsOf(seed)}')`,
  `insert into plan_prices (plan, since, price_cents)
    values ('${seed.name}', '1970-01-01T00:00:00.000Z', ${seed.price})`,
]);

/**
 * Accounts that were there before begin their first period on the day of this migration, and nothing is charged for the
 * time before it: they get a period of no days, which the first settlement follows up with a real one.
 */
const subscribeAccounts = (today: string) => `insert into subscriptions
  (account_id, price_cents, anchor_day, period_start, period_end, balance_cents, created_at, updated_at)
  select id, 0, cast(substr(${today}, 9, 2) as integer), ${today}, ${today}, 0, updated_at, updated_at
  from accounts where state <> 'gone'`;

const refusal = 'bill_lines_append_only';

/** The catalogue, and what each account holds and owes by it. */
export const plans: Ddl = {
  both: [
    // Read whole, in the order of place. entitlements and limits: JSON objects.
    `create table plans (
      name text not null primary key,
      place integer not null,
      title text not null,
      monthly_price_cents integer not null constraint plans_price check (monthly_price_cents >= 0),
      self_serve text not null constraint plans_self_serve check (self_serve in ('yes', 'no')),
      entitlements text not null,
      limits text not null
    )`,
    // A period costs what its plan cost on its first day, also when it is begun later.
    `create table plan_prices (
      plan text not null,
      since text not null,
      price_cents integer not null constraint plan_prices_price check (price_cents >= 0),
      primary key (plan, since)
    )`,
    // The plan in force is the account's own. Days are dates in UTC; period_end is the first day of the next period.
    `create table subscriptions (
      account_id text not null primary key constraint subscriptions_account references accounts (id),
      price_cents integer not null constraint subscriptions_price check (price_cents >= 0),
      anchor_day integer not null constraint subscriptions_anchor check (anchor_day between 1 and 31),
      period_start text not null,
      period_end text not null,
      scheduled_plan text,
      balance_cents integer not null default 0 constraint subscriptions_balance check (balance_cents >= 0),
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      constraint subscriptions_period check (period_end >= period_start)
    )`,
    'create index subscriptions_due on subscriptions (period_end, account_id)',
    // Credits are negative. revision is the subscription's that the line came about with.
    `create table bill_lines (
      account_id text not null constraint bill_lines_account references accounts (id),
      revision integer not null,
      kind text not null constraint bill_lines_kind
        check (kind in ('period', 'unused', 'prorated', 'credit_kept', 'credit_used')),
      period_start text not null,
      period_end text not null,
      plan text,
      price_cents integer,
      from_day text,
      days integer,
      amount_cents integer not null,
      at text not null,
      primary key (account_id, revision, kind),
      constraint bill_lines_sign check ((amount_cents < 0) = (kind in ('unused', 'credit_used'))),
      constraint bill_lines_plan check ((plan is null) = (kind in ('credit_kept', 'credit_used')))
    )`,
    // Whatever crashes and whoever else settles: a period is charged once. It also finds a bill by its day.
    `create unique index bill_lines_period on bill_lines (account_id, period_start) where kind = 'period'`,
    ...seedStatements,
  ],
  sqlite: [
    subscribeAccounts(`strftime('%Y-%m-%d', 'now')`),
    ...['update', 'delete'].map(
      (change) => `create trigger bill_lines_no_${change} before ${change} on bill_lines
        begin select raise(abort, '${refusal}'); end`,
    ),
  ],
  postgres: [
    subscribeAccounts(`to_char(now() at time zone 'utc', 'YYYY-MM-DD')`),
    `create function bill_lines_refuse() returns trigger language plpgsql as $$
      begin
        raise exception '${refusal}'
          using errcode = 'restrict_violation', constraint = '${refusal}';
      end $$`,
    `create trigger ${refusal} before update or delete or truncate on bill_lines
      for each statement execute function bill_lines_refuse()`,
  ],
};
