import { type Expression, sql } from 'kysely';

/**
 * Seats in use (D6): active members, and unexpired pending invites but for those to an active member. The overlap is
 * looked up from the members' side, by the unique index of pending addresses: members are few, invites may be many.
 */
export function seatsUsed(account: Expression<string>, now: string) {
  return sql<number>`(
    (select cast(count(*) as integer) from members sm where sm.account_id = ${account} and sm.state = 'active')
    + (select cast(count(*) as integer) from invites si
        where si.account_id = ${account} and si.state = 'pending' and si.expires_at > ${now})
    - (select cast(count(*) as integer) from members om
        join users ou on ou.id = om.user_id and ou.state = 'active'
        join invites oi on oi.account_id = om.account_id and oi.email_folded = ou.email_folded
        where om.account_id = ${account} and om.state = 'active' and oi.state = 'pending' and oi.expires_at > ${now})
  )`;
}
