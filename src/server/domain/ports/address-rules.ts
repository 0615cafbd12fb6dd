import type { AddressRules } from '../../../contract/types.ts';

/** Domains in their folded form, sorted. */
export interface AddressRulesPort {
  read(): Promise<AddressRules>;
  replace(rules: AddressRules, at: string): Promise<void>;
}
