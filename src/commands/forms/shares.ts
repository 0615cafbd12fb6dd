import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { shareColumns } from './columns.ts';

const spec = {
  path: 'forms shares',
  summary: 'List the accounts that have a role on a form, and why',
  about:
    'An umbrella has one by itself on every form of its sub-accounts, and sub-accounts on the examples of their umbrella. What was chosen for the umbrella ends with the link.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  examples: ['tenantctl forms shares Visit --account acme', 'tenantctl forms shares acme/Visit -o csv'],
  operations: ['forms.shares'],
  next: 'tenantctl forms share NAME ACCOUNT --role ROLE',
} as const satisfies VerbSpec;

export type SharesOptions = OptionsOf<typeof spec>;

export function sharesCommand(ctx: Context, run = sharesRun): Verb {
  return verb(spec, ctx, run);
}

export async function sharesRun({ name }: SharesOptions, ctx: Context): Promise<void> {
  const { account, workspace, name: form } = namedAt(ctx, name);
  const rows = ctx
    .client()
    .pages('forms.shares', { params: { account, form }, query: { workspace } }, ctx.max());
  await ctx.out.list(shareColumns, rows, ctx.listing(`No other account has a role on ${name}.`));
}
