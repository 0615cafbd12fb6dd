import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { revisionColumns } from './columns.ts';

const spec = {
  path: 'parsers revisions',
  summary: 'List the revisions of a parser, newest first',
  about: 'Each change makes one, also a secret that is set. Equal digests mean equal content.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  examples: [
    'tenantctl parsers revisions Invoice',
    'tenantctl parsers revisions acme-prod/Invoice --limit 5 --json',
  ],
  operations: ['parsers.revisions'],
  next: 'tenantctl parsers rollback NAME --to REVISION',
} as const satisfies VerbSpec;

export type RevisionsOptions = OptionsOf<typeof spec>;

export function revisionsCommand(ctx: Context, run = revisionsRun): Verb {
  return verb(spec, ctx, run);
}

export async function revisionsRun(options: RevisionsOptions, ctx: Context): Promise<void> {
  const { account, workspace, name: parser } = namedAt(ctx, options.name);
  const input = { params: { account, parser }, query: { workspace } };
  const rows = ctx.client().pages('parsers.revisions', input, ctx.max());
  await ctx.out.list(revisionColumns, rows, ctx.listing('It has no revision.'));
}
