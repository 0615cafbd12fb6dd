import type { UsageOutcome } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import { type Charged, charge } from './charge.ts';
import { payerLine, postingOf } from './credits.ts';
import { invalid } from './errors.ts';
import type { Transaction } from './ports.ts';
import type { Input, Work } from './work.ts';

/** Clocks of meters may be a little fast. */
const AHEAD_MS = 5 * 60_000;

function detailOf(charged: Charged): string | null {
  switch (charged.outcome) {
    case 'recorded':
    case 'repeated':
      return null;
    case 'unknown_account':
      return 'there is no such account';
    case 'account_suspended':
      return `${charged.consumer.slug} is suspended`;
    case 'payer_suspended':
      return `${charged.consumer.payer.slug}, which pays, is suspended`;
    case 'conflict':
      return `charged before under this key: ${charged.earlier.amount} of the unit ${charged.earlier.unit}`;
    case 'insufficient':
      return `${charged.consumer.payer.slug}, which pays, has ${charged.left} left`;
    case 'cap_reached':
      return `the cap is ${charged.cap} a month, of which ${charged.used} are used`;
  }
}

/** Reports line up by who pays. */
export async function payersOf(
  transaction: Transaction,
  { body }: Input<'usage.record'>,
): Promise<string | undefined> {
  return await payerLine(transaction, [...new Set(body.records.map(({ account }) => account))]);
}

/**
 * Reported usage, each record for itself: one that is refused holds up no other. The ledger is the trail of what was
 * charged, record by record; the audit trail has the report.
 */
export async function recordUsage(
  work: Work,
  { body }: Input<'usage.record'>,
): Promise<Answer<'usage.record'>> {
  const latest = new Date(work.now.getTime() + AHEAD_MS).toISOString();
  body.records.forEach(({ at }, index) => {
    if (at !== undefined && new Date(at).toISOString() > latest)
      throw invalid(`/records/${index}/at`, 'must not lie in the future.');
  });
  const uses = body.records.map(({ at, ...use }) => ({ ...use, usedAt: at && new Date(at).toISOString() }));
  const charged = await charge(postingOf(work), uses);
  const results = charged.map((each, index) => {
    const { account = '', key = '' } = body.records[index] ?? {};
    return { account, key, outcome: each.outcome satisfies UsageOutcome, detail: detailOf(each) };
  });
  const recorded = charged.filter(({ outcome }) => outcome === 'recorded').length;
  if (recorded > 0) {
    const id = 'tokenId' in work.actor ? work.actor.tokenId : '';
    work.record({ target: { kind: 'usage', id, name: null }, after: { records: uses.length, recorded } });
  }
  return { results, recorded };
}
