import { type RowOutcome, rowOutcomeNames, rowOutcomes } from '../contract/limits.ts';

export type Outcomes = Record<RowOutcome, number>;

/** Every outcome of the contract, those that did not occur with 0. */
export function allOutcomes(counts: Readonly<Record<string, number>>): Outcomes {
  const all = rowOutcomeNames.map((name): [RowOutcome, number] => [name, counts[name] ?? 0]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys are all of the table's own
  return Object.fromEntries(all) as Outcomes;
}

/** How many rows ended `done`, `skipped` or `failed`. */
export function countOf(outcomes: Outcomes, kind: 'done' | 'skipped' | 'failed'): number {
  return rowOutcomeNames.reduce(
    (sum, name) => sum + (rowOutcomes[name] === kind ? (outcomes[name] ?? 0) : 0),
    0,
  );
}
