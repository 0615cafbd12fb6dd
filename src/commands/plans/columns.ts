import type { Plan, Subscription } from '../../contract/types.ts';
import type { Cell, Column } from '../../output/columns.ts';
import { money } from '../money.ts';

/** A field of a plan: by the contract's name, for programs, and as people read it. */
export interface PlanField {
  readonly field: string;
  readonly header: string;
  readonly raw: (plan: Plan) => string | number | boolean | null;
  readonly text: (plan: Plan) => Cell;
}

const field = (
  path: string,
  header: string,
  raw: PlanField['raw'],
  text: PlanField['text'] = raw,
): PlanField => ({
  field: path,
  header,
  raw,
  text,
});

const limit = (name: keyof Plan['limits'], header: string): PlanField =>
  field(
    `limits.${name}`,
    header,
    (plan) => plan.limits[name],
    (plan) => plan.limits[name] ?? 'unlimited',
  );

const entitlement = (name: keyof Plan['entitlements'], header: string): PlanField =>
  field(`entitlements.${name}`, header, (plan) => plan.entitlements[name]);

/** Everything that a plan says, but for its name: the one place that maps it. */
export const planFields: readonly PlanField[] = [
  field('title', 'TITLE', (plan) => plan.title),
  field(
    'monthly_price_cents',
    'MONTHLY',
    (plan) => plan.monthly_price_cents,
    (plan) => money(plan.monthly_price_cents),
  ),
  limit('seats', 'SEATS'),
  limit('mails_per_day', 'MAILS A DAY'),
  limit('parsers', 'PARSERS'),
  limit('workspaces', 'WORKSPACES'),
  limit('uploads_per_month', 'UPLOADS A MONTH'),
  limit('messages_per_month', 'MESSAGES A MONTH'),
  entitlement('managed_accounts', 'MANAGED ACCOUNTS'),
  entitlement('umbrella', 'UMBRELLA'),
  entitlement('organization', 'ORGANIZATION'),
  entitlement('team', 'TEAM'),
  field('self_serve', 'SELF-SERVE', (plan) => plan.self_serve),
];

const numeric = new Set(['MONTHLY', 'SEATS', 'MAILS A DAY', 'PARSERS', 'WORKSPACES']);
/** What a list has no room for: `plans show` and `plans compare` have it. */
const unlisted = new Set(['UPLOADS A MONTH', 'MESSAGES A MONTH', 'TEAM']);

const nameColumn: Column<Plan> = { header: 'NAME', value: (plan) => plan.name, keep: true };

/** A plan as a row. */
export const planColumns: readonly Column<Plan>[] = [
  nameColumn,
  ...planFields
    .filter(({ header }) => !unlisted.has(header))
    .map(
      ({ header, text }): Column<Plan> => ({
        header,
        value: text,
        ...(numeric.has(header) && { align: 'right' }),
      }),
    ),
];

/** A plan as facts, a line each. */
export const planFacts: readonly Column<Plan>[] = [
  nameColumn,
  ...planFields.map(({ header, text }): Column<Plan> => ({ header, value: text })),
];

function useText({ used, limit: most, by }: Subscription['limits']['seats']): string {
  const from = by === 'umbrella' ? ', by the umbrella' : '';
  const limitText = most === null ? 'no limit' : String(most);
  if (used === null) return most === null ? limitText : `up to ${limitText}`;
  return (most === null ? `${used}, no limit` : `${used}/${limitText}`) + from;
}

function grantText({ granted, by, until, lacks }: Subscription['entitlements']['team']): string {
  if (granted) return until === null ? `yes, by the ${by ?? 'plan'}` : `yes, by a trial until ${until}`;
  return lacks === 'unlock' ? 'no: staff have not unlocked it' : 'no: not in the plan';
}

/** Over its limit is possible: the catalogue changed, or a link ended. */
const overTone = ({ used, limit: most }: Subscription['limits']['seats']) =>
  used !== null && most !== null && used > most ? ('bad' as const) : undefined;

const useColumn = (header: string, name: keyof Subscription['limits']): Column<Subscription> => ({
  header,
  value: ({ limits }) => useText(limits[name]),
  tone: ({ limits }) => overTone(limits[name]),
});

const grantColumn = (header: string, name: keyof Subscription['entitlements']): Column<Subscription> => ({
  header,
  value: ({ entitlements }) => grantText(entitlements[name]),
});

/** An account's subscription as facts. */
export const subscriptionFacts: readonly Column<Subscription>[] = [
  { header: 'PLAN', value: ({ plan }) => plan },
  { header: 'PRICE', value: ({ price_cents }) => `${money(price_cents)} a month` },
  { header: 'PERIOD', value: ({ period_start, period_end }) => `${period_start} until ${period_end}` },
  {
    header: 'SCHEDULED',
    value: ({ scheduled }) => (scheduled === null ? 'nothing' : `${scheduled.plan} from ${scheduled.at} on`),
  },
  { header: 'CREDIT', value: ({ balance_cents }) => money(balance_cents) },
  useColumn('SEATS', 'seats'),
  useColumn('MAILS TODAY', 'mails_per_day'),
  useColumn('PARSERS', 'parsers'),
  useColumn('WORKSPACES', 'workspaces'),
  useColumn('UPLOADS A MONTH', 'uploads_per_month'),
  useColumn('MESSAGES A MONTH', 'messages_per_month'),
  grantColumn('MANAGED ACCOUNTS', 'managed_accounts'),
  grantColumn('UMBRELLA', 'umbrella'),
  grantColumn('ORGANIZATION', 'organization'),
  grantColumn('TEAM', 'team'),
  { header: 'REVISION', value: ({ revision }) => revision },
];
