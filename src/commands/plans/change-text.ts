import type { Plan, PlanChange } from '../../contract/types.ts';
import { cellText } from '../../output/columns.ts';
import { counted } from '../change.ts';
import { money } from '../money.ts';
import { planFields } from './columns.ts';

/** Before and after of one thing, as the table of a preview shows it. */
export interface ChangeRow {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** The fields in which two plans differ. */
export function differences(from: Plan, to: Plan): ChangeRow[] {
  return planFields
    .filter(({ field, raw }) => field !== 'title' && raw(from) !== raw(to))
    .map(({ header, text }) => ({ what: header, before: cellText(text(from)), after: cellText(text(to)) }));
}

const lineNames: Record<PlanChange['lines'][number]['kind'], string> = {
  period: 'CHARGED',
  unused: 'GIVEN BACK',
  prorated: 'CHARGED',
  credit_kept: 'KEPT AS CREDIT',
  credit_used: 'PAID FROM CREDIT',
};

function amountText({ plan, days, amount_cents }: PlanChange['lines'][number]): string {
  const what = plan === null || days === null ? '' : ` for ${counted(days, 'day')} of ${plan}`;
  return `${money(Math.abs(amount_cents))}${what}`;
}

function nextText({ on, due_cents, credit_used_cents }: PlanChange['next']): string {
  const credit = credit_used_cents === 0 ? '' : `, after ${money(credit_used_cents)} of credit`;
  return `${money(due_cents)} on ${on}${credit}`;
}

/** When, and what it costs; the plans' own fields come before. */
function terms(change: PlanChange): ChangeRow[] {
  const { takes_effect, on, replaces, lines, due_cents, next } = change;
  const row = (what: string, after: string): ChangeRow => ({ what, before: '', after });
  return [
    row('TAKES EFFECT', takes_effect === 'now' ? `at once, ${on}` : `on ${on}`),
    ...(replaces === null ? [] : [row('INSTEAD OF', `${replaces.plan}, scheduled for ${replaces.at}`)]),
    ...lines.map((line) => row(lineNames[line.kind], amountText(line))),
    row('DUE NOW', money(due_cents)),
    row('NEXT BILL', nextText(next)),
  ];
}

export function changeRows(change: PlanChange): ChangeRow[] {
  const { from, to } = change;
  return [{ what: 'PLAN', before: from.name, after: to.name }, ...differences(from, to), ...terms(change)];
}

/** The same as sentences, for what is shown before a question. */
export function changeLines(change: PlanChange): string[] {
  const fields = differences(change.from, change.to);
  return [
    ...fields.map(({ what, before, after }) => `${what.toLowerCase()}: ${before} -> ${after}`),
    ...terms(change).map(({ what, after }) => `${what.toLowerCase()}: ${after}`),
  ];
}
