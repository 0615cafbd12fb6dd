import { type CreditUnit, creditUnits } from '../../contract/limits.ts';
import { monthOf } from './calendar.ts';
import type { Terms } from './entitlements.ts';
import type { Consumer, Purse } from './ports/ledger.ts';
import { Posting, type PostingContext } from './posting.ts';

const limitNames = { upload: 'uploads_per_month', message: 'messages_per_month' } as const;

/** What a plan grants of a unit a month; null where it has no limit. */
export function grantOf(limits: Terms['limits'], unit: CreditUnit): number | null {
  return limits[limitNames[unit]];
}

/** Is the month over that the plan's grant was last made for? */
export function isOver(purse: Purse, now: Date): boolean {
  return purse.month < monthOf(now);
}

/** The turn of the month for a payer, as far as it has not been made. */
export function turnMonth(
  posting: Posting,
  payer: Pick<Consumer['payer'], 'accountId' | 'limits'>,
  now: Date,
): void {
  for (const unit of creditUnits) {
    if (isOver(posting.purse(payer.accountId, unit), now))
      posting.grantMonth(payer.accountId, unit, grantOf(payer.limits, unit));
  }
}

/** Brings the month's grants of an account up to its plan: when it is made, and when it gets a higher one. */
export async function grantByPlan(
  context: PostingContext,
  accountId: string,
  limits: Terms['limits'],
): Promise<void> {
  const posting = await Posting.begin(context, [accountId]);
  for (const unit of creditUnits) posting.grantMonth(accountId, unit, grantOf(limits, unit));
  await posting.write();
}
