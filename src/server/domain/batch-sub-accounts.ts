import { parseAddress } from '../../contract/address.ts';
import { shapes } from '../../contract/shapes.ts';
import type { BatchDefaults, BatchRow, RowResult } from '../../contract/types.ts';
import { capsOfRow } from './batch-caps.ts';
import { type Judge, type Plan, rowResult, sameAs } from './batch-rows.ts';
import { mustHold } from './condition.ts';
import { mustMail } from './mailed-secrets.ts';
import { judgeSubOffer, type ReadySubOffer, type SubOffer, sendSubOffer } from './sub-offers.ts';
import { umbrellaConditions } from './umbrellas.ts';
import type { AccountWork } from './work.ts';

type Sent = BatchRow<'sub_accounts'>;
type Defaults = BatchDefaults<'sub_accounts'>;

const contradiction = 'another row asks for another cap, name or number for this address';
const firstName = shapes['sub_accounts.invite'].body.shape.first_name;

/** What a row says by itself: an offer, or what is wrong with it. */
function offerOf(sent: Sent, defaults: Defaults, batchId: string | null): SubOffer | RowResult {
  const { row } = sent;
  if (sent.conflicting === true) return rowResult(row, 'conflicting_rows', contradiction);
  if (sent.marked === false) return rowResult(row, 'not_marked', 'is not marked as sub-account');
  const caps = capsOfRow(sent, defaults);
  if ('detail' in caps) return rowResult(row, 'invalid_cap', caps.detail);
  // A name that cannot stand in a greeting is left out of it.
  const name = firstName.safeParse(sent.first_name);
  return {
    email: sent.email,
    invitee: null,
    caps,
    firstName: name.success ? (name.data ?? null) : null,
    mobile: sent.mobile ?? null,
    reinviteDeclined: defaults.reinvite_declined ?? false,
    batchId,
  };
}

const asks = ({ caps, firstName: name, mobile }: SubOffer): string => JSON.stringify([caps, name, mobile]);

/** The rows by themselves: bad ones, and the second and later ones of an address within the chunk. */
function judgeAlone(rows: readonly Sent[], defaults: Defaults, batchId: string | null) {
  const results = new Map<number, RowResult>();
  const first = new Map<string, { row: number; offer: SubOffer }>();
  for (const sent of rows) {
    const { row, duplicate_of: duplicateOf } = sent;
    const offer = duplicateOf === undefined ? offerOf(sent, defaults, batchId) : sameAs(row, duplicateOf);
    if ('outcome' in offer) {
      results.set(row, offer);
      continue;
    }
    const address = parseAddress(offer.email);
    const key = address.ok ? address.folded : `row ${row}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, { row, offer });
    else if (asks(earlier.offer) === asks(offer)) results.set(row, sameAs(row, earlier.row));
    else
      results.set(
        row,
        rowResult(row, 'conflicting_rows', `row ${earlier.row} has the same address with other values`),
      );
  }
  return { results, offers: [...first.values()] };
}

/**
 * Accounts to bring under the umbrella, by the addresses of their owners: each as one would be invited. What a row comes
 * to depends on nothing but what the umbrella did before.
 */
export const subAccountRows: Judge<'sub_accounts'> = {
  async admit(work: AccountWork) {
    await work.authorise(work.tenant.accountId, 'sub_accounts.invite');
    mustMail(work);
    mustHold(umbrellaConditions(work.standing));
  },
  async plan(work, rows, defaults, batchId): Promise<Plan> {
    const { results, offers } = judgeAlone(rows, defaults, batchId);
    const ready: { row: number; offer: ReadySubOffer }[] = [];
    for (const { row, offer } of offers) {
      const judged = await judgeSubOffer(work, offer);
      if (judged.outcome === 'ready') ready.push({ row, offer: judged });
      else results.set(row, rowResult(row, judged.outcome, judged.detail, { link_id: judged.linkId }));
    }
    return {
      foreseen() {
        for (const { row } of ready) results.set(row, rowResult(row, 'invited', null));
        return results;
      },
      async carryOut() {
        for (const { row, offer } of ready)
          results.set(row, rowResult(row, 'invited', null, { link_id: await sendSubOffer(work, offer) }));
        return results;
      },
    };
  },
};
