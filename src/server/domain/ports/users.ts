import type { AccountKind } from '../../../contract/limits.ts';

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly emailFolded: string;
  readonly name: string | null;
  readonly passwordHash: string | null;
  readonly staff: boolean;
  readonly personalAccountId: string | null;
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly emailFolded: string;
  readonly name: string | null;
  readonly passwordHash: string | null;
  readonly at: string;
}

/** People. Only those who are not gone are found. */
export interface UsersPort {
  insert(user: NewUser): Promise<void>;
  find(id: string): Promise<UserRow | null>;
  /** @param emailFolded by foldAddress (D3) */
  findByAddress(emailFolded: string): Promise<UserRow | null>;
  setName(id: string, name: string | null, at: string): Promise<void>;
  /** A taken address is DomainError `address_taken`, by the constraint. */
  setAddress(id: string, address: { email: string; emailFolded: string }, at: string): Promise<void>;
  /** @param hash as Passwords made it */
  setPassword(id: string, hash: string, at: string): Promise<void>;
  signedIn(id: string, at: string): Promise<void>;
  /** Keeps the row, so that what refers to it stays true, and frees the address. */
  markGone(id: string, at: string): Promise<void>;
  /** Of every state, in accounts that are there. */
  membershipsOf(
    id: string,
  ): Promise<readonly { readonly accountId: string; readonly slug: string; readonly kind: AccountKind }[]>;
  /** Is there anybody at all? */
  any(): Promise<boolean>;
}
