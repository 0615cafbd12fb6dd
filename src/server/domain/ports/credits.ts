import type { CreditUnit } from '../../../contract/limits.ts';
import type { CreditEntry } from '../../../contract/types.ts';
import type { Day } from '../calendar.ts';
import type { Purse } from './ledger.ts';
import type { Page, PageRequest } from './page.ts';

export interface EntryFilter {
  readonly unit?: CreditUnit | undefined;
  /** Id or slug. */
  readonly consumer?: string | undefined;
  readonly cause?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** What one account used of another one's credits, or of its own, in a period. */
export interface UsageSum {
  /** A month or a day; empty where sums are by consumer. */
  readonly period: string;
  readonly payerId: string;
  readonly consumerId: string;
  readonly consumerSlug: string;
  readonly unit: CreditUnit;
  readonly amount: number;
}

/** The credits of the account that the store is bound to, as payer and as consumer. */
export interface CreditsPort {
  purses(): Promise<readonly Purse[]>;
  /** Newest first. Key of an entry: its id. Who acted is left out where another account used it. */
  entries(filter: EntryFilter, page: PageRequest): Promise<Page<CreditEntry>>;
  /** Where the account is the payer or the consumer, from a day until before another. */
  usage(by: 'month' | 'day' | 'consumer', since: Day, until: Day): Promise<readonly UsageSum[]>;
}
