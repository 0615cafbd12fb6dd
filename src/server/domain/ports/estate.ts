import type { EstateItem } from '../../../contract/types.ts';
import type { AccountView } from './accounts.ts';
import type { Page, PageRequest } from './page.ts';

/**
 * Reads of many accounts at once, bound to a set of them: every query carries it, whatever is asked. A page costs a fixed
 * number of queries, however many accounts there are. Keys begin with the id of the account.
 */
export interface EstatePort {
  /** @param userId whose membership is looked for */
  accounts(userId: string | null, page: PageRequest, now: string): Promise<Page<AccountView>>;
  subscriptions(page: PageRequest): Promise<Page<EstateItem<'subscription'>>>;
  /** Those that were declared, without the steps that dropped out. */
  promotionPaths(page: PageRequest): Promise<Page<EstateItem<'promotion_path'>>>;
  /** @param userId whose own role in each is told */
  workspaces(userId: string | null, page: PageRequest): Promise<Page<EstateItem<'workspace'>>>;
  permissionSets(page: PageRequest): Promise<Page<EstateItem<'permission_set'>>>;
  members(page: PageRequest): Promise<Page<EstateItem<'member'>>>;
  /** Pending, expired and declined. */
  invites(page: PageRequest, now: string): Promise<Page<EstateItem<'invite'>>>;
  /** The last receipt of whoever is no member and was not given back. */
  removals(page: PageRequest): Promise<Page<EstateItem<'removal'>>>;
  workspaceMembers(page: PageRequest): Promise<Page<EstateItem<'workspace_member'>>>;
  /** @param open accounts whose definitions are read too; a page of large ones is shorter */
  parsers(open: ReadonlySet<string>, page: PageRequest): Promise<Page<EstateItem<'parser'>>>;
  /** Those that the accounts own; a page of large ones is shorter. */
  forms(page: PageRequest): Promise<Page<EstateItem<'form'>>>;
  /** Of umbrellas, whatever became of them, but those that were revoked. */
  links(page: PageRequest, now: string): Promise<Page<EstateItem<'link'>>>;
}
