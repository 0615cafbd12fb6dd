import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { contactColumns } from './columns.ts';

const spec = {
  path: 'contacts list',
  summary: 'List contacts',
  flags: {
    q: { value: 'TEXT', help: 'only those with this text in name, address, number or organization' },
    group: { value: 'NAME', help: 'only those in this group' },
    subAccount: { value: 'yes|no', choices: ['yes', 'no'], help: 'only those marked as sub-account, or not' },
  },
  examples: [
    'tenantctl contacts list --group pilots --account acme',
    'tenantctl contacts list --sub-account yes --json --fields email,link',
    'tenantctl contacts list --all -o csv > contacts.csv',
  ],
  operations: ['contacts.list'],
  next: 'tenantctl contacts show CONTACT',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun({ q, group, subAccount }: ListOptions, ctx: Context): Promise<void> {
  const marked = subAccount === undefined ? undefined : subAccount === 'yes' ? 'true' : 'false';
  const input = { params: { account: ctx.account() }, query: { q, group, sub_account: marked } } as const;
  const rows = ctx.client().pages('contacts.list', input, ctx.max());
  const empty = 'No contact. Try: tenantctl contacts add EMAIL, or tenantctl contacts import --csv FILE';
  await ctx.out.list(contactColumns, rows, ctx.listing(empty));
}
