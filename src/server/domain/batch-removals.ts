import type { BatchRow, Member, RowResult } from '../../contract/types.ts';
import { isAdminRole } from './access.ts';
import { personOf } from './actor.ts';
import { type Named, namedBy } from './batch-people.ts';
import { type Judge, type Plan, rowResult } from './batch-rows.ts';
import { departAll } from './departures.ts';
import { departBelow, departureOf, type Taking, takingOf } from './removals.ts';
import type { AccountWork } from './work.ts';

interface Leaver {
  readonly row: number;
  readonly member: Member;
}

/** Why somebody who is no member is not removed: who was one is out already (D9), who never was is a mistake. */
async function absent(work: AccountWork, missing: readonly Named[]): Promise<RowResult[]> {
  if (missing.length === 0) return [];
  const addresses = missing.map(({ emailFolded }) => emailFolded);
  const receipts = await work.tenant.receipts.latestOf(addresses);
  const known = new Map((await work.tenant.invites.known(addresses)).map((one) => [one.emailFolded, one]));
  return missing.map(({ row, email, emailFolded }) => {
    const receipt = receipts.get(emailFolded);
    if (receipt) {
      const how = receipt.kind === 'left' ? 'left' : 'was removed';
      const { id: receipt_id, at } = receipt;
      return rowResult(row, 'not_member', `${how} at ${at}`, { receipt_id });
    }
    const pending = known.get(emailFolded)?.pending ? ', but has an invitation: revoke it' : '';
    return rowResult(row, 'unknown_member', `${email} never was a member here${pending}`);
  });
}

/** D7 for many: of the administrators among them the last one stays. */
async function adminsToSpare(work: AccountWork): Promise<number> {
  if (work.standing.parent?.kind === 'managed') return Number.POSITIVE_INFINITY;
  return (await work.tenant.members.activeAdmins()) - 1;
}

async function sort(work: AccountWork, rows: readonly BatchRow<'removals'>[], { heir }: Taking) {
  const { results, named } = namedBy(rows);
  const members = await work.tenant.members.findAll(named.map(({ emailFolded }) => emailFolded));
  const leavers: Leaver[] = [];
  let spare = await adminsToSpare(work);
  for (const { row, emailFolded } of named) {
    const member = members.get(emailFolded);
    if (member === undefined) continue;
    const admin = isAdminRole(member.role) && member.state === 'active';
    if (member.user.id === personOf(work.actor)) {
      results.set(
        row,
        rowResult(row, 'not_permitted', 'that is you: leave by yourself, with accounts leave'),
      );
    } else if (member.id === heir?.id) {
      results.set(row, rowResult(row, 'not_permitted', 'gets what the others made, and so has to stay'));
    } else if (admin && spare < 1) {
      results.set(row, rowResult(row, 'last_admin', 'is the last active administrator'));
    } else {
      if (admin) spare -= 1;
      leavers.push({ row, member });
    }
  }
  const missing = named.filter(({ emailFolded }) => !members.has(emailFolded));
  for (const result of await absent(work, missing)) results.set(result.row, result);
  return { results, leavers };
}

/** Removes many: each as one removal would, with its own receipt and its own event in the trail. */
export const removalRows: Judge<'removals'> = {
  async admit(work, defaults) {
    await takingOf(work, defaults, '/defaults/reassign_to');
  },
  async plan(work, rows, defaults): Promise<Plan> {
    const taking = await takingOf(work, defaults, '/defaults/reassign_to');
    const { results, leavers } = await sort(work, rows, taking);
    return {
      foreseen() {
        for (const { row } of leavers) results.set(row, rowResult(row, 'removed', null));
        return results;
      },
      async carryOut() {
        const members = leavers.map(({ member }) => member);
        for (const member of members) await departBelow(work, member, taking, 'removed');
        const receipts = await departAll(work, members, departureOf(taking, 'removed'));
        const receiptOf = new Map(receipts.map(({ id, data }) => [data.member_id, id]));
        for (const { row, member } of leavers) {
          const receipt_id = receiptOf.get(member.id) ?? null;
          results.set(row, rowResult(row, 'removed', null, { receipt_id }));
        }
        return results;
      },
    };
  },
};
