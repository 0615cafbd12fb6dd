import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { configFrom } from './config-file.ts';
import { within } from './within.ts';

const kinds = ['connector', 'workflow'] as const;

const spec = {
  path: 'workspaces resources create',
  summary: 'Create a connector or a workflow',
  about:
    'Jobs are made by running a workflow. Everybody who may read the workspace reads the config: it is no place for secrets.',
  args: { name: { help: 'unique among those of its kind in the workspace' } },
  flags: {
    kind: { value: 'KIND', choices: kinds, required: 'Which kind', help: 'connector or workflow' },
    config: { value: 'FILE', help: 'its config: a JSON object, 64 KiB at most; - is stdin' },
  },
  examples: [
    'tenantctl workspaces resources create nightly --kind workflow --workspace ops',
    'tenantctl workspaces resources create crm --kind connector --config crm.json --account acme-org',
  ],
  operations: ['resources.create'],
  next: 'tenantctl workspaces resources run WORKFLOW',
} as const satisfies VerbSpec;

export type ResourcesCreateOptions = OptionsOf<typeof spec>;

export function createCommand(ctx: Context, run = createRun): Verb {
  return verb(spec, ctx, run);
}

export async function createRun(options: ResourcesCreateOptions, ctx: Context): Promise<void> {
  const { name, kind } = options;
  const config = options.config === undefined ? undefined : await configFrom(ctx, options.config);
  const made = await ctx
    .client()
    .call('resources.create', { params: within(ctx), body: { kind, name, config } });
  await ctx.out.result(made, `Created the ${made.kind} ${made.name} (${made.id}).`);
}
