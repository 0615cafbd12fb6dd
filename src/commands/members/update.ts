import type { Context } from '../../context.ts';
import { accountRoles, modules } from '../../contract/limits.ts';
import { usageError } from '../../errors.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

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
    ifRevision: { value: 'N', number: true, help: 'only if it is still at this revision' },
  },
  examples: [
    'tenantctl members update ana@example.com --role admin',
    'tenantctl members update bo@example.com --modules forms,reports --account acme',
    'tenantctl members update bo@example.com --children acme-dev,acme-staging',
  ],
  operations: ['members.show', 'members.update'],
  fanOut: { without: ['children', 'ifRevision'], absent: 'skipped' },
  next: 'tenantctl members show MEMBER',
} as const satisfies VerbSpec;

export type UpdateOptions = OptionsOf<typeof spec>;

export function updateCommand(ctx: Context, run = updateRun): Verb {
  return verb(spec, ctx, run);
}

export async function updateRun(options: UpdateOptions, ctx: Context): Promise<void> {
  const body = {
    ...(options.role === undefined ? {} : { role: options.role }),
    ...(options.modules === undefined ? {} : { modules: orNone('--modules', options.modules) }),
    ...(options.children === undefined ? {} : { children: orNone('--children', options.children) }),
  };
  if (Object.keys(body).length === 0) {
    throw usageError('nothing to change', { hint: 'tenantctl members update --help' });
  }
  const client = ctx.client();
  const params = { account: ctx.account(), member: options.member };
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

function orNone<T extends string>(flag: string, given: readonly T[]): Exclude<T, 'none'>[] {
  const named = given.filter((one): one is Exclude<T, 'none'> => one !== 'none');
  if (named.length === given.length || given.length === 1) return named;
  throw usageError(`${flag}: none stands alone`, { code: 'invalid_value' });
}
