import { keysOf } from '../contract/keys.ts';
import { type BatchKind, outcomesOfKind, type RowOutcome, rowOutcomes } from '../contract/limits.ts';

export type Outcomes = Readonly<Partial<Record<RowOutcome, number>>>;

/** Every outcome that a batch of this kind can have, those that did not occur with 0. */
export function allOutcomes(kind: BatchKind, counts: Readonly<Record<string, number>>): Outcomes {
  const names: readonly RowOutcome[] = keysOf(outcomesOfKind[kind]);
  return Object.fromEntries(names.map((name) => [name, counts[name] ?? 0]));
}

/** How many rows ended `done`, `skipped` or `failed`. */
export function countOf(outcomes: Outcomes, verdict: 'done' | 'skipped' | 'failed'): number {
  return keysOf(outcomes).reduce(
    (sum, name) => sum + (rowOutcomes[name] === verdict ? (outcomes[name] ?? 0) : 0),
    0,
  );
}
