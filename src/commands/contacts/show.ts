import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { contactFacts } from './columns.ts';

const spec = {
  path: 'contacts show',
  summary: 'Show a contact, and what became of its invitation',
  args: { contact: { help: 'address or id' } },
  examples: [
    'tenantctl contacts show pia@partner.example --account acme',
    'tenantctl contacts show pia@partner.example --json --fields link',
  ],
  operations: ['contacts.show'],
  next: 'tenantctl contacts update CONTACT',
} as const satisfies VerbSpec;

export type ShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun({ contact }: ShowOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account(), contact };
  await ctx.out.item(contactFacts, await ctx.client().call('contacts.show', { params }));
}
