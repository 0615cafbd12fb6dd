import type { Context } from '../../context.ts';
import { creditUnits } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'credits grant',
  summary: 'Grant credits that do not expire (staff only)',
  about:
    "Beside what the account's plan grants each month, and spent after it. The account's administrators find the grant and its reason in their ledger and audit trail.",
  args: { account: { help: 'id or slug' } },
  flags: {
    unit: { value: 'UNIT', choices: creditUnits, help: 'upload or message', required: 'Which unit' },
    amount: { value: 'N', number: true, help: 'how many', required: 'How many' },
    reason: { value: 'TEXT', help: 'why, for ledger and audit trail', required: 'Why' },
  },
  examples: [
    'tenantctl credits grant acme --unit upload --amount 5000 --reason "outage of 3 March" --profile staff',
    'tenantctl credits grant acme --unit message --amount 100 --reason goodwill --dry-run --profile staff',
  ],
  operations: ['credits.grant'],
  next: 'tenantctl credits verify',
} as const satisfies VerbSpec;

export type GrantOptions = OptionsOf<typeof spec>;

export function grantCommand(ctx: Context, run = grantRun): Verb {
  return verb(spec, ctx, run);
}

export async function grantRun({ account, unit, amount, reason }: GrantOptions, ctx: Context): Promise<void> {
  const body = { unit, amount, reason };
  const granted = await ctx.client().call('credits.grant', { params: { account }, body });
  const units = unit === 'upload' ? 'uploads' : 'messages';
  await ctx.out.result(granted, `Granted ${account} ${amount} ${units}; it has ${granted.balance} now.`);
}
