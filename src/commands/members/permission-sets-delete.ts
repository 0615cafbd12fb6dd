import type { Context } from '../../context.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'members permission-sets delete',
  summary: 'Delete a permission set',
  about: 'Who was invited or changed with it keeps what they were given.',
  args: { name: { help: 'its name' } },
  flags: { ifRevision: { value: 'N', number: true, help: 'only if it is still at this revision' } },
  examples: ['tenantctl members permission-sets delete editors --account acme'],
  operations: ['permission_sets.delete'],
  next: 'tenantctl members permission-sets list',
} as const satisfies VerbSpec;

export type DeleteSetOptions = OptionsOf<typeof spec>;

export function permissionSetsDeleteCommand(ctx: Context, run = permissionSetsDeleteRun): Verb {
  return verb(spec, ctx, run);
}

export async function permissionSetsDeleteRun(options: DeleteSetOptions, ctx: Context): Promise<void> {
  const { name, ifRevision } = options;
  const params = { account: ctx.account(), name };
  const done = await ctx.client().call('permission_sets.delete', { params, ifMatch: ifRevision });
  await tellChange(ctx, {
    value: done,
    changed: done.changed,
    done: `Deleted ${name}.`,
    already: `${name} is deleted already.`,
  });
}
