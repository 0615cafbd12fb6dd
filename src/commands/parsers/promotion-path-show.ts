import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { pathColumns } from './columns.ts';
import { masterOf } from './family.ts';

const spec = {
  path: 'parsers promotion-path show',
  summary: 'Show the order in which parsers are promoted',
  about: "A master's own, or for a managed account its master's.",
  examples: [
    'tenantctl parsers promotion-path show --account acme',
    'tenantctl parsers promotion-path show --json | jq -r .accounts[].slug',
  ],
  operations: ['accounts.show', 'promotion_path.show'],
  next: 'tenantctl parsers promote NAME',
} as const satisfies VerbSpec;

export type PathShowOptions = OptionsOf<typeof spec>;

export function pathShowCommand(ctx: Context, run = pathShowRun): Verb {
  return verb(spec, ctx, run);
}

export async function pathShowRun(_options: PathShowOptions, ctx: Context): Promise<void> {
  const { id, slug } = await masterOf(ctx, ctx.account());
  const path = await ctx.client().call('promotion_path.show', { params: { account: id } });
  if (!['table', 'csv', 'id'].includes(ctx.out.format)) return await ctx.out.result(path);
  const rows = path.accounts.map((account, at) => ({ ...account, step: at + 1 }));
  const empty = `No path is declared. Try: tenantctl parsers promotion-path set DEV STAGING PROD --account ${slug}`;
  await ctx.out.list(pathColumns, rows, { all: true, empty });
}
