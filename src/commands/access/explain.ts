import type { Context } from '../../context.ts';
import type { Explanation } from '../../contract/types.ts';
import { TenantctlError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { reportOf, verdictOf } from './columns.ts';
import { actionHelp, asked, targetHelp, workspaceOf } from './question.ts';

const spec = {
  path: 'access explain',
  summary: 'Explain why somebody may do something or not, and what would have to change',
  about:
    'Shows every link that the decision hangs on, by the same function that decides. Anybody may ask about themselves; about others, who may list the members of the account. It ends with 0 whatever the answer is: for scripts there is --check.',
  flags: {
    action: { value: 'ACTION', help: actionHelp, required: 'What would be done? (such as members.remove)' },
    who: { value: 'PERSON', help: 'address or id of a person, id of a token; without it you' },
    target: { value: 'TARGET', help: targetHelp },
    check: { help: 'end with 9 unless it is allowed' },
  },
  examples: [
    'tenantctl access explain --action members.remove --account acme',
    'tenantctl access explain --who bo@example.com --action workspaces.show --target production',
    'tenantctl access explain --action invites.send --check -o none && tenantctl invites send ana@example.com',
  ],
  operations: ['access.explain'],
  next: 'tenantctl access who-can ACTION',
} as const satisfies VerbSpec;

export type ExplainOptions = OptionsOf<typeof spec>;

export function explainCommand(ctx: Context, run = explainRun): Verb {
  return verb(spec, ctx, run);
}

export async function explainRun(
  { action, who, target, check }: ExplainOptions,
  ctx: Context,
): Promise<void> {
  const workspace = workspaceOf(ctx, target);
  // What is about no account can be asked without one; the server says where it is needed.
  const account = ctx.config().settings.account.value ?? undefined;
  const body = { action, account, who, workspace };
  const answer = await asked(ctx.client().call('access.explain', { body }), action, ctx);
  if (target !== undefined && answer.workspace === null) {
    ctx.out.note(`${action} is done in no workspace: ${target} makes no difference.`);
  }
  await ctx.out.checks(reportOf(answer, who === undefined), answer);
  if (check === true && !answer.allowed) throw refusalOf(answer, who === undefined);
}

function refusalOf(answer: Explanation, self: boolean): TenantctlError {
  return new TenantctlError('forbidden', {
    code: answer.code ?? 'forbidden',
    message: verdictOf(answer, self).replace(/\.$/, ''),
  });
}
