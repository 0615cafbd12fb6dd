import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { placeOf } from '../place.ts';
import { parserColumns, parserColumnsInFull } from './columns.ts';

const spec = {
  path: 'parsers list',
  summary: 'List the parsers of a workspace',
  about:
    'SOURCE says where a parser was copied from, and whether it was edited since. Without --workspace it is the workspace `default` of the account.',
  flags: {
    q: { value: 'TEXT', help: 'only those whose name has this text' },
    type: { value: 'TYPE', help: 'only those of this document type' },
    definitions: { help: 'with their definitions: how many fields and tables, in full with -o json' },
  },
  examples: [
    'tenantctl parsers list --account acme-dev',
    'tenantctl parsers list --type invoice --definitions',
    "tenantctl parsers list -o ndjson | jq -r 'select(.edited).name'",
  ],
  operations: ['parsers.list'],
  next: 'tenantctl parsers show NAME',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun({ q, type, definitions }: ListOptions, ctx: Context): Promise<void> {
  const { account, workspace } = placeOf(ctx);
  const full = definitions === true;
  const query = { workspace, q, document_type: type, definitions: full ? ('true' as const) : undefined };
  const rows = ctx.client().pages('parsers.list', { params: { account }, query }, ctx.max());
  const empty = `No parser here. Try: tenantctl parsers create NAME --file FILE --account ${account}`;
  await ctx.out.list(full ? parserColumnsInFull : parserColumns, rows, ctx.listing(empty));
}
