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
}
