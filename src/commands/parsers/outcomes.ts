import type { Context } from '../../context.ts';
import { asTenantctlError, partialError, retold, type TenantctlError } from '../../errors.ts';
import { counted } from '../change.ts';
import { type Outcome, outcomeColumns } from './columns.ts';

/** What became of one of them, before it is known by its name. */
type Done = Omit<Outcome, 'name' | 'error'>;

/**
 * One after the other: that one fails keeps none of the others from being done. A single one fails as it is, and what
 * would fail them all ends it.
 */
export async function eachOf<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  change: (item: T) => Promise<Done>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const item of items) {
    const name = nameOf(item);
    try {
      outcomes.push({ name, ...(await change(item)), error: null });
    } catch (thrown) {
      const error = asTenantctlError(thrown);
      if (items.length === 1) throw error;
      if (!own.has(error.outcome)) throw stopped(error, items.length, outcomes.length);
      const { code, message, details = [] } = error;
      outcomes.push({ name, outcome: 'failed', id: null, revision: null, error: { code, message, details } });
    }
  }
  return outcomes;
}

/** Refusals of this one; an outage, a credential or a missing right would only fail the others alike. */
const own: ReadonlySet<string> = new Set(['not_found', 'conflict', 'usage']);

function stopped(error: TenantctlError, all: number, done: number): TenantctlError {
  if (done === 0) return error;
  const stands = `${done} of ${all} are done; running it again does the others`;
  const why = error.why === undefined ? stands : `${error.why.replace(/\.$/, '')}. ${stands}`;
  return retold(error, { why });
}

export async function tellOutcomes(ctx: Context, outcomes: readonly Outcome[]): Promise<void> {
  await ctx.out.list(outcomeColumns, outcomes, { all: true });
  const failed = outcomes.filter(({ outcome }) => outcome === 'failed').length;
  if (failed > 0) throw partialError(`${failed} of ${counted(outcomes.length, 'parser')} failed`);
}

/** `3 created, 1 overwritten`; the words in the order of their table. */
export function countsText(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}
