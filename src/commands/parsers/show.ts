import type { Context } from '../../context.ts';
import type { ParserDefinition } from '../../contract/types.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { parserFacts, readingColumns, readingsOf, revisionFacts } from './columns.ts';

const spec = {
  path: 'parsers show',
  summary: 'Show a parser: what it reads, its secrets, where it came from',
  about:
    'With --revision as it was then. Values of secrets are never shown. -o json has the whole definition.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  flags: { revision: { value: 'N', number: true, help: 'as it was at this revision' } },
  examples: [
    'tenantctl parsers show Invoice --account acme-dev',
    'tenantctl parsers show acme-prod/Invoice --revision 3',
    'tenantctl parsers show Invoice --json | jq .definition.fields[].name',
  ],
  operations: ['parsers.show', 'parsers.revision'],
  next: 'tenantctl parsers revisions NAME',
} as const satisfies VerbSpec;

export type ShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

export async function showRun({ name, revision }: ShowOptions, ctx: Context): Promise<void> {
  const { account, workspace, name: parser } = namedAt(ctx, name);
  const query = { workspace };
  if (revision === undefined) {
    const shown = await ctx.client().call('parsers.show', { params: { account, parser }, query });
    await ctx.out.item(parserFacts, shown);
    return await showReadings(ctx, shown.definition);
  }
  const shown = await ctx.client().call('parsers.revision', { params: { account, parser, revision }, query });
  await ctx.out.item(revisionFacts, shown);
  await showReadings(ctx, shown.definition);
}

/** For people; programs have the definition itself. */
async function showReadings(ctx: Context, definition: ParserDefinition): Promise<void> {
  if (ctx.out.format !== 'table' || ctx.flags.fields !== undefined) return;
  await ctx.out.raw('\n');
  await ctx.out.list(readingColumns, readingsOf(definition), { all: true });
}
