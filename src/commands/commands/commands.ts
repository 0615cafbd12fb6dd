import type { Context } from '../../context.ts';
import { fanOutFlags, globalFlags } from '../../flags.ts';
import type { Column } from '../../output/columns.ts';
import { type Verb, verb } from '../command.ts';
import { usage, writes } from '../help-text.ts';
import { type FlagSpecs, flagName, type OptionsOf, placeholder, type VerbSpec } from '../spec.ts';
import { type Entry, isNoun } from '../tree.ts';

const spec = {
  path: 'commands',
  summary: 'List every command',
  about:
    'With --json each has its arguments, flags, examples and the operations of the API that it may call.',
  examples: ['tenantctl commands', 'tenantctl commands --json | jq -r .[].path'],
  operations: [],
} as const satisfies VerbSpec;

export interface CommandRow {
  readonly path: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly usage: string;
  readonly about: string | null;
  readonly arguments: readonly { name: string; help: string; required: boolean; many: boolean }[];
  readonly flags: readonly FlagRow[];
  readonly examples: readonly string[];
  readonly operations: readonly string[];
  /** Does it change anything on the server? On this machine? */
  readonly writes: boolean;
  readonly local: boolean;
  /** May it run in many managed accounts at once? Then it takes the flags of fan-out too. */
  readonly fan_out: boolean;
  readonly next: string | null;
}

export interface FlagRow {
  readonly name: string;
  readonly short: string | null;
  readonly value: string | null;
  readonly help: string;
  readonly choices: readonly string[] | null;
  readonly required: boolean;
  readonly repeatable: boolean;
}

/** The tree comes from the program, the only one that knows all nouns. */
export function commandsCommand(tree: readonly Entry[]) {
  return (ctx: Context, run = (_options: OptionsOf<typeof spec>, c: Context) => commandsRun(tree, c)): Verb =>
    verb(spec, ctx, run);
}

async function commandsRun(tree: readonly Entry[], ctx: Context): Promise<void> {
  await ctx.out.list(columns, await rowsOf(tree, ctx), { all: true });
}

const columns: readonly Column<CommandRow>[] = [
  { header: 'COMMAND', value: (row) => row.path, keep: true },
  { header: 'SUMMARY', value: (row) => row.summary },
  { header: 'WRITES', value: (row) => row.writes },
];

export async function rowsOf(tree: readonly Entry[], ctx: Context): Promise<CommandRow[]> {
  const rows: CommandRow[] = [];
  for (const entry of tree) {
    if (isNoun(entry)) rows.push(...(await rowsOf((await entry.noun()).verbs, ctx)));
    else rows.push(rowOf((await entry.load())(ctx).spec, entry.aliases ?? []));
  }
  return rows;
}

export const globalFlagRows = (): FlagRow[] => flagRows(globalFlags);
export const fanOutFlagRows = (): FlagRow[] => flagRows(fanOutFlags);

function rowOf(verbSpec: VerbSpec, aliases: readonly string[]): CommandRow {
  return {
    path: verbSpec.path,
    aliases,
    summary: verbSpec.summary,
    usage: usage(verbSpec),
    about: verbSpec.about ?? null,
    arguments: Object.entries(verbSpec.args ?? {}).map(([name, { help, optional, rest }]) => ({
      name: placeholder(name),
      help,
      required: optional !== true,
      many: rest === true,
    })),
    flags: flagRows(verbSpec.flags ?? {}),
    examples: verbSpec.examples,
    operations: verbSpec.operations,
    writes: writes(verbSpec),
    local: verbSpec.local === true,
    fan_out: verbSpec.fanOut !== undefined,
    next: verbSpec.next ?? null,
  };
}

function flagRows(flags: FlagSpecs): FlagRow[] {
  return Object.entries(flags).map(([name, flag]) => ({
    name: flagName(name),
    short: flag.short ?? null,
    value: flag.value ?? null,
    help: flag.help,
    choices: flag.choices ?? null,
    required: flag.required !== undefined,
    repeatable: flag.list === true || flag.repeat === true,
  }));
}
