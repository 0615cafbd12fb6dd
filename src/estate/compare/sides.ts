import type { PruneKind } from '../../contract/change-kinds.ts';
import type { EstateReadKind } from '../../contract/limits.ts';
import type { Change, ChangeSet, FieldChange, Json } from '../changes.ts';
import { sameValue } from '../fields.ts';
import type { LiveEstate } from '../live/live.ts';
import { type EntryOf, type Estate, type EstateKind, entryKey } from '../model.ts';

export type Choices = ChangeSet['choices'];

/** Something that people are told and nothing is done about: an invitation that has expired, say. */
export interface Note {
  readonly account: string;
  readonly key: string;
  readonly text: string;
}

export interface Comparison {
  /** By account, kind and key. */
  readonly changes: readonly Change[];
  readonly notes: readonly Note[];
}

/** What is known of the live side: the estate, and where it ends because it may not be read. */
export type Known = Pick<LiveEstate, 'estate' | 'withheld' | 'mastered'>;

interface Pair<W, L> {
  readonly account: string;
  readonly key: string;
  readonly wanted: W | undefined;
  readonly live: L | undefined;
}

/** Both sides, entry by entry. */
export class Sides {
  readonly wanted: Estate;
  readonly live: Estate;
  readonly choices: Choices;
  /** Slugs of the accounts that the files name: of others nothing is changed, whatever is known of them. */
  readonly named: ReadonlySet<string>;
  readonly #withheld: Known['withheld'];
  readonly #mastered: ReadonlySet<string>;

  constructor(wanted: Estate, { estate, withheld, mastered }: Known, choices: Choices) {
    this.wanted = wanted;
    this.live = estate;
    this.choices = choices;
    this.named = new Set(wanted.accounts.map(({ account }) => account));
    this.#withheld = withheld;
    const there = new Set(estate.accounts.map(({ account }) => account));
    const made = wanted.accounts.filter(({ account, master }) => master != null && !there.has(account));
    this.#mastered = new Set([...mastered, ...made.map(({ account }) => account)]);
  }

  /** The entries of a kind in the accounts that are named, by key, each with its counterpart. */
  pairs<K extends EstateKind>(kind: K): Pair<EntryOf<K>, EntryOf<K>>[] {
    const key = entryKey[kind];
    const wanted: readonly EntryOf<K>[] = this.wanted[kind];
    const live: readonly EntryOf<K>[] = this.live[kind];
    const found = new Map<string, Pair<EntryOf<K>, EntryOf<K>>>();
    const id = (entry: EntryOf<K>) => `${entry.account} ${key(entry)}`;
    for (const entry of live)
      if (this.named.has(entry.account))
        found.set(id(entry), { account: entry.account, key: key(entry), wanted: undefined, live: entry });
    for (const entry of wanted)
      found.set(id(entry), {
        account: entry.account,
        key: key(entry),
        wanted: entry,
        live: found.get(id(entry))?.live,
      });
    return [...found.values()];
  }

  prunes(kind: PruneKind): boolean {
    return this.choices.prune.includes(kind);
  }

  /** Is it, or will it be, reached as its master only? */
  isMastered(account: string): boolean {
    return this.#mastered.has(account);
  }

  /** Why things of a kind in an account cannot be compared; null if they can. */
  unread(account: string, kind: EstateReadKind): string | null {
    const withheld = this.#withheld.get(account);
    if (withheld === undefined || !withheld.kinds.has(kind)) return null;
    if (withheld.code === 'account_suspended')
      return `${account} is suspended, and what is in it cannot be read`;
    return kind === 'account'
      ? `this credential may not read ${account}; an administrator of it, or of its master, may`
      : `this credential may not read any ${kind.replaceAll('_', ' ')} of ${account}`;
  }
}

/** A change with what is common to all of a kind. */
export function changed(
  about: Pick<Change, 'op' | 'kind' | 'account' | 'key'>,
  fields: readonly FieldChange[],
  live: { readonly id?: string | undefined; readonly revision?: number | undefined } | undefined,
  more: { readonly note?: string | null; readonly mail?: string | null } = {},
): Change {
  return {
    ...about,
    fields: [...fields],
    id: live?.id ?? null,
    revision: live?.revision ?? null,
    note: more.note ?? null,
    mail: more.mail ?? null,
  };
}

/** The fields that differ, of those that are wanted; of what is not there yet, all of them. */
export function differing<W extends object>(
  names: readonly (keyof W & string)[],
  wanted: W,
  live: W | undefined,
): FieldChange[] {
  return names.flatMap((name): FieldChange[] => {
    const after = wanted[name];
    if (after === undefined) return [];
    const before = live?.[name];
    if (live !== undefined && sameValue(before, after)) return [];
    return [{ name, before: json(before), after: json(after) }];
  });
}

/** Entries of an estate are plain JSON; what is not said is null in a change. */
export function json(value: unknown): Json {
  // oxlint-disable-next-line typescript/no-unsafe-return -- an estate holds nothing that JSON does not
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
