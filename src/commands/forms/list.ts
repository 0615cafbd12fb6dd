import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { placeOf } from '../place.ts';
import { formColumns, sharedColumns } from './columns.ts';

const spec = {
  path: 'forms list',
  summary: 'List the forms of a workspace, or those that other accounts share',
  about:
    'With --shared those of other accounts, named as other commands take them, and the role that this account has: an umbrella finds the forms of its sub-accounts there, a sub-account the examples of its umbrella. Without --workspace it is the workspace `default` of the account.',
  flags: {
    q: { value: 'TEXT', help: 'only those whose name or title has this text' },
    shared: { help: 'those that other accounts share with this one' },
  },
  examples: [
    'tenantctl forms list --account acme',
    'tenantctl forms list --shared --account umbrella',
    "tenantctl forms list --shared -o ndjson | jq -r 'select(.example).name'",
  ],
  operations: ['forms.list'],
  next: 'tenantctl forms show NAME',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun({ q, shared }: ListOptions, ctx: Context): Promise<void> {
  const { account, workspace } = placeOf(ctx);
  const query = { workspace, q, shared: shared === true ? ('in' as const) : undefined };
  const rows = ctx.client().pages('forms.list', { params: { account }, query }, ctx.max());
  const empty =
    shared === true
      ? `No other account shares a form with ${account}.`
      : `No form here. Try: tenantctl forms create NAME --file FILE --account ${account}`;
  await ctx.out.list(shared === true ? sharedColumns : formColumns, rows, ctx.listing(empty));
}
