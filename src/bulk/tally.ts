import { type RowOutcome, rowOutcomes } from '../contract/limits.ts';

export type Outcomes = Record<RowOutcome, number>;

/** Every outcome of the contract, those that did not occur with 0. */
export function allOutcomes(counts: Readonly<Record<string, number>>): Outcomes {
  const all = Object.keys(rowOutcomes).map((name) => [name, counts[name] ?? 0]);
  // The keys are those of the table itself.
  return Object.fromEntries(all) as Outcomes;
}

/** How many rows ended `done`, `skipped` or `failed`. */
export function countOf(outcomes: Outcomes, kind: 'done' | 'skipped' | 'failed'): number {
  return Object.entries(rowOutcomes).reduce(
    (sum, [name, its]) => sum + (its === kind ? (outcomes[name as RowOutcome] ?? 0) : 0),
    0,
  );
}
