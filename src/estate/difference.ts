import type { Plan } from '../contract/types.ts';
import { type ChangeSet, changeSetOf } from './changes.ts';
import { compare, liveCounts } from './compare.ts';
import { afterOf, isInvitation } from './fields.ts';
import { type LiveEstate, type Reading, readLive } from './live.ts';
import { withLosses } from './losses.ts';
import type { Estate } from './model.ts';
import { type Choices, type Note, Sides } from './sides.ts';

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
  /** Is what goes along with deletions asked for? */
  readonly losses?: boolean;
}

/** Reads the accounts that the files name, and those that parsers are copied from, and compares. */
export async function differenceOf(asked: Asked, reading: Reading): Promise<Difference> {
  const { wanted } = asked;
  const named = wanted.accounts.map(({ account }) => account);
  const sources = wanted.parsers.flatMap(({ copy_from: from }) => from?.account ?? []);
  const live = await readLive([...named, ...sources], reading);
  return await differenceFrom({ ...asked, losses: true }, live, reading);
}

/** The same from what was read already; prices are asked for only where a plan changes. */
export async function differenceFrom(asked: Asked, live: LiveEstate, reading: Reading): Promise<Difference> {
  const { wanted, files, choices, here, losses = false } = asked;
  const { changes: all, notes } = compare(wanted, live, choices);
  const changes = losses ? await withLosses(all, reading.client) : all;
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
  const priced = changes.some((change) => afterOf(change, 'plan') !== undefined);
  return { set, notes, costs: costsOf(set, live, priced ? await plansOf(reading) : []) };
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
