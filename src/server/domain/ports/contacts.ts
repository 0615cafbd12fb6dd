import type { Contact } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

/** What somebody wrote of a contact, in its comparable forms. */
export interface ContactFields {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
  readonly emailFolded: string | null;
  /** E.164. */
  readonly mobile: string | null;
  readonly organization: string | null;
  readonly groups: readonly string[];
  readonly subAccount: boolean;
  /** The invitation that marking it sent or found. */
  readonly linkId: string | null;
}

export interface NewContact extends ContactFields {
  readonly id: string;
}

export interface ContactFilter {
  /** Part of a name, the address, the number or the organization. */
  readonly q?: string | undefined;
  readonly group?: string | undefined;
  readonly subAccount?: boolean | undefined;
}

export interface ContactsPort {
  list(filter: ContactFilter, page: PageRequest, now: string): Promise<Page<Contact>>;
  /** By id or folded address. */
  find(reference: string, now: string): Promise<Contact | null>;
  /** Those with one of these addresses, and those without address that have one of these numbers. */
  known(emails: readonly string[], mobiles: readonly string[], now: string): Promise<readonly Contact[]>;
  /** A second one with the same address is DomainError `contact_exists`, by the constraint. */
  insert(contacts: readonly NewContact[], createdBy: string | null, at: string): Promise<void>;
  update(id: string, fields: ContactFields, at: string): Promise<void>;
  remove(id: string): Promise<void>;
}
