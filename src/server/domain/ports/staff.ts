import type { StaffMember } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

export interface NewStaff {
  readonly userId: string;
  readonly reason: string;
  /** Id of the staff member who added them; null for the server itself. */
  readonly addedBy: string | null;
  readonly at: string;
}

export interface StaffPort {
  insert(staff: NewStaff): Promise<void>;
  find(userId: string): Promise<StaffMember | null>;
  /** @returns false for who is not staff */
  remove(userId: string): Promise<boolean>;
  count(): Promise<number>;
  /** By user id. */
  list(page: PageRequest): Promise<Page<StaffMember>>;
}
