import type { FormRole } from '../../../contract/limits.ts';
import type { FormShare } from '../../../contract/types.ts';
import type { FormOwner } from './forms.ts';
import type { Page, PageRequest } from './page.ts';

/** What an owner chose for one account. */
export interface FormChoice {
  readonly accountId: string;
  readonly role: FormRole;
  /** Set where that account is the owner's umbrella: the choice ends with this link (D10). */
  readonly linkId: string | null;
}

/** What an umbrella has, or will have, of one form of a sub-account. */
export interface FormOnLink {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly workspace: string;
  readonly role: FormRole;
  /** Did the sub-account choose it? Else the umbrella has it by itself (R37). */
  readonly chosen: boolean;
}

/** Who else has a role on forms of this account. */
export interface FormSharesPort {
  /** Key of a share: its account's id. Accounts that have nothing are left out, unless that was chosen. */
  of(formId: string, page: PageRequest): Promise<Page<FormShare>>;
  /** What these accounts have of the form, also where that is nothing; those that are not there are left out. */
  ofAccounts(formId: string, accountIds: readonly string[]): Promise<readonly FormShare[]>;
  /** How many accounts have a role on it. */
  count(formId: string): Promise<number>;
  /** For how many accounts a role was chosen. */
  chosen(formId: string): Promise<number>;
  choose(
    formId: string,
    choices: readonly FormChoice[],
    mark: { by: string | null; at: string },
  ): Promise<void>;
  forget(formId: string, accountIds: readonly string[]): Promise<void>;
  /** An account to share with by id, or by the slug of one that is linked to this one. */
  target(reference: string): Promise<FormOwner | null>;
  /** The active link to this account's umbrella. */
  umbrella(): Promise<{ readonly linkId: string; readonly accountId: string } | null>;
  /** Every form of this account with what the umbrella has of it while linked, now or by a link yet to come. By name. */
  onLink(umbrellaId: string): Promise<readonly FormOnLink[]>;
  /** What was chosen under a link, by the form's name. */
  chosenUnder(linkId: string): Promise<readonly FormOnLink[]>;
  /** Forgets what was chosen under a link, or lets it outlive the link. */
  endLink(linkId: string, keep: boolean, at: string): Promise<void>;
}
