import { type CreditUnit, creditUnits } from '../../contract/limits.ts';
import type { CreditDrift, CreditEntry, Credits, CreditUsage } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

/** One unit of an account's credits. */
export interface UnitRow {
  readonly unit: CreditUnit;
  readonly of: Credits['units']['upload'];
  readonly payer: string;
  readonly expires_at: string;
}

export function unitRows({ units, payer, expires_at }: Credits): UnitRow[] {
  return creditUnits.map((unit) => ({ unit, of: units[unit], payer: payer.slug, expires_at }));
}

export const unitColumns: readonly Column<UnitRow>[] = [
  { header: 'UNIT', value: ({ unit }) => unit },
  { header: 'BALANCE', value: ({ of }) => of.balance, align: 'right' },
  { header: 'OF THE MONTH', value: ({ of }) => of.monthly_left, align: 'right' },
  { header: 'A MONTH', value: ({ of }) => of.monthly_grant ?? 'unlimited', align: 'right' },
  { header: 'USED', value: ({ of }) => of.used, align: 'right' },
  { header: 'PAID FOR', value: ({ of }) => of.paid, align: 'right' },
  {
    header: 'CAP',
    value: ({ of: { cap } }) =>
      cap === null ? '' : cap.limit === null ? 'none' : `${cap.used}/${cap.limit}`,
    align: 'right',
  },
  { header: 'PAYER', value: ({ payer }) => payer },
];

export const entryColumns: readonly Column<CreditEntry>[] = [
  { header: 'AT', value: ({ at }) => at },
  { header: 'KIND', value: ({ kind }) => kind },
  { header: 'UNIT', value: ({ unit }) => unit },
  { header: 'AMOUNT', value: ({ amount }) => amount, align: 'right' },
  { header: 'CONSUMER', value: ({ consumer }) => consumer.slug },
  { header: 'PAYER', value: ({ payer }) => payer.slug },
  { header: 'CAUSE', value: ({ cause }) => cause },
  { header: 'BY', value: ({ actor }) => actor?.name ?? actor?.kind },
];

export type UsageRow = CreditUsage['data'][number];

export const usageColumns: readonly Column<UsageRow>[] = [
  { header: 'PERIOD', value: ({ period }) => period },
  { header: 'ACCOUNT', value: ({ account }) => account?.slug },
  { header: 'UPLOADS USED', value: ({ used }) => used.upload, align: 'right' },
  { header: 'UPLOADS PAID', value: ({ paid }) => paid.upload, align: 'right' },
  { header: 'MESSAGES USED', value: ({ used }) => used.message, align: 'right' },
  { header: 'MESSAGES PAID', value: ({ paid }) => paid.message, align: 'right' },
];

export const driftColumns: readonly Column<CreditDrift>[] = [
  { header: 'PAYER', value: ({ payer }) => payer, keep: true },
  { header: 'UNIT', value: ({ unit }) => unit },
  { header: 'WHAT', value: ({ field }) => field },
  { header: 'STORED', value: ({ stored }) => stored, align: 'right' },
  { header: 'ENTRIES', value: ({ entries }) => entries, align: 'right' },
];
