import type { Context } from '../../context.ts';
import type { Account, PromotionPath } from '../../contract/types.ts';

/** The account whose promotion path counts for this one: its master, or else itself. */
export async function masterOf(ctx: Context, account: string): Promise<Pick<Account, 'id' | 'slug'>> {
  const shown = await ctx.client().call('accounts.show', { params: { account } });
  return shown.parent?.kind === 'managed' ? shown.parent.account : shown;
}

/** `acme-dev -> acme-staging -> acme-prod` */
export function pathText({ accounts }: PromotionPath): string {
  return accounts.map(({ slug }) => slug).join(' -> ');
}
