import type { Context } from '../context.ts';
import { asTenantctlError, partialError } from '../errors.ts';

export interface Failed {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

export interface Outcomes {
  /** As they were named. */
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
  readonly failed: readonly Failed[];
}

/**
 * One change after the other: the failure of one keeps none of the others from being made. A single one
 * fails as it is; an outage ends it, for the rest would only fail alike.
 */
export async function each(
  names: readonly string[],
  change: (name: string) => Promise<{ readonly changed: boolean }>,
): Promise<Outcomes> {
  const done = { changed: [] as string[], unchanged: [] as string[], failed: [] as Failed[] };
  for (const name of names) {
    try {
      const { changed } = await change(name);
      (changed ? done.changed : done.unchanged).push(name);
    } catch (thrown) {
      const error = asTenantctlError(thrown);
      const passes = error.outcome === 'not_found' || error.outcome === 'conflict';
      if (names.length === 1 || !passes) throw thrown;
      done.failed.push({ name, code: error.code, message: error.message });
    }
  }
  return done;
}

/**
 * A line for each, and exit 3 if some failed.
 * @param value what machine formats print
 */
export async function tellEach(
  ctx: Context,
  done: Outcomes,
  say: { readonly things: string; readonly word: string; readonly same: string },
  value: object = done,
): Promise<void> {
  const lines = [
    ...done.changed.map((name) => `${name}: ${say.word}`),
    ...done.unchanged.map((name) => `${name}: ${say.same}`),
    ...done.failed.map(({ name, message }) => `${name}: ${message}`),
  ];
  await ctx.out.result(value, lines.join('\n'));
  if (done.failed.length === 0) return;
  const count = done.changed.length + done.unchanged.length + done.failed.length;
  throw partialError(`${done.failed.length} of ${count} ${say.things} were not ${say.word}`);
}
