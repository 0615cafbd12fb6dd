import type { VerbConstructor } from './command.ts';

/** One line of the command tree: loaded no further than its name until it is typed. */
export interface VerbEntry {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly load: () => Promise<VerbConstructor>;
}

/** A noun: its description and its list of verbs. */
export interface Noun {
  readonly summary: string;
  readonly verbs: readonly Entry[];
}

export interface NounEntry {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly noun: () => Promise<Noun>;
}

export type Entry = VerbEntry | NounEntry;

export function isNoun(entry: Entry): entry is NounEntry {
  return 'noun' in entry;
}

export function entryNamed(entries: readonly Entry[], word: string | undefined): Entry | undefined {
  return entries.find((entry) => entry.name === word || entry.aliases?.includes(word ?? ''));
}
