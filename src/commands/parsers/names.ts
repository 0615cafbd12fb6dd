import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';

/** Names, or with `--all` undefined, which stands for all of them. Neither, or both, is a usage error. */
export function namesOrAll(ctx: Context, names: readonly string[]): readonly string[] | undefined {
  const all = ctx.flags.all === true;
  if (all && names.length > 0)
    throw usageError('names and --all exclude each other', { code: 'invalid_value' });
  if (all) return undefined;
  if (names.length > 0) return names;
  throw usageError('which parsers?', {
    code: 'missing_argument',
    hint: 'name them, or take all of them with --all',
  });
}

/** The same, of one place that is named beside them. */
export function plainNamesOrAll(ctx: Context, names: readonly string[]): readonly string[] | undefined {
  const far = names.find((name) => name.includes('/'));
  if (far !== undefined)
    throw usageError(`${far}: names stand alone here; --from says where they are`, { code: 'invalid_value' });
  return namesOrAll(ctx, names);
}
