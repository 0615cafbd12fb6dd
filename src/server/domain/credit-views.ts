import { type CreditUnit, creditUnits } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { CreditUsage } from '../../contract/types.ts';
import { type Day, dayOf, endOf, monthOf, startOf } from './calendar.ts';
import { consumerOf } from './credits.ts';
import { invalid } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import { grantOf, isOver } from './monthly-credits.ts';
import type { UsageSum } from './ports/credits.ts';
import type { Consumer, Purse } from './ports/ledger.ts';
import { SubscriptionDue } from './settlement.ts';
import type { AccountWork, Input } from './work.ts';

const DAY_MS = 86_400_000;
/** Bars and tables of more are of no use to anybody. */
const MOST_DAYS = 400;
const MOST_MONTHS = 120;

/** A month that is over is turned before anybody is shown what it left. */
function mustBeTurned(purses: readonly Purse[], accountId: string, now: Date): void {
  if (purses.length < creditUnits.length || purses.some((purse) => isOver(purse, now)))
    throw new SubscriptionDue(accountId);
}

const sum = (sums: readonly UsageSum[], unit: CreditUnit, side: (of: UsageSum) => boolean): number =>
  sums.reduce((total, of) => (of.unit === unit && side(of) ? total + of.amount : total), 0);

function capOf({ accountId, payer, caps }: Consumer, unit: CreditUnit, sums: readonly UsageSum[]) {
  if (caps === null) return null;
  const used = sum(sums, unit, (of) => of.consumerId === accountId && of.payerId === payer.accountId);
  return { limit: caps[unit], used };
}

export async function showCredits(work: AccountWork): Promise<Answer<'credits.show'>> {
  const { tenant, now, standing } = work;
  const { accountId } = tenant;
  const purses = await tenant.credits.purses();
  mustBeTurned(purses, accountId, now);
  const consumer = await consumerOf(work, accountId);
  const month = monthOf(now);
  const end = endOf(month);
  const sums = await tenant.credits.usage('consumer', `${month}-01`, dayOf(new Date(end)));
  const unitCredits = (unit: CreditUnit) => {
    const purse = purses.find((of) => of.unit === unit);
    return {
      balance: purse?.balance ?? 0,
      monthly_left: purse?.monthlyLeft ?? 0,
      monthly_grant: grantOf(standing.account.terms.limits, unit),
      used: sum(sums, unit, (of) => of.consumerId === accountId),
      paid: sum(sums, unit, (of) => of.payerId === accountId),
      cap: capOf(consumer, unit, sums),
    };
  };
  return {
    account_id: accountId,
    payer: { id: consumer.payer.accountId, slug: consumer.payer.slug },
    month,
    expires_at: end,
    units: { upload: unitCredits('upload'), message: unitCredits('message') },
  };
}

export async function listLedger(
  work: AccountWork,
  input: Input<'credits.ledger'>,
): Promise<Answer<'credits.ledger'>> {
  const { unit, consumer, cause, since, until } = input.query;
  return listAnswer(
    await work.tenant.credits.entries({ unit, consumer, cause, since, until }, pageRequest(input)),
  );
}

type By = CreditUsage['by'];
const nothing = () => ({ used: { upload: 0, message: 0 }, paid: { upload: 0, message: 0 } });

/** The days that are counted: as asked for, else a year of months, or the month so far. */
function rangeOf({ by, since, until }: Input<'credits.usage'>['query'], now: Date) {
  const month = monthOf(now);
  const [year = 0, number = 0] = month.split('-').map(Number);
  const firstOfYear = dayOf(new Date(Date.UTC(year, number - 12, 1)));
  const range = {
    since: since ?? (by === 'month' ? firstOfYear : `${month}-01`),
    until: until ?? dayOf(new Date(endOf(month))),
  };
  if (range.since >= range.until) throw invalid('?until', 'must be a day after since.');
  const days = (Date.parse(startOf(range.until)) - Date.parse(startOf(range.since))) / DAY_MS;
  const most = by === 'day' ? MOST_DAYS : MOST_MONTHS * 31;
  if (by !== 'consumer' && days > most)
    throw invalid(
      '?since',
      `is too far from until: at most ${by === 'day' ? MOST_DAYS : MOST_MONTHS} ${by}s.`,
    );
  return range;
}

/** Every month or day of the range: one without use is there too. */
function periodsOf(by: By, { since, until }: { since: Day; until: Day }): string[] {
  const length = by === 'month' ? 7 : 10;
  const periods = new Set<string>();
  for (let time = Date.parse(startOf(since)); time < Date.parse(startOf(until)); time += DAY_MS)
    periods.add(dayOf(new Date(time)).slice(0, length));
  return [...periods];
}

type Row = CreditUsage['data'][number];

function add(row: Pick<Row, 'used' | 'paid'>, of: UsageSum, accountId: string): void {
  if (of.consumerId === accountId) row.used[of.unit] += of.amount;
  if (of.payerId === accountId) row.paid[of.unit] += of.amount;
}

function byPeriod(periods: readonly string[], sums: readonly UsageSum[], accountId: string): Row[] {
  const rows = new Map(
    periods.map((period): [string, Row] => [period, { period, account: null, ...nothing() }]),
  );
  for (const of of sums) {
    const row = rows.get(of.period);
    if (row) add(row, of, accountId);
  }
  return [...rows.values()];
}

/** The account itself first; of another one, what it used of this account's credits and nothing else. */
function byConsumer(own: Row['account'], sums: readonly UsageSum[], accountId: string): Row[] {
  const rows = new Map<string, Row>([[accountId, { period: null, account: own, ...nothing() }]]);
  for (const of of sums) {
    const account = { id: of.consumerId, slug: of.consumerSlug };
    const row = rows.get(of.consumerId) ?? { period: null, account, ...nothing() };
    rows.set(of.consumerId, row);
    add(row, of, accountId);
  }
  return [...rows.values()];
}

export async function showUsage(
  { tenant, standing, now }: AccountWork,
  { query }: Input<'credits.usage'>,
): Promise<CreditUsage> {
  const { by } = query;
  const { accountId } = tenant;
  const range = rangeOf(query, now);
  const sums = await tenant.credits.usage(by, range.since, range.until);
  const { id, slug } = standing.account;
  const data =
    by === 'consumer'
      ? byConsumer({ id, slug }, sums, accountId)
      : byPeriod(periodsOf(by, range), sums, accountId);
  const total = nothing();
  for (const of of sums) add(total, of, accountId);
  return { account_id: accountId, by, ...range, data, total };
}
