import type { Context } from '../../context.ts';
import { delegationStates } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { delegationColumns } from './columns.ts';

const spec = {
  path: 'accounts delegations list',
  summary: 'List who is or was logged in to a managed account, and why',
  about:
    'Newest first. Administrators of the account and of its master see all of them, a granted user their own.',
  args: { account: { help: 'slug or id; without it the one that you work in', optional: true } },
  flags: { state: { value: 'STATE', choices: delegationStates, help: 'only in this state' } },
  examples: [
    'tenantctl accounts delegations list acme-dev',
    'tenantctl accounts delegations list --account acme-dev --state active --json',
  ],
  operations: ['delegations.list'],
  next: 'tenantctl accounts delegations revoke ID',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun({ account: named, state }: ListOptions, ctx: Context): Promise<void> {
  const account = ctx.account(named);
  const rows = ctx.client().pages('delegations.list', { params: { account }, query: { state } }, ctx.max());
  const empty = `Nobody logged in to ${account} from a master. Try: tenantctl accounts login ${account} --reason TEXT`;
  await ctx.out.list(delegationColumns, rows, ctx.listing(empty));
}
