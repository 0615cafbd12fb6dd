import type { Context } from '../context.ts';
import { usageError } from '../errors.ts';

/**
 * A format that leaves the secret out would make something that nobody can ever use: asked before anything else is.
 * @param example of `--fields` that shows it
 */
export function mustBeShown(ctx: Context, example: string): void {
  const { fields } = ctx.flags;
  const hidden =
    fields === undefined ? ['id', 'none'].includes(ctx.out.format) : !fields.split(',').includes('secret');
  if (!hidden) return;
  throw usageError('the secret would not be shown, and it cannot be shown later', {
    code: 'invalid_value',
    hint: fields === undefined ? 'leave -o out, or use --json' : `--fields ${example}`,
  });
}

/** Makes something with a secret that nobody can ask for again: the secret alone on stdout, what it is on stderr. */
export async function showOnce<T extends { readonly secret: string }>(
  ctx: Context,
  make: () => Promise<T>,
  described: (made: T) => string,
): Promise<void> {
  // A file that cannot be written must stop it before it is made.
  if (ctx.flags.dryRun !== true) await ctx.out.raw('');
  const made = await make();
  ctx.out.say(`${described(made)}. The secret is shown this once only.`);
  await ctx.out.result(made, made.secret);
}
