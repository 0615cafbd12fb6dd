import type { Context } from '../../context.ts';
import { accountRoles, modules, workspaceRoles } from '../../contract/limits.ts';
import { usageError } from '../../errors.ts';
import { orGone, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { orNone } from './none.ts';

const spec = {
  path: 'members permission-sets save',
  summary: 'Save role, modules, children and workspaces under a name',
  about:
    'A set of that name is replaced as a whole. It is looked up when it is used: who was invited or changed with it keeps what they were given then. A user needs modules, or none said as such.',
  args: { name: { help: 'a-z, 0-9 and hyphens' } },
  flags: {
    role: { value: 'ROLE', choices: accountRoles, help: 'default user, or member in an organization' },
    modules: {
      value: 'MODULE,...',
      list: true,
      choices: [...modules, 'none'],
      help: `what a user is granted: ${modules.join(', ')}, or none`,
    },
    children: { value: 'ACCOUNT,...', list: true, help: 'managed accounts or sub-accounts to grant' },
    workspaces: { value: 'W=ROLE,...', list: true, help: 'workspaces of an organization, with a role' },
    ifRevision: { value: 'N', number: true, help: 'only if it is still at this revision' },
  },
  examples: [
    'tenantctl members permission-sets save editors --role user --modules parsers,forms --children acme-eu',
    'tenantctl members permission-sets save crew --role member --workspaces intake=operator --account acme-org',
  ],
  operations: ['permission_sets.show', 'permission_sets.save'],
  next: 'tenantctl invites send ADDRESS --permission-set NAME',
} as const satisfies VerbSpec;

export type SaveSetOptions = OptionsOf<typeof spec>;

export function permissionSetsSaveCommand(ctx: Context, run = permissionSetsSaveRun): Verb {
  return verb(spec, ctx, run);
}

export async function permissionSetsSaveRun(options: SaveSetOptions, ctx: Context): Promise<void> {
  const client = ctx.client();
  const params = { account: ctx.account(), name: options.name };
  const body = {
    ...(options.role !== undefined && { role: options.role }),
    ...(options.modules !== undefined && { modules: orNone('--modules', options.modules) }),
    ...(options.children !== undefined && { children: orNone('--children', options.children) }),
    ...(options.workspaces !== undefined && { workspaces: options.workspaces.map(placeOf) }),
  };
  const before = await orGone(client.call('permission_sets.show', { params }));
  const after = await client.call('permission_sets.save', { params, body, ifMatch: options.ifRevision });
  const granted = [after.role, ...after.modules].join(', ');
  await tellChange(ctx, {
    value: after,
    changed: after.revision !== before?.revision,
    done: `${before === null ? 'Saved' : 'Replaced'} ${after.name}: ${granted}.`,
    already: `${after.name} is like that already: ${granted}.`,
  });
}

function placeOf(given: string) {
  const [workspace = '', word] = given.split('=');
  const role = workspaceRoles.find((known) => known === word);
  if (workspace !== '' && role !== undefined) return { workspace, role };
  throw usageError(`--workspaces ${given}: not WORKSPACE=ROLE`, {
    code: 'invalid_value',
    why: `A role is one of ${workspaceRoles.join(', ')}.`,
  });
}
