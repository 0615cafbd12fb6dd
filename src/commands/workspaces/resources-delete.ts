import type { Context } from '../../context.ts';
import { resourceKinds } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import { asTyped, counted, orGone, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces resources delete',
  summary: 'Delete a connector, a job, or a workflow with its jobs',
  args: { resource: { help: 'name or id' } },
  flags: { kind: { value: 'KIND', choices: resourceKinds, help: 'which one, where several have the name' } },
  examples: [
    'tenantctl workspaces resources delete nightly --workspace ops --dry-run',
    'tenantctl workspaces resources delete crm --kind connector --yes',
  ],
  operations: ['resources.show', 'resources.delete'],
  next: 'tenantctl workspaces resources list',
} as const satisfies VerbSpec;

export type ResourcesDeleteOptions = OptionsOf<typeof spec>;

export function deleteCommand(ctx: Context, run = deleteRun): Verb {
  return verb(spec, ctx, run);
}

export async function deleteRun({ resource, kind }: ResourcesDeleteOptions, ctx: Context): Promise<void> {
  const client = ctx.client();
  const params = within(ctx);
  const { account, workspace } = params;
  const found = await orGone(
    client.call('resources.show', { params: { ...params, resource }, query: { kind } }),
  );
  const what = found === null ? resource : `the ${found.kind} ${found.name}`;
  const request = {
    params: { ...params, resource: found?.id ?? resource },
    query: { kind },
    ifMatch: found?.revision,
  };
  // Refused or gone already: told before anybody is asked.
  const preview = await client.call('resources.delete', { ...request, dryRun: true });
  if (ctx.flags.dryRun === true || !preview.changed) return await tell(ctx, what, preview);
  const flag = kind === undefined ? '' : ` --kind ${kind}`;
  await ctx.confirmed({
    weight: 'yes',
    what: `delete ${what} of the workspace ${workspace} of ${account}`,
    consequences: preview.jobs === 0 ? [] : [`with it ${counted(preview.jobs, 'job')} that it ran`],
    command: asTyped(
      ctx,
      `tenantctl workspaces resources delete ${resource}${flag} --workspace ${workspace} --account ${account}`,
    ),
  });
  await tell(ctx, what, await client.call('resources.delete', request));
}

async function tell(ctx: Context, what: string, answer: Answer<'resources.delete'>): Promise<void> {
  const jobs = answer.jobs === 0 ? '' : ` with ${counted(answer.jobs, 'job')}`;
  const done = ctx.flags.dryRun === true ? `${what}${jobs} would be deleted.` : `Deleted ${what}${jobs}.`;
  await tellChange(ctx, {
    value: answer,
    changed: answer.changed,
    done: done.charAt(0).toUpperCase() + done.slice(1),
    already: `${what} is deleted already.`,
  });
}
