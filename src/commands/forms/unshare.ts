import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { setShares } from './sharing.ts';

const spec = {
  path: 'forms unshare',
  summary: 'Take a form away from other accounts',
  about:
    'From the umbrella it takes also what that has by itself, for this form and as long as the link lasts; forms share --role automatic gives it back.',
  args: {
    name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' },
    account: { help: 'slugs or ids of accounts', rest: true },
  },
  examples: [
    'tenantctl forms unshare Visit umbrella --account partner',
    'tenantctl forms unshare acme/Visit other-account --dry-run',
  ],
  operations: ['forms.share'],
  next: 'tenantctl forms shares NAME',
} as const satisfies VerbSpec;

export type UnshareOptions = OptionsOf<typeof spec>;

export function unshareCommand(ctx: Context, run = unshareRun): Verb {
  return verb(spec, ctx, run);
}

export async function unshareRun({ name, account }: UnshareOptions, ctx: Context): Promise<void> {
  await setShares(ctx, { name, accounts: account, role: 'none' });
}
