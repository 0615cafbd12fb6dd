import type { Context } from '../../context.ts';

/** As which account, where and when: what a change set is for. */
export function hereOf(ctx: Context) {
  const { api_url, account } = ctx.config().settings;
  return {
    api: api_url.value ?? '',
    account: account.value ?? null,
    made_at: new Date(ctx.world.clock.now()).toISOString(),
  };
}
