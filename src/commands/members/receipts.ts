import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { receiptColumns } from './columns.ts';

const spec = {
  path: 'members receipts',
  summary: 'List what removals took away, the newest first',
  about: 'An open one can be given back by members restore. Who left by themselves is never brought back.',
  flags: {
    member: { value: 'MEMBER', help: 'only of this person: address or id' },
    kind: { value: 'KIND', choices: ['removed', 'left'], help: 'only those who were removed, or who left' },
    state: { value: 'STATE', choices: ['open', 'restored', 'expired'], help: 'only in this state' },
  },
  examples: [
    'tenantctl members receipts --account acme',
    'tenantctl members receipts --kind removed --state open -o csv --fields user.email,role,expires_at',
  ],
  operations: ['receipts.list'],
  next: 'tenantctl members restore MEMBER',
} as const satisfies VerbSpec;

export type ReceiptsOptions = OptionsOf<typeof spec>;

export function receiptsCommand(ctx: Context, run = receiptsRun): Verb {
  return verb(spec, ctx, run);
}

export async function receiptsRun(query: ReceiptsOptions, ctx: Context): Promise<void> {
  const input = { params: { account: ctx.account() }, query };
  const rows = ctx.client().pages('receipts.list', input, ctx.max());
  await ctx.out.list(receiptColumns, rows, ctx.listing('Nobody was removed, and nobody left.'));
}
