import type { CreditUnit } from '../../../contract/limits.ts';
import type { Actor } from '../actor.ts';
import type { Day, Month } from '../calendar.ts';
import type { Terms } from '../entitlements.ts';

/** Where credits lie: every entry moves some from one book of the payer to another. */
export type Book = 'granted' | 'balance' | 'used' | 'expired';

/** One transfer, once written never changed. */
export interface Entry {
  readonly id: string;
  readonly payerId: string;
  readonly unit: CreditUnit;
  readonly debit: Extract<Book, 'granted' | 'balance'>;
  readonly credit: Extract<Book, 'balance' | 'used' | 'expired'>;
  readonly amount: number;
  /** The part of it that is of the month's grant. */
  readonly monthly: number;
  readonly consumerId: string;
  readonly cause: string;
  readonly key: string | null;
  readonly reason: string | null;
  readonly actor: Actor | 'system';
  readonly usedAt: string;
  readonly at: string;
}

/** What a payer has of one unit: the sums of its entries. granted = balance + used + expired. */
export interface Purse {
  readonly payerId: string;
  readonly unit: CreditUnit;
  readonly granted: number;
  readonly balance: number;
  readonly used: number;
  readonly expired: number;
  /** The month that the plan's grant was last made for; empty before the first. */
  readonly month: Month | '';
  readonly monthlyGranted: number;
  readonly monthlyLeft: number;
}

export interface PurseChange {
  readonly before: Purse;
  readonly after: Purse;
}

type State = 'provisioning' | 'active' | 'suspended';

/** An account that may use something, and who pays for it. */
export interface Consumer {
  readonly accountId: string;
  readonly slug: string;
  readonly state: State;
  readonly payer: {
    readonly accountId: string;
    readonly slug: string;
    readonly state: State;
    readonly limits: Terms['limits'];
  };
  /** What the umbrella lets it use in a month, null for no cap; null as a whole for an account that pays for itself. */
  readonly caps: Readonly<Record<CreditUnit, number | null>> | null;
}

/** Where the totals of a payer differ from what its entries come to. */
export interface Drift {
  readonly payerId: string;
  readonly unit: CreditUnit;
  readonly field: string;
  readonly stored: number;
  readonly entries: number;
}

export interface Checked {
  readonly drift: readonly Drift[];
  readonly payers: number;
  readonly entries: number;
  /** The last payer that was looked at, when there are more. */
  readonly next: string | null;
}

/** The ledger across accounts: a consumer and who pays for it are two. */
export interface LedgerPort {
  /** By id or slug; what is not there is not in the map. */
  consumers(references: readonly string[]): Promise<ReadonlyMap<string, Consumer>>;
  /** Both units of each, made where they are not there yet. */
  purses(payerIds: readonly string[], at: string): Promise<readonly Purse[]>;
  /** What was charged under some keys of consumers before. */
  charged(
    keys: readonly { readonly consumerId: string; readonly key: string }[],
  ): Promise<readonly Pick<Entry, 'consumerId' | 'key' | 'unit' | 'amount'>[]>;
  /** What consumers have used of a payer's credits since a day, where they have used any. */
  usedSince(
    day: Day,
    pairs: readonly { readonly payerId: string; readonly consumerId: string }[],
  ): Promise<readonly Pick<Entry, 'payerId' | 'consumerId' | 'unit' | 'amount'>[]>;
  /** Writes entries of one day, and with them what they come to. */
  post(entries: readonly Entry[], changes: readonly PurseChange[], day: Day): Promise<void>;
  /** Accounts whose plan's grant was last made for a month before this one, by id. */
  due(
    month: Month,
    page: { readonly limit: number; readonly after: string | null },
  ): Promise<readonly string[]>;
  /** Recomputes the totals of some payers from their entries, by the payer's id. */
  check(page: { readonly limit: number; readonly after: string | null }): Promise<Checked>;
}
