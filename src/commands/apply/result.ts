import type { Carried, Executed, Outcome } from '../../estate/apply/execute.ts';
import type { ChangeSet } from '../../estate/changes.ts';

export type Counts = Readonly<Record<Outcome, number>>;

export function countsOf(carried: readonly Carried[]): Counts {
  const counts = { done: 0, already: 0, failed: 0, skipped: 0, not_begun: 0 };
  for (const { outcome } of carried) counts[outcome] += 1;
  return counts;
}

const others: readonly (readonly [outcome: Outcome, word: string])[] = [
  ['already', 'so already'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
  ['not_begun', 'not begun'],
];

/** `12 changes done, 3 so already` */
export function countsText(counts: Counts): string {
  const told = others.filter(([outcome]) => counts[outcome] > 0);
  const first = `${counts.done} ${counts.done === 1 ? 'change' : 'changes'} done`;
  return [first, ...told.map(([outcome, word]) => `${counts[outcome]} ${word}`)].join(', ');
}

/** What machine formats print. */
export function resultOf(set: ChangeSet, { carried }: Executed) {
  return {
    digest: set.digest,
    outcomes: countsOf(carried),
    changes: carried.map(({ change: { op, kind, account, key }, outcome, error }) => ({
      op,
      kind,
      account,
      key,
      outcome,
      error,
    })),
  };
}
