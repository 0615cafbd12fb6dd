import type { Context } from '../../context.ts';
import { jobStates, resourceKinds } from '../../contract/limits.ts';
import { usageError } from '../../errors.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { configFrom } from './config-file.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces resources update',
  summary: 'Change name or config of a resource, or the state of a job',
  about:
    'The config is replaced as a whole. A job goes forward only: queued, running, then succeeded, failed or cancelled.',
  args: { resource: { help: 'name or id' } },
  flags: {
    kind: { value: 'KIND', choices: resourceKinds, help: 'which one, where several have the name' },
    name: { value: 'NAME', help: 'its new name' },
    config: { value: 'FILE', help: 'its new config: a JSON object; - is stdin' },
    state: { value: 'STATE', choices: jobStates, help: 'the new state of a job' },
    ifRevision: { value: 'N', number: true, help: 'only if it is still at this revision' },
  },
  examples: [
    'tenantctl workspaces resources update nightly --config nightly.json --if-revision 3',
    'tenantctl workspaces resources update crm --kind connector --name crm-eu --workspace ops',
    'tenantctl workspaces resources update nightly-0f3k9x2c --state cancelled',
  ],
  operations: ['resources.show', 'resources.update'],
  next: 'tenantctl workspaces resources show RESOURCE',
} as const satisfies VerbSpec;

export type ResourcesUpdateOptions = OptionsOf<typeof spec>;

export function updateCommand(ctx: Context, run = updateRun): Verb {
  return verb(spec, ctx, run);
}

export async function updateRun(options: ResourcesUpdateOptions, ctx: Context): Promise<void> {
  const { resource, kind, name, state, ifRevision } = options;
  if (name === undefined && state === undefined && options.config === undefined) {
    throw usageError('nothing to change', { hint: 'tenantctl workspaces resources update --help' });
  }
  const config = options.config === undefined ? undefined : await configFrom(ctx, options.config);
  const client = ctx.client();
  const params = within(ctx);
  const before = await client.call('resources.show', { params: { ...params, resource }, query: { kind } });
  const after = await client.call('resources.update', {
    params: { ...params, resource: before.id },
    body: { name, config, state },
    ifMatch: ifRevision,
  });
  await tellChange(ctx, {
    value: after,
    changed: after.revision !== before.revision,
    done: `Changed the ${after.kind} ${after.name} (revision ${after.revision}).`,
    already: `${after.name} is like that already.`,
  });
}
