import { remembered } from '../../config/names.ts';
import type { Context } from '../../context.ts';
import { accountKinds } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { accountColumns } from './columns.ts';

const spec = {
  path: 'accounts list',
  summary: 'List the accounts you can see',
  about:
    'Those you were added to, and of their managed accounts those you administer or were granted. Staff see all.',
  flags: {
    q: { value: 'TEXT', help: 'only those whose name or slug has this text' },
    kind: { value: 'KIND', choices: accountKinds, help: 'only this kind' },
    state: { value: 'STATE', choices: ['provisioning', 'active', 'suspended'], help: 'only in this state' },
    master: { value: 'ACCOUNT', help: 'only the managed accounts of this one' },
    label: { value: 'KEY=VALUE', repeat: true, help: 'only with this label' },
  },
  examples: [
    'tenantctl accounts list',
    'tenantctl accounts list --master acme --label env=staging',
    'tenantctl accounts list --state suspended --json | jq -r .[].slug',
  ],
  operations: ['accounts.list'],
  next: 'tenantctl accounts show ACCOUNT',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun(options: ListOptions, ctx: Context): Promise<void> {
  const rows = ctx.client().pages('accounts.list', { query: options }, ctx.max());
  const whole = ctx.max() === undefined && Object.values(options).every((filter) => filter === undefined);
  await ctx.out.list(
    accountColumns,
    remembered(ctx.config(), { kind: 'accounts', whole }, rows),
    ctx.listing('No account yet. Try: tenantctl accounts create NAME'),
  );
}
