import type { Context } from '../../context.ts';
import { toFormFile } from '../../contract/form-file.ts';
import type { FormFile } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';
import { yamlText } from '../../output/rows.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { askedColumns, askedOf, formFacts } from './columns.ts';

const spec = {
  path: 'forms show',
  summary: 'Show a form and what it asks',
  about: 'With --as-file as the file that forms create and forms update read.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  flags: { asFile: { help: 'as a file: content alone, without ids and revision' } },
  examples: [
    'tenantctl forms show Visit --account acme',
    'tenantctl forms show partner/Visit',
    'tenantctl forms show Visit --as-file --out visit.yaml',
  ],
  operations: ['forms.show'],
  next: 'tenantctl forms shares NAME',
} as const satisfies VerbSpec;

export type ShowOptions = OptionsOf<typeof spec>;

export function showCommand(ctx: Context, run = showRun): Verb {
  return verb(spec, ctx, run);
}

const fileFacts: readonly Column<FormFile>[] = [
  { header: 'NAME', value: (file) => file.name },
  { header: 'TITLE', value: (file) => file.title },
  { header: 'DESCRIPTION', value: (file) => file.description },
];

export async function showRun({ name, asFile }: ShowOptions, ctx: Context): Promise<void> {
  const { account, workspace, name: form } = namedAt(ctx, name);
  const shown = await ctx.client().call('forms.show', { params: { account, form }, query: { workspace } });
  if (asFile === true) {
    const file = toFormFile(shown);
    if (ctx.out.format === 'table') await ctx.out.raw(await yamlText(file));
    else await ctx.out.item(fileFacts, file);
    return;
  }
  await ctx.out.item(formFacts, shown);
  // For people; programs have the questions themselves.
  if (ctx.out.format !== 'table' || ctx.flags.fields !== undefined) return;
  await ctx.out.raw('\n');
  await ctx.out.list(askedColumns, askedOf(shown), { all: true });
}
