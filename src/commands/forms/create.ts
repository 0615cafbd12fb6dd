import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { formFrom, placedIn } from './from-file.ts';

const spec = {
  path: 'forms create',
  summary: 'Create a form from a file',
  about:
    'The file is YAML or JSON (tenantctl help forms). NAME, --title and --description win over what it says. While the account is linked to an umbrella, that sees the new form at once, as data_manager.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME' } },
  flags: {
    file: { value: 'FILE', help: 'what it asks; - is stdin', required: 'Which file has the questions?' },
    title: { value: 'TEXT', help: 'what people read above it' },
    description: { value: 'TEXT', help: 'one line for people' },
  },
  examples: [
    'tenantctl forms create Visit --file examples/forms/visit.yaml --account acme',
    'tenantctl forms create acme/Visit-2 --file visit.yaml --title "Second visit"',
    'tenantctl forms create Order --file - < order.json',
  ],
  operations: ['forms.create'],
  next: 'tenantctl forms shares NAME',
} as const satisfies VerbSpec;

export type CreateOptions = OptionsOf<typeof spec>;

export function createCommand(ctx: Context, run = createRun): Verb {
  return verb(spec, ctx, run);
}

export async function createRun(options: CreateOptions, ctx: Context): Promise<void> {
  const { name, account, workspace } = namedAt(ctx, options.name);
  const found = await formFrom(ctx, options.file);
  const { title, description } = options;
  const body = {
    ...found.content,
    workspace,
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
  };
  const form = await placedIn(ctx.client().call('forms.create', { params: { account }, body }), found);
  await ctx.out.result(form, `Created ${form.name} (${form.id}) in ${account}.`);
}
