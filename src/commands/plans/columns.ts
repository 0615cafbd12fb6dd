import type { Plan } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

/** A plan as a row: the one place that maps it. */
export const planColumns: readonly Column<Plan>[] = [
  { header: 'NAME', value: (plan) => plan.name, keep: true },
  { header: 'TITLE', value: (plan) => plan.title },
  { header: 'MONTHLY', value: (plan) => (plan.monthly_price_cents / 100).toFixed(2), align: 'right' },
  { header: 'SEATS', value: (plan) => plan.limits.seats ?? 'unlimited', align: 'right' },
  { header: 'MAILS A DAY', value: (plan) => plan.limits.mails_per_day ?? 'unlimited', align: 'right' },
  { header: 'PARSERS', value: (plan) => plan.limits.parsers ?? 'unlimited', align: 'right' },
  { header: 'MANAGED ACCOUNTS', value: (plan) => plan.entitlements.managed_accounts },
  { header: 'UMBRELLA', value: (plan) => plan.entitlements.umbrella },
  { header: 'SELF-SERVE', value: (plan) => plan.self_serve },
];
