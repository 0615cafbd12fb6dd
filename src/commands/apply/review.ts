
export async function reviewOf(
  ctx: Context,
  sources: readonly string[],
  options: ApplyOptions,
): Promise<Review> {
  const [first = ''] = sources;
  const saved = await openChangeSet(first, ctx.world.cwd);
  if (saved === null) return await fromFiles(ctx, sources, options);
  if (sources.length > 1)
    throw usageError(`${first} is a change set: it is applied alone`, { code: 'invalid_value' });
  return await fromSaved(ctx, first, saved, options);
}

/** As which account, where: what a change set is for. */
function here(ctx: Context) {
  const { api_url, account } = ctx.config().settings;
  return { api: api_url.value ?? '', account: account.value ?? null };
}
