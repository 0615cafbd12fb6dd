import type { Context } from '../../context.ts';
import { tellChange } from '../change.ts';
import { pathText } from './family.ts';

export async function declarePath(ctx: Context, accounts: readonly string[]): Promise<void> {
  const client = ctx.client();
  const account = ctx.account();
  const before = await client.call('promotion_path.show', { params: { account } });
  const after = await client.call('promotion_path.update', {
    params: { account },
    body: { accounts: [...accounts] },
  });
  const text = after.accounts.length === 0 ? 'no promotion path' : `the promotion path ${pathText(after)}`;
  await tellChange(ctx, {
    value: after,
    changed: after.revision !== before.revision,
    done: `${account} has ${text}${before.accounts.length === 0 ? '' : `, instead of ${pathText(before)}`}.`,
    already: `${account} has ${text} already.`,
  });
}
