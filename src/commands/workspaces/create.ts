import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'workspaces create',
  summary: 'Create a workspace in an organization',
  about:
    'Nobody is in it at first; super admins act in it all the same. How many there may be, the plan says. Standard and personal accounts have their one workspace.',
  args: { name: { help: 'what people read; the slug is made from it unless --slug is given' } },
  flags: { slug: { value: 'SLUG', help: '3 to 63 of a-z, 0-9 and hyphens, unique in the account' } },
  examples: [
    'tenantctl workspaces create Operations --account acme-org',
    'tenantctl workspaces create "North America" --slug na --json',
  ],
  operations: ['workspaces.create'],
  next: 'tenantctl workspaces members add PERSON --role ROLE --workspace WORKSPACE',
} as const satisfies VerbSpec;

export type CreateOptions = OptionsOf<typeof spec>;

export function createCommand(ctx: Context, run = createRun): Verb {
  return verb(spec, ctx, run);
}

export async function createRun({ name, slug }: CreateOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account() };
  const made = await ctx.client().call('workspaces.create', { params, body: { name, slug } });
  await ctx.out.result(made, `Created the workspace ${made.slug} (${made.id}).`);
}
