import type { Sponsor } from '../domain/ports/invites.ts';

/** Who vouches for an invitation, in its two columns: one of them is empty. */
export function sponsorOf(row: { sponsor_user_id: string | null; sponsor_token_id: string | null }): Sponsor {
  return row.sponsor_user_id === null
    ? { tokenId: row.sponsor_token_id ?? '' }
    : { userId: row.sponsor_user_id };
}

export const sponsorColumns = (sponsor: Sponsor) => ({
  sponsor_user_id: 'userId' in sponsor ? sponsor.userId : null,
  sponsor_token_id: 'tokenId' in sponsor ? sponsor.tokenId : null,
});
