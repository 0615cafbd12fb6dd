import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces resources run',
  summary: 'Run a workflow: makes a job',
  about:
    'The job is queued with the config that the workflow has now; whatever works it off moves its state on.',
  args: { workflow: { help: 'name or id of the workflow' } },
  flags: { name: { value: 'NAME', help: 'name of the job; by default made from the workflow’s' } },
  examples: [
    'tenantctl workspaces resources run nightly --workspace ops',
    'tenantctl workspaces resources run nightly --name nightly-2026-03-02 --json | jq -r .id',
  ],
  operations: ['resources.run'],
  next: 'tenantctl workspaces resources list --kind job',
} as const satisfies VerbSpec;

export type ResourcesRunOptions = OptionsOf<typeof spec>;

export function runCommand(ctx: Context, run = runRun): Verb {
  return verb(spec, ctx, run);
}

export async function runRun({ workflow, name }: ResourcesRunOptions, ctx: Context): Promise<void> {
  const params = { ...within(ctx), resource: workflow };
  const job = await ctx.client().call('resources.run', { params, body: { name } });
  await ctx.out.result(job, `Made the job ${job.name} (${job.id}), ${job.state ?? 'queued'}.`);
}
