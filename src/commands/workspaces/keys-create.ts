import type { Context } from '../../context.ts';
import { keyRoles, limits } from '../../contract/limits.ts';
import type { WorkspaceKeyWithSecret } from '../../contract/types.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { mustBeShown, showOnce } from '../shown-once.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces keys create',
  summary: 'Make a key that works in one workspace only, and show its secret once',
  about:
    'It belongs to the workspace: it works nowhere else, outlives who made it, and is dead at once when it is deleted or the workspace goes.',
  args: { name: { help: 'what it is for, for people' } },
  flags: {
    role: {
      value: 'ROLE',
      choices: keyRoles,
      required: 'Which role',
      help: `what it may do there: ${keyRoles.join(', ')}`,
    },
    expiresInDays: {
      value: 'N',
      number: true,
      help: `days until it ends (${limits.keyDays}, at most ${limits.keyDaysMax})`,
    },
  },
  examples: [
    'tenantctl workspaces keys create importer --role operator --workspace ops',
    'tenantctl workspaces keys create dashboard --role viewer --expires-in-days 30 --out key.txt',
  ],
  operations: ['workspace_keys.create'],
  next: 'TENANTCTL_TOKEN_FILE=FILE tenantctl whoami',
} as const satisfies VerbSpec;

export type KeysCreateOptions = OptionsOf<typeof spec>;

export function createCommand(ctx: Context, run = createRun): Verb {
  return verb(spec, ctx, run);
}

export async function createRun(options: KeysCreateOptions, ctx: Context): Promise<void> {
  mustBeShown(ctx, 'secret,key.id');
  const { name, role, expiresInDays: expires_in_days } = options;
  const params = within(ctx);
  const body = { name, role, expires_in_days };
  await showOnce(
    ctx,
    () => ctx.client().call('workspace_keys.create', { params, body }),
    described(params.workspace),
  );
}

const described =
  (workspace: string) =>
  ({ key: { name, id, role, expires_at } }: WorkspaceKeyWithSecret): string =>
    `Made the key ${name} (${id}) with the role ${role} in ${workspace}, until ${expires_at}`;
