import type { BillLine as Shown } from '../../../contract/types.ts';
import type { Day } from '../calendar.ts';

/** An account's hold on a plan. The plan in force is the account's own. */
export interface Subscription {
  readonly plan: string;
  /** Of the running period, a month. */
  readonly priceCents: number;
  /** The day of the month that periods begin on; shorter months begin theirs on their last day. */
  readonly anchorDay: number;
  readonly periodStart: Day;
  /** The day that the next period begins on. */
  readonly periodEnd: Day;
  /** The plan that follows at the period's end. */
  readonly scheduledPlan: string | null;
  readonly balanceCents: number;
  readonly revision: number;
}

/** One line of a bill, once written never changed. A revision of the subscription has at most one of each kind. */
export interface BillLine {
  readonly revision: number;
  readonly periodStart: Day;
  readonly periodEnd: Day;
  readonly kind: Shown['kind'];
  readonly plan: string | null;
  readonly priceCents: number | null;
  readonly from: Day | null;
  readonly days: number | null;
  readonly amountCents: number;
  readonly at: string;
}

export interface StoredBill {
  readonly periodStart: Day;
  readonly periodEnd: Day;
  /** In the order in which they came about. */
  readonly lines: readonly BillLine[];
  readonly previous: Day | null;
  readonly next: Day | null;
}

/** The subscription and the bills of the account that the stores are bound to. */
export interface SubscriptionPort {
  /** Null when the account is gone: its subscription went with it, its bills stay. */
  find(): Promise<Subscription | null>;
  begin(
    subscription: Omit<Subscription, 'plan' | 'scheduledPlan' | 'balanceCents'>,
    at: string,
  ): Promise<void>;
  /** Writes what follows the revision before it. */
  update(next: Omit<Subscription, 'plan'>, at: string): Promise<void>;
  append(lines: readonly BillLine[]): Promise<void>;
  /** Of the period that the day falls in; null where there was none. */
  bill(day: Day): Promise<StoredBill | null>;
}

/** All subscriptions, for whoever carries out what is due. */
export interface SubscriptionsPort {
  /** Accounts whose period is over on that day, the longest first; after a key of the page before. */
  due(
    today: Day,
    page: { readonly limit: number; readonly after: DueAccount | null },
  ): Promise<readonly DueAccount[]>;
  /** The day on which the next period ends; null when there is no subscription. */
  nextDue(): Promise<Day | null>;
}

export interface DueAccount {
  readonly periodEnd: Day;
  readonly accountId: string;
}
