import type { Context } from '../../context.ts';
import { fanOutFlags, globalFlags } from '../../flags.ts';
import {
  type ArgumentSpec,
  type FlagSpec,
  type FlagSpecs,
  flagName,
  placeholder,
  type VerbSpec,
} from '../spec.ts';
import { type Entry, entryNamed, isNoun } from '../tree.ts';

/** A word that may stand there, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly text: string;
}

/** `files`: the names of files, which the shell knows best. */
export type Candidates = readonly Candidate[] | 'files';

/** What stands for a value in help (`ACCOUNT`), and the values that are known of it. */
export type Values = (placeholder: string, typed: Typed) => readonly string[] | 'files';

/** A command line as far as it has been typed, up to the word that is to be completed. */
export interface Typed {
  /** By its long name without dashes; of a repeated one the last. */
  readonly flags: ReadonlyMap<string, string>;
}

interface Line {
  readonly entries: readonly Entry[];
  readonly spec: VerbSpec | undefined;
  readonly flags: Map<string, string>;
  /** Words after the verb that are no flags. */
  readonly words: number;
  /** The last word is a flag that waits for its value. */
  readonly open: FlagSpec | undefined;
  /** Behind `--` stands another program's line, or words that look like flags. */
  readonly ended: boolean;
}

/**
 * What may stand in place of the last word, given those before it. No noun or verb but those on the way is loaded.
 * @param words all after `tenantctl`; the last is what has been typed of the one to be completed, perhaps nothing
 */
export async function candidatesFor(
  tree: readonly Entry[],
  words: readonly string[],
  values: Values,
  ctx: Context,
): Promise<Candidates> {
  const { before, current, prefix } = split(words);
  const line = await read(tree, before, ctx);
  const found = after(line, current, values);
  if (found === 'files') return found;
  const fitting = found.filter(({ word }) => word.startsWith(current));
  return fitting.map(({ word, text }) => ({ word: `${prefix}${word}`, text }));
}

/** `--flag=va` is the flag and a value of which `va` is typed; bash makes three words of it, and wants the value alone. */
function split(words: readonly string[]) {
  const joined = words.filter((word, at) => word !== '=' || at === words.length - 1);
  const last = joined.at(-1) ?? '';
  const before = joined.slice(0, -1);
  if (last === '=') return { before, current: '', prefix: '' };
  const [, flag, value] = /^(--[a-z-]+)=(.*)$/.exec(last) ?? [];
  if (flag === undefined || value === undefined) return { before, current: last, prefix: '' };
  return { before: [...before, flag], current: value, prefix: `${flag}=` };
}

async function read(tree: readonly Entry[], words: readonly string[], ctx: Context): Promise<Line> {
  let line: Line = {
    entries: tree,
    spec: undefined,
    flags: new Map(),
    words: 0,
    open: undefined,
    ended: false,
  };
  let name = '';
  for (const word of words) {
    if (line.open !== undefined) {
      line.flags.set(name, word);
      line = { ...line, open: undefined };
    } else if (!line.ended && word === '--') line = { ...line, ended: true };
    else if (!line.ended && word.startsWith('-')) {
      const [long = '', value] = word.split('=', 2);
      const found = Object.entries(flagsOf(line.spec)).find(([key, flag]) => isFlag(long, key, flag));
      name = found === undefined ? long : flagName(found[0]).slice(2);
      if (found?.[1].value !== undefined && value === undefined) line = { ...line, open: found[1] };
      else line.flags.set(name, value ?? '');
    } else line = await step(line, word, ctx);
  }
  return line;
}

const isFlag = (typed: string, key: string, { short }: FlagSpec): boolean =>
  typed === flagName(key) || (short !== undefined && typed === `-${short}`);

/** One word further down the tree; past the verb it is an argument. */
async function step(line: Line, word: string, ctx: Context): Promise<Line> {
  if (line.spec !== undefined) return { ...line, words: line.words + 1 };
  const entry = entryNamed(line.entries, word);
  if (entry === undefined) return { ...line, entries: [] };
  if (isNoun(entry)) return { ...line, entries: (await entry.noun()).verbs };
  return { ...line, entries: [], spec: (await entry.load())(ctx).spec };
}

const flagsOf = (spec: VerbSpec | undefined): FlagSpecs => ({
  ...spec?.flags,
  ...(spec?.fanOut !== undefined && fanOutFlags),
  ...globalFlags,
});

function after(line: Line, current: string, values: Values): Candidates {
  if (line.open !== undefined) return valuesOf(line.open, line, values);
  if (!line.ended && current.startsWith('-')) return flagWords(line);
  if (line.spec === undefined)
    return line.entries.map(({ name, summary }) => ({ word: name, text: summary }));
  const [name, argument] = argumentAt(line.spec, line.words);
  if (name === undefined || argument === undefined) return [];
  if (argument.program === true) return 'files';
  return plain(values(placeholder(name), line), argument.help);
}

function argumentAt({ args }: VerbSpec, at: number): readonly [name?: string, argument?: ArgumentSpec] {
  const all = Object.entries(args ?? {});
  const last = all.at(-1);
  return all[at] ?? (last?.[1].rest === true ? last : []);
}

/** Those that were typed are not offered again, unless they may be repeated. */
function flagWords({ spec, flags }: Line): Candidate[] {
  return Object.entries(flagsOf(spec))
    .filter(
      ([key, { list, repeat }]) => list === true || repeat === true || !flags.has(flagName(key).slice(2)),
    )
    .map(([key, { help }]) => ({ word: flagName(key), text: help }));
}

function valuesOf(flag: FlagSpec, line: Line, values: Values): Candidates {
  return plain(flag.choices ?? values(flag.value ?? '', line), flag.help);
}

const plain = (found: readonly string[] | 'files', text: string): Candidates =>
  found === 'files' ? found : found.map((word) => ({ word, text }));
