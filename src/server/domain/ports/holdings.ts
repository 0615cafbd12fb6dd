import type { Holding } from '../../../contract/types.ts';

/** What a person holds or has made in the account, one kind of thing each. */
export type Held = Omit<Holding, 'fate'>;

export interface HoldingsPort {
  /** Tokens, delegations, keys, resources and parsers: those kinds of which there are any; the first 100 of each by id. */
  of(userId: string, now: string): Promise<readonly Held[]>;
  /** Hands over what they made and does not end with them. @returns how many things */
  reassign(fromUserIds: readonly string[], toUserId: string, at: string): Promise<number>;
  /** Revokes the live workspace keys that they made. @returns how many */
  revokeKeys(userIds: readonly string[], at: string): Promise<number>;
}
