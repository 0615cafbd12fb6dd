import type { BatchRow } from '../../contract/types.ts';
import { namedBy } from './batch-people.ts';
import { type Judge, type Plan, rowResult } from './batch-rows.ts';
import { benchOf, freeSeats } from './invites.ts';
import { type Blocker, giveBack, judgeReceipt, type Returning } from './receipts.ts';
import type { AccountWork } from './work.ts';

interface Returner extends Returning {
  readonly row: number;
}

const told = (blockers: readonly Blocker[]): string => blockers.map(({ detail }) => detail).join('; ');

async function sort(work: AccountWork, rows: readonly BatchRow<'restores'>[], partial: boolean) {
  const { results, named } = namedBy(rows);
  const addresses = named.map(({ emailFolded }) => emailFolded);
  const { tenant } = work;
  const now = work.now.toISOString();
  const members = await tenant.members.findAll(addresses);
  const receipts = await tenant.receipts.latestOf(addresses);
  const invited = new Set(
    (await tenant.invites.known(addresses)).flatMap(({ emailFolded, pending }) =>
      pending !== null && pending.expiresAt > now ? [emailFolded] : [],
    ),
  );
  const bench = await benchOf(work, {});
  let free = await freeSeats(work);
  const returners: Returner[] = [];
  for (const { row, email, emailFolded } of named) {
    const receipt = receipts.get(emailFolded);
    if (members.has(emailFolded)) {
      results.set(row, rowResult(row, 'already_member', 'is a member'));
    } else if (receipt === undefined) {
      results.set(row, rowResult(row, 'unknown_member', `${email} was never removed here`));
    } else {
      const today = { bench, member: null, invited: invited.has(emailFolded), freeSeats: free, now };
      const verdict = judgeReceipt(receipt, today);
      const blockers = [...verdict.blockers, ...(partial ? [] : verdict.missing)];
      const full = blockers.length === 1 && blockers[0]?.kind === 'no_seat';
      if (blockers.length > 0) {
        results.set(row, rowResult(row, full ? 'no_seat' : 'not_restorable', told(blockers)));
      } else {
        if (verdict.takesSeat) free -= 1;
        returners.push({ row, receipt, verdict });
      }
    }
  }
  return { results, returners };
}

function restored({ row, receipt, verdict: { missing } }: Returner) {
  const detail = missing.length === 0 ? null : `without what is gone: ${told(missing)}`;
  return rowResult(row, 'restored', detail, { differs: missing.length > 0, receipt_id: receipt.id });
}

/** D8 for many: the newest receipt of each, judged and given back as one would be. */
export const restoreRows: Judge<'restores'> = {
  admit: async () => {},
  async plan(work, rows, { partial = false }): Promise<Plan> {
    const { results, returners } = await sort(work, rows, partial);
    const settled = () => {
      for (const one of returners) results.set(one.row, restored(one));
      return results;
    };
    return {
      foreseen: settled,
      async carryOut() {
        await giveBack(work, returners);
        return settled();
      },
    };
  },
};
