import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt, placeOf } from '../place.ts';

const spec = {
  path: 'forms save-copy',
  summary: 'Save a copy of an example, or of another form that you can see',
  about:
    'The copy is a form of the account and workspace that you work in: nothing ties it to where it came from.',
  args: { form: { help: 'ACCOUNT[/WORKSPACE]/NAME, as forms list --shared shows it' } },
  flags: { name: { value: 'NAME', help: 'what the copy is called; left out: as it is called there' } },
  examples: [
    'tenantctl forms save-copy umbrella/Visit --account partner',
    'tenantctl forms save-copy umbrella/Visit --name "Visit, ours" --workspace ops',
  ],
  operations: ['forms.save_copy'],
  next: 'tenantctl forms update NAME --file FILE',
} as const satisfies VerbSpec;

export type SaveCopyOptions = OptionsOf<typeof spec>;

export function saveCopyCommand(ctx: Context, run = saveCopyRun): Verb {
  return verb(spec, ctx, run);
}

export async function saveCopyRun({ form, name }: SaveCopyOptions, ctx: Context): Promise<void> {
  const from = namedAt(ctx, form);
  const { account, workspace } = placeOf(ctx);
  const made = await ctx.client().call('forms.save_copy', {
    params: { account },
    body: {
      from: { account: from.account, workspace: from.workspace, form: from.name },
      workspace,
      ...(name !== undefined && { name }),
    },
  });
  await ctx.out.result(made, `Saved ${form} as ${made.name} (${made.id}) in ${account}.`);
}
