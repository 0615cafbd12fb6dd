import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { entitledColumns } from './columns.ts';
import { actionHelp, askedRows, targetHelp, workspaceOf } from './question.ts';

const spec = {
  path: 'access who-can',
  summary: 'List the people who may do something',
  about:
    'Members one by one; the people of its master, and staff, as a whole. For those who may list the members.',
  args: { action: { help: actionHelp }, target: { help: targetHelp, optional: true } },
  examples: [
    'tenantctl access who-can members.remove --account acme',
    'tenantctl access who-can workspaces.show production',
    'tenantctl access who-can invites.send --json | jq -r .[].member.user.email',
  ],
  operations: ['access.who_can'],
  next: 'tenantctl access explain --who PERSON --action ACTION',
} as const satisfies VerbSpec;

export type WhoCanOptions = OptionsOf<typeof spec>;

export function whoCanCommand(ctx: Context, run = whoCanRun): Verb {
  return verb(spec, ctx, run);
}

export async function whoCanRun({ action, target }: WhoCanOptions, ctx: Context): Promise<void> {
  const account = ctx.account();
  const body = { action, account, workspace: workspaceOf(ctx, target) };
  const rows = askedRows(ctx.client().pages('access.who_can', { body }, ctx.max()), action, ctx);
  const empty = `Nobody may do this now. Try: tenantctl access explain --action ${action} --account ${account}`;
  await ctx.out.list(entitledColumns, rows, ctx.listing(empty));
}
