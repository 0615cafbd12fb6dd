import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { sheetFacts } from './columns.ts';

const spec = {
  path: 'umbrella consent',
  summary: 'Show exactly what accepting comes to for an account',
  about:
    'Which forms become visible and at which role, who pays and up to what, what it gives beyond your plan, what stands in the way, and how to leave. Its digest is what you accept with: if anything changes meanwhile, accepting is refused.',
  args: { link: { help: 'id of the invitation, as in the mail or in umbrella invites' } },
  examples: [
    'tenantctl umbrella consent lnk_01j9... --account partner',
    'tenantctl umbrella consent lnk_01j9... --account partner --json | jq -r .digest',
  ],
  operations: ['umbrella_invites.consent'],
  next: 'tenantctl umbrella accept LINK --account ACCOUNT',
} as const satisfies VerbSpec;

export function consentCommand(ctx: Context, run = consentRun): Verb {
  return verb(spec, ctx, run);
}

export async function consentRun({ link }: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const query = { account: ctx.account() };
  const sheet = await ctx.client().call('umbrella_invites.consent', { params: { link }, query });
  await ctx.out.item(sheetFacts(sheet), sheet);
}
