import type { Plan } from '../../contract/types.ts';
import { type Change, type ChangeSet, changeSetOf } from '../changes.ts';
import { afterOf, isInvitation } from '../fields.ts';
import { type LiveEstate, type Reading, readLive } from '../live/live.ts';
import type { Estate } from '../model.ts';
import { compare, liveCounts } from './compare.ts';
import { withLosses } from './losses.ts';
import { withConflicts, withoutUnknownPlans } from './preflight.ts';
import { type Choices, type Comparison, type Note, Sides } from './sides.ts';

/** What is different, and what it comes to. */
export interface Difference {
  readonly set: ChangeSet;
  readonly notes: readonly Note[];
  readonly costs: readonly AccountCosts[];
}

/** Seats and the monthly price of an account before and after; null where it may not be seen, or has no limit. */
export interface AccountCosts {
  readonly account: string;
  readonly plan: Both<string | null>;
  readonly seats: Both<number> & { readonly limit: number | null };
  readonly price_cents: Both<number | null>;
}

interface Both<T> {
  readonly before: T;
  readonly after: T;
}

interface Asked {
  readonly wanted: Estate;
  /** As they were named. */
  readonly files: readonly string[];
  readonly choices: Choices;
  readonly here: Pick<ChangeSet, 'api' | 'account' | 'made_at'>;
}

/**
 * Reads the accounts that the files name, and those that parsers are copied from, and compares. What the server would
 * refuse is a conflict here already.
 */
export async function differenceOf(asked: Asked, reading: Reading): Promise<Difference> {
  const { wanted, choices } = asked;
  const named = wanted.accounts.map(({ account }) => account);
  const sources = wanted.parsers.flatMap(({ copy_from: from }) => from?.account ?? []);
  const live = await readLive([...named, ...sources], reading);
  const { changes, notes } = compare(wanted, live, choices);
  const plans = await plansFor(changes, reading);
  const known = withoutUnknownPlans(changes, plans);
  const judged = await withConflicts(known, reading.client, new Set());
  const told = await withLosses(judged, reading.client);
  return differenceIn(asked, { live, plans, comparison: { changes: told, notes } });
}

/** Of two live estates, which are both as they are: nothing that one of them is could be in the way. */
export async function differenceFrom(asked: Asked, live: LiveEstate, reading: Reading): Promise<Difference> {
  const comparison = compare(asked.wanted, live, asked.choices);
  return differenceIn(asked, { live, comparison, plans: await plansFor(comparison.changes, reading) });
}

interface Found {
  readonly live: LiveEstate;
  readonly plans: readonly Plan[];
  readonly comparison: Comparison;
}

function differenceIn(asked: Asked, { live, plans, comparison }: Found): Difference {
  const { wanted, files, choices, here } = asked;
  const { changes, notes } = comparison;
  const ids = new Map(live.estate.accounts.map(({ account, id }) => [account, id ?? null]));
  const sides = new Sides(wanted, live, choices);
  const set = changeSetOf({
    ...here,
    files: [...files],
    choices,
    accounts: Object.fromEntries([...sides.named].map((account) => [account, ids.get(account) ?? null])),
    live: liveCounts(sides),
    changes: [...changes],
  });
  return { set, notes, costs: costsOf(set, live, plans) };
}

/** Prices are asked for only where a plan changes. */
async function plansFor(changes: readonly Change[], reading: Reading): Promise<Plan[]> {
  return changes.some((change) => afterOf(change, 'plan') !== undefined) ? await plansOf(reading) : [];
}

async function plansOf({ client }: Reading): Promise<Plan[]> {
  const plans: Plan[] = [];
  for await (const plan of client.pages('plans.list', {})) plans.push(plan);
  return plans;
}

/** What changes cost: of accounts in which seats or the plan change. */
function costsOf({ changes }: ChangeSet, live: LiveEstate, plans: readonly Plan[]): AccountCosts[] {
  const found = new Map(live.estate.accounts.map((one) => [one.account, one]));
  const states = new Map(live.estate.members.map((one) => [`${one.account} ${one.email}`, one.state]));
  return [...Map.groupBy(changes, ({ account }) => account)].flatMap(([account, own]): AccountCosts[] => {
    const known = live.costs.get(account);
    const used = known?.seats.used ?? 0;
    const taken = own.reduce(
      (sum, change) => sum + seatsTaken(change, states.get(`${account} ${change.key}`)),
      0,
    );
    const asked = own.map((change) => (change.op === 'conflict' ? undefined : afterOf(change, 'plan')));
    const next = asked.find((plan) => typeof plan === 'string');
    const before = found.get(account)?.plan ?? null;
    const after = typeof next === 'string' ? next : before;
    if (taken === 0 && after === before) return [];
    const plan = plans.find(({ name }) => name === after);
    const price = known?.price_cents ?? null;
    const limit = plan?.limits.seats ?? (after === before ? (known?.seats.limit ?? null) : null);
    return [
      {
        account,
        plan: { before, after },
        seats: { before: used, after: used + taken, limit },
        price_cents: { before: price, after: after === before ? price : (plan?.monthly_price_cents ?? null) },
      },
    ];
  });
}

/** D6: active members take a seat, and so do invitations that wait. */
function seatsTaken(change: ChangeSet['changes'][number], state: string | undefined): number {
  if (change.kind !== 'member' || change.op === 'conflict') return 0;
  const seated = state === 'active' || state === 'pending';
  if (change.op === 'delete') return seated ? -1 : 0;
  if (change.op === 'create') return seated ? 0 : 1;
  const after = isInvitation(change) ? undefined : afterOf(change, 'state');
  if (after === 'deactivated') return seated ? -1 : 0;
  return after === 'active' && !seated ? 1 : 0;
}
