import type { ParserConflict } from '../../contract/limits.ts';
import type { ParserCopyResult } from '../../contract/types.ts';
import type { CopySource, HeldParser } from './ports/parser-copies.ts';

type Outcome = ParserCopyResult['targets'][number]['parsers'][number]['outcome'];

/** What happens to one parser at one target. */
export interface Step {
  readonly source: CopySource;
  /** Its name there. */
  readonly as: string;
  readonly outcome: Outcome;
  /** What is there already: overwritten, skipped or the same. */
  readonly held: HeldParser | null;
}

export interface Blocker {
  readonly kind: string;
  readonly detail: string;
}

export interface CopyPlan {
  readonly steps: readonly Step[];
  readonly blockers: readonly Blocker[];
}

interface Choice {
  readonly onConflict: ParserConflict;
  readonly force: boolean;
}

interface There {
  /** How the target is called in what is told. */
  readonly place: string;
  readonly held: readonly HeldParser[];
  /** Names beyond those of `held` that a renamed copy must not take. */
  readonly taken: readonly string[];
}

const LONGEST_NAME = 100;
const MOST_DIGITS = 4;

/** What a renamed copy begins with: ` 2` and so on come behind it. */
export const beginningOf = (name: string): string => name.slice(0, LONGEST_NAME - MOST_DIGITS - 1).trimEnd();

function freeName(name: string, taken: ReadonlySet<string>): string {
  const beginning = beginningOf(name);
  let number = 2;
  while (taken.has(`${beginning} ${number}`)) number += 1;
  return `${beginning} ${number}`;
}

/** A copy that is there already, made by an earlier run of the same copy: nothing to do, and no conflict. */
const isSameCopy = (source: CopySource, held: HeldParser): boolean =>
  held.source?.parserId === source.id && held.digest === source.digest;

function overwriting(source: CopySource, held: HeldParser, { force }: Choice, place: string): Step | Blocker {
  const step = (outcome: Outcome): Step => ({ source, as: held.name, outcome, held });
  if (held.digest === source.digest) return step('unchanged');
  if (force || held.digest === held.copiedDigest) return step('overwritten');
  const how =
    held.copiedDigest === null ? 'was made there, not copied' : 'was edited there since the last copy';
  return { kind: 'edited', detail: `${place}: ${held.name} ${how}; force overwrites it all the same` };
}

function colliding(source: CopySource, held: HeldParser, choice: Choice, place: string): Step | Blocker {
  if (isSameCopy(source, held)) return { source, as: held.name, outcome: 'unchanged', held };
  if (choice.onConflict === 'skip') return { source, as: held.name, outcome: 'skipped', held };
  if (choice.onConflict === 'overwrite') return overwriting(source, held, choice, place);
  return { kind: 'name_taken', detail: `${place}: ${source.name} is there already` };
}

/**
 * What a copy comes to at one target, everything that stands in the way at once. It depends on nothing but what is
 * given, so that a dry run, a retry and the copy itself say the same.
 */
export function planCopy(sources: readonly CopySource[], there: There, choice: Choice): CopyPlan {
  const byName = new Map(there.held.map((held) => [held.name, held]));
  const taken = new Set([...byName.keys(), ...there.taken, ...sources.map(({ name }) => name)]);
  const renaming = choice.onConflict === 'rename';
  const planned = sources.map((source): Step | Blocker => {
    const held = byName.get(source.name);
    if (held === undefined) return { source, as: source.name, outcome: 'created', held: null };
    if (!renaming) return colliding(source, held, choice, there.place);
    const same = there.held.find((other) => isSameCopy(source, other));
    if (same) return { source, as: same.name, outcome: 'unchanged', held: same };
    const as = freeName(source.name, taken);
    taken.add(as);
    return { source, as, outcome: 'renamed', held: null };
  });
  return {
    steps: planned.filter((entry) => 'outcome' in entry),
    blockers: planned.filter((entry) => 'kind' in entry),
  };
}

/** Secrets that wait for their value at the target, after a step. */
export function missingSecrets({ source, outcome, held }: Step): string[] {
  const stays = held !== null && outcome !== 'overwritten';
  const declared = stays ? held.declared : source.declared;
  return declared.filter((name) => !(held?.set ?? []).includes(name));
}

/** Values that the new content of an overwritten parser declares no more. */
export function droppedSecrets({ source, outcome, held }: Step): { parserId: string; name: string }[] {
  if (held === null || outcome !== 'overwritten') return [];
  return held.set
    .filter((name) => !source.declared.includes(name))
    .map((name) => ({ parserId: held.id, name }));
}
