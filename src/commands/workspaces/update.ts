import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { noteStillNamed } from './within.ts';

const spec = {
  path: 'workspaces update',
  summary: 'Change name or slug of a workspace',
  about: 'A slug that was given up is given to no other workspace of the account for 90 days.',
  args: { workspace: { help: 'slug or id' } },
  flags: {
    name: { value: 'NAME', help: 'what people read' },
    slug: { value: 'SLUG', help: 'the new slug; the old one stops working' },
    ifRevision: { value: 'N', number: true, help: 'only if it is still at this revision' },
  },
  examples: [
    'tenantctl workspaces update default --name "Head office" --slug head-office',
    'tenantctl workspaces update ops --name Operations --account acme-org --if-revision 3',
  ],
  operations: ['workspaces.show', 'workspaces.update'],
  next: 'tenantctl workspaces show WORKSPACE',
} as const satisfies VerbSpec;

export type UpdateOptions = OptionsOf<typeof spec>;

export function updateCommand(ctx: Context, run = updateRun): Verb {
  return verb(spec, ctx, run);
}

export async function updateRun(options: UpdateOptions, ctx: Context): Promise<void> {
  const { workspace, name, slug, ifRevision } = options;
  if (name === undefined && slug === undefined) {
    throw usageError('nothing to change', { hint: 'tenantctl workspaces update --help' });
  }
  const client = ctx.client();
  const params = { account: ctx.account(), workspace };
  const before = await client.call('workspaces.show', { params });
  const after = await client.call('workspaces.update', {
    params: { ...params, workspace: before.id },
    body: { name, slug },
    ifMatch: ifRevision,
  });
  await tellChange(ctx, {
    value: after,
    changed: after.revision !== before.revision,
    done: `Changed the workspace ${after.slug} (revision ${after.revision}).`,
    already: `${after.slug} is like that already.`,
  });
  if (after.slug !== before.slug) noteStillNamed(ctx, before.slug);
}
