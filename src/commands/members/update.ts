import type { Context } from '../../context.ts';
import { accountRoles, modules } from '../../contract/limits.ts';
import type { PermissionSet } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { chosenSet, permissionSetFlag } from '../permission-set.ts';
import { orNone } from './none.ts';

const spec = {
  path: 'members update',
  summary: 'Change role, modules or children of a member',
  about:
    'Modules and children are replaced as a whole; only the role user has them. The last administrator keeps the role.',
  args: { member: { help: 'address or id' } },
  flags: {
    role: { value: 'ROLE', choices: accountRoles, help: 'the new role' },
    modules: {
      value: 'MODULE,...',
      list: true,
      choices: [...modules, 'none'],
      help: `the modules of a user: ${modules.join(', ')}, or none`,
    },
    children: {
      value: 'ACCOUNT,...',
      list: true,
      help: 'the managed accounts that a user may enter, or none',
    },
    permissionSet: permissionSetFlag,
    ifRevision: { value: 'N', number: true, help: 'only if it is still at this revision' },
  },
  examples: [
    'tenantctl members update ana@example.com --role admin',
    'tenantctl members update bo@example.com --modules forms,reports --account acme',
    'tenantctl members update bo@example.com --children acme-dev,acme-staging',
    'tenantctl members update bo@example.com --permission-set editors',
  ],
  operations: ['permission_sets.show', 'members.show', 'members.update'],
  fanOut: { without: ['children', 'permissionSet', 'ifRevision'], absent: 'skipped' },
  next: 'tenantctl members show MEMBER',
} as const satisfies VerbSpec;

export type UpdateOptions = OptionsOf<typeof spec>;

export function updateCommand(ctx: Context, run = updateRun): Verb {
  return verb(spec, ctx, run);
}

export async function updateRun(options: UpdateOptions, ctx: Context): Promise<void> {
  const account = ctx.account();
  const set = await chosenSet(ctx, account, options);
  const body = set === null ? changeOf(options) : grantsOf(set);
  if (Object.keys(body).length === 0) {
    throw usageError('nothing to change', { hint: 'tenantctl members update --help' });
  }
  const client = ctx.client();
  const params = { account, member: options.member };
  const before = await client.call('members.show', { params });
  const after = await client.call('members.update', { params, body, ifMatch: options.ifRevision });
  const { email } = after.user;
  const granted = [after.role, ...after.modules].join(', ');
  await tellChange(ctx, {
    value: after,
    changed: after.revision !== before.revision,
    done: `Changed ${email}: ${granted}.`,
    already: `${email} is like that already: ${granted}.`,
  });
}

/** Workspaces of a set are for those who are invited: a member is placed by workspaces members add. */
function grantsOf({ role, modules: granted, children }: PermissionSet) {
  return { role, modules: granted, children: children.map(({ link_id }) => link_id) };
}

function changeOf(options: UpdateOptions) {
  return {
    ...(options.role === undefined ? {} : { role: options.role }),
    ...(options.modules === undefined ? {} : { modules: orNone('--modules', options.modules) }),
    ...(options.children === undefined ? {} : { children: orNone('--children', options.children) }),
  };
}
