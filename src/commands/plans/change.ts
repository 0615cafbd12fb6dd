import type { Context } from '../../context.ts';
import type { Answer } from '../../contract/shapes.ts';
import { asTyped, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { money } from '../money.ts';
import { changeLines } from './change-text.ts';

const spec = {
  path: 'plans change',
  summary: 'Change the plan of an account',
  about:
    'An upgrade takes effect at once, a downgrade at the end of the period unless --now is given. On a terminal it shows what changes and asks; elsewhere the command is the consent. If the account does not fit the plan, everything that stands in the way is listed and nothing is changed. Staff give a reason, and what they set takes effect at once.',
  args: { plan: { help: 'the plan to go to' } },
  flags: {
    now: { help: 'a downgrade at once; the days that are left are kept as credit' },
    reason: { value: 'TEXT', help: 'why, for the audit trail; staff must say' },
  },
  examples: [
    'tenantctl plans change professional --dry-run',
    'tenantctl plans change professional --account acme-dev --yes',
    'tenantctl plans change basic --now',
    'tenantctl plans change enterprise --account acme --reason "contract 7" --profile staff',
  ],
  operations: ['subscription.preview', 'subscription.change'],
  fanOut: true,
  next: 'tenantctl billing show',
} as const satisfies VerbSpec;

export type ChangeOptions = OptionsOf<typeof spec>;

export function changeCommand(ctx: Context, run = changeRun): Verb {
  return verb(spec, ctx, run);
}

export async function changeRun({ plan, now, reason }: ChangeOptions, ctx: Context): Promise<void> {
  const client = ctx.client();
  const account = ctx.account();
  const params = { account };
  const body = { plan, now, reason };
  const dryRun = ctx.flags.dryRun === true;
  if (dryRun || !ctx.prompt.allowed)
    return await tell(ctx, account, await client.call('subscription.change', { params, body }));
  const change = await client.call('subscription.preview', { params, body: { plan, now } });
  const shown = { params, body: { ...body, digest: change.digest } };
  // Refused or so already: told before anybody is asked.
  const would = await client.call('subscription.change', { ...shown, dryRun: true });
  if (!would.changed) return await tell(ctx, account, would);
  await ctx.confirmed({
    weight: 'yes',
    what: `change ${account} from ${change.from.name} to ${change.to.name}`,
    consequences: changeLines(change),
    command: asTyped(ctx, `tenantctl plans change ${plan}${now ? ' --now' : ''} --account ${account}`),
  });
  await tell(ctx, account, await client.call('subscription.change', shown));
}

async function tell(ctx: Context, account: string, answer: Answer<'subscription.change'>): Promise<void> {
  const dryRun = ctx.flags.dryRun === true;
  const [goes, is] = dryRun ? ['would go', 'would be'] : ['goes', 'is'];
  const { changed, change, subscription } = answer;
  const { from, to, takes_effect, on } = change;
  if (dryRun && changed) for (const line of changeLines(change)) ctx.out.note(line);
  await tellChange(ctx, {
    value: answer,
    changed,
    done:
      takes_effect === 'period_end'
        ? `${account} ${goes} to ${to.name} on ${on}; until then it stays on ${from.name}.`
        : `${account} ${is} on ${to.name} now. ${moneyText(change)}`,
    already: alreadyText(account, to.name, subscription.scheduled),
  });
}

function moneyText({ due_cents, balance_cents, next }: Answer<'subscription.change'>['change']): string {
  const credit = balance_cents === 0 ? '' : `, ${money(balance_cents)} kept as credit`;
  return `Due now: ${money(due_cents)}${credit}; next bill: ${money(next.due_cents)} on ${next.on}.`;
}

function alreadyText(
  account: string,
  plan: string,
  scheduled: Answer<'subscription.change'>['subscription']['scheduled'],
): string {
  if (scheduled === null) return `${account} is on ${plan} already.`;
  if (scheduled.plan === plan) return `${account} goes to ${plan} on ${scheduled.at} already.`;
  return `${account} is on ${plan} already, until it goes to ${scheduled.plan} on ${scheduled.at}. To stay: tenantctl plans cancel-change --account ${account}`;
}
