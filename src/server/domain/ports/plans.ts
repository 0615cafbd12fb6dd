import type { Plan } from '../../../contract/types.ts';

/** The catalogue as it is stored. Plans are few: it is read whole. */
export interface PlansPort {
  /** In the catalogue's own order. */
  list(): Promise<readonly Plan[]>;
  find(name: string): Promise<Plan | null>;
  /** Of the whole catalogue; it goes up with every replacement. */
  revision(): Promise<number>;
  /** The monthly price that a plan had at a time, RFC 3339. Prices of the past stay when the catalogue changes. */
  priceAt(name: string, at: string): Promise<number>;
  /** Plans not named here that accounts are on, or are scheduled to go to, and how many. */
  missed(names: readonly string[]): Promise<readonly { plan: string; on: number; scheduled: number }[]>;
  /** Puts these plans in the place of all that there are, and writes the next revision. */
  replace(plans: readonly Plan[], revision: number, at: string): Promise<void>;
}
