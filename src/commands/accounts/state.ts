import type { Context } from '../../context.ts';
import type { Account } from '../../contract/types.ts';
import { tellChange } from '../change.ts';

export interface StateChange {
  readonly account: string;
  readonly change: () => Promise<Account>;
  readonly done: (after: Account) => string;
  readonly already: (after: Account) => string;
}

/** A change of state answers with the account, so whether it changed anything is read off its revision. */
export async function changeState(
  ctx: Context,
  { account, change, done, already }: StateChange,
): Promise<void> {
  const before = await ctx.client().call('accounts.show', { params: { account } });
  const after = await change();
  const changed = before.revision !== after.revision;
  await tellChange(ctx, { value: after, changed, done: done(after), already: already(after) });
}
