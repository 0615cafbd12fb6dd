import type { Context } from '../../context.ts';

/** The workspace that this run works in. Every account begins with one named `default`. */
export function within(ctx: Context): { account: string; workspace: string } {
  return { account: ctx.account(), workspace: ctx.workspace() ?? 'default' };
}

/** What names the old slug from now on names nothing. */
export function noteStillNamed(ctx: Context, slug: string): void {
  const { value, source, origin } = ctx.config().settings.workspace;
  if (value === slug && origin !== 'flag')
    ctx.out.warn(`${source ?? origin} still names the workspace ${slug}`);
}
