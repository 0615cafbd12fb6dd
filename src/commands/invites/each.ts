import type { Context } from '../../context.ts';
import { asTenantctlError, partialError } from '../../errors.ts';

export interface Failed {
  readonly invite: string;
  readonly code: string;
  readonly message: string;
}

export interface Done {
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
  invites: readonly string[],
  change: (invite: string) => Promise<{ readonly changed: boolean }>,
): Promise<Done> {
  const done = { changed: [] as string[], unchanged: [] as string[], failed: [] as Failed[] };
  for (const invite of invites) {
    try {
      const { changed } = await change(invite);
      (changed ? done.changed : done.unchanged).push(invite);
    } catch (thrown) {
      const error = asTenantctlError(thrown);
      const passes = error.outcome === 'not_found' || error.outcome === 'conflict';
      if (invites.length === 1 || !passes) throw thrown;
      done.failed.push({ invite, code: error.code, message: error.message });
    }
  }
  return done;
}

export async function tell(ctx: Context, done: Done, word: string, same: string): Promise<void> {
  const lines = [
    ...done.changed.map((invite) => `${invite}: ${word}`),
    ...done.unchanged.map((invite) => `${invite}: ${same}`),
    ...done.failed.map(({ invite, message }) => `${invite}: ${message}`),
  ];
  await ctx.out.result(done, lines.join('\n'));
  if (done.failed.length === 0) return;
  const count = done.changed.length + done.unchanged.length + done.failed.length;
  throw partialError(`${done.failed.length} of ${count} invitations were not ${word}`);
}
