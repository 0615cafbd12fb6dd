import type { Context } from '../../context.ts';
import { TenantctlError, usageError } from '../../errors.ts';

export const actionHelp = 'what is done: the id of an operation, such as members.remove';
export const targetHelp =
  'WORKSPACE or WORKSPACE/NAME; rights are those in the workspace, whatever its things';

/** The workspace that a target lies in: the name after the slash is nothing that rights hang on. */
export function workspaceOf(ctx: Context, target: string | undefined): string | undefined {
  if (target === undefined) return ctx.config().settings.workspace.value ?? undefined;
  const [workspace = ''] = target.split('/');
  if (workspace !== '') return workspace;
  throw usageError(`"${target}" names no workspace`, {
    code: 'invalid_value',
    hint: 'WORKSPACE, or WORKSPACE/NAME for something in it',
  });
}

/** What the server does not know how to answer, as a mistyped command: where to find every action, or which account. */
function misunderstood(thrown: unknown, action: string, ctx: Context): unknown {
  if (!(thrown instanceof TenantctlError)) return thrown;
  const [wrong] = thrown.details ?? [];
  // None was sent: the usual refusal says how to name one.
  if (wrong?.pointer === '/account') ctx.account();
  if (wrong?.pointer !== '/action') return thrown;
  return usageError(`${action} ${wrong.detail.replace(/\.$/, '')}`, {
    code: 'unknown_action',
    status: thrown.status,
    requestId: thrown.requestId,
    hint: 'tenantctl access matrix -o id',
    cause: thrown,
  });
}

export async function asked<T>(answer: Promise<T>, action: string, ctx: Context): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    throw misunderstood(thrown, action, ctx);
  }
}

export async function* askedRows<T>(rows: AsyncIterable<T>, action: string, ctx: Context): AsyncGenerator<T> {
  try {
    yield* rows;
  } catch (thrown) {
    throw misunderstood(thrown, action, ctx);
  }
}
