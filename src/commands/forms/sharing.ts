import type { Context } from '../../context.ts';
import type { FormRole } from '../../contract/limits.ts';
import { namedAt } from '../place.ts';
import { shareColumns } from './columns.ts';

interface Sharing {
  readonly name: string;
  readonly accounts: readonly string[];
  /** Null: what each has by itself. */
  readonly role: FormRole | null;
}

/** Sets the role of each of the accounts, all or none, and tells what they have now. */
export async function setShares(ctx: Context, { name, accounts, role }: Sharing): Promise<void> {
  const { account, workspace, name: form } = namedAt(ctx, name);
  const answer = await ctx.client().call('forms.share', {
    params: { account, form },
    query: { workspace },
    body: { shares: [...new Set(accounts)].map((one) => ({ account: one, role })) },
    ...(ctx.flags.dryRun === true && { dryRun: true }),
  });
  await ctx.out.list(shareColumns, answer.shares, { all: true });
  if (!answer.changed) ctx.out.note(`${name} is shared like that already.`);
  else if (ctx.flags.dryRun === true) ctx.out.note(`${name} would be shared like that.`);
}
