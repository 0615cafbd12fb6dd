import { Argument, Command, Option } from 'commander';
import type { Context } from '../context.ts';
import type { OperationId } from '../contract/operations.ts';
import { usageError } from '../errors.ts';
import { ask } from '../prompt/ask.ts';
import { helpText } from './help-text.ts';

/** A flag, declared once: parser, help, question and golden file all come from here. */
export interface FlagSpec {
  readonly help: string;
  /** What stands for the value in help: `EMAIL`. Without it the flag is a switch. */
  readonly value?: string;
  /** One letter. */
  readonly short?: string;
  readonly choices?: readonly string[];
  /** Comma-separated and repeatable; gives a list. */
  readonly list?: true;
  /** Repeatable, its commas kept; gives a list. */
  readonly repeat?: true;
  /** A whole number of 0 or more. */
  readonly number?: true;
  /** Missing: asked for with this question on a terminal, else a usage error that names the flag. */
  readonly required?: string;
  readonly group?: 'Connection' | 'Output' | 'Safety';
}

export interface ArgumentSpec {
  readonly help: string;
  readonly optional?: true;
  /** All that follow; gives a list. Only the last one may be. */
  readonly rest?: true;
}

/** By the name that `run` gets them under: `dryRun` is `--dry-run`, `account` is `ACCOUNT`. */
export type FlagSpecs = Readonly<Record<string, FlagSpec>>;
export type ArgumentSpecs = Readonly<Record<string, ArgumentSpec>>;

/** All that is to be known about a verb without running it. */
export interface VerbSpec {
  /** As typed, without `tenantctl`: `accounts list`. */
  readonly path: string;
  /** One line, capital letter, no full stop. */
  readonly summary: string;
  /** What the line leaves open, a few sentences. */
  readonly about?: string;
  readonly args?: ArgumentSpecs;
  readonly flags?: FlagSpecs;
  /** Two to four, as typed. */
  readonly examples: readonly string[];
  /** Every operation that it may call: whether it writes follows from them. */
  readonly operations: readonly OperationId[];
  /** The command to look at next. */
  readonly next?: string;
  /** It changes something on this machine: the profiles, a file. It has no dry run. */
  readonly local?: true;
  /** It may call what its operations do not name: `api`. */
  readonly raw?: true;
}

type ValueOf<F extends FlagSpec> = F extends { value: string }
  ? F extends { list: true } | { repeat: true }
    ? ChoiceOf<F>[]
    : F extends { number: true }
      ? number
      : ChoiceOf<F>
  : true;
type ChoiceOf<F extends FlagSpec> = F extends { choices: readonly (infer C extends string)[] } ? C : string;

export type FlagValues<F extends FlagSpecs> = {
  readonly [K in keyof F as F[K] extends { required: string } ? K : never]: ValueOf<F[K]>;
} & { readonly [K in keyof F as F[K] extends { required: string } ? never : K]?: ValueOf<F[K]> | undefined };

type ArgumentValues<A extends ArgumentSpecs> = {
  readonly [K in keyof A as A[K] extends { optional: true } | { rest: true } ? never : K]: string;
} & { readonly [K in keyof A as A[K] extends { rest: true } ? K : never]: string[] } & {
  readonly [K in keyof A as A[K] extends { rest: true }
    ? never
    : A[K] extends { optional: true }
      ? K
      : never]?: string | undefined;
};

/** What `run` gets: arguments and flags in one object. */
export type OptionsOf<S extends VerbSpec> = (S extends { flags: infer F extends FlagSpecs }
  ? FlagValues<F>
  : unknown) &
  (S extends { args: infer A extends ArgumentSpecs } ? ArgumentValues<A> : unknown);

export type Run<S extends VerbSpec> = (options: OptionsOf<S>, ctx: Context) => Promise<void>;

/** A verb, ready to be parsed: commander's command and what it was made of. */
export interface Verb {
  readonly spec: VerbSpec;
  readonly command: Command;
}

/** A verb's constructor: only parses. Tests give their own `run`. */
export type VerbConstructor = (ctx: Context) => Verb;

/** The frame of every verb: flags and arguments by its spec, questions for what is missing, then `run`. */
export function verb<const S extends VerbSpec>(spec: S, ctx: Context, run: Run<S>): Verb {
  const command = new Command(lastWord(spec.path)).description(spec.summary);
  for (const [name, argument] of Object.entries(spec.args ?? {}))
    command.addArgument(argumentOf(name, argument));
  for (const [name, flag] of Object.entries(spec.flags ?? {})) command.addOption(optionOf(name, flag));
  command.helpInformation = () => helpText(spec);
  command.action(async () => {
    if (spec.local === true && ctx.flags.dryRun === true) throw noDryRun(spec);
    const given = { ...argumentsOf(spec, command), ...flagsOf(command.opts(), spec.flags ?? {}) };
    await run(await completed(spec, given, ctx), ctx);
  });
  return { spec, command };
}

function noDryRun(spec: VerbSpec) {
  return usageError(
    `--dry-run: tenantctl ${spec.path} changes what is kept on this machine and has no dry run`,
    {
      code: 'no_dry_run',
    },
  );
}

/** commander parsed by the same spec that the type is made of, so what comes out is of the type. */
async function completed<S extends VerbSpec>(
  spec: S,
  given: Record<string, unknown>,
  ctx: Context,
): Promise<OptionsOf<S>> {
  // biome-ignore lint/suspicious/noExplicitAny: the types of parsed values exist only at compile time
  const options: any = { ...given };
  for (const [name, flag] of Object.entries(spec.flags ?? {})) {
    if (flag.required === undefined || options[name] !== undefined) continue;
    const choices = flag.choices?.map((value) => ({ name: value, value }));
    const question = {
      name: flagName(name),
      help: flag.help,
      required: true as const,
      prompt: flag.required,
    };
    const answer = await ask(
      choices === undefined ? question : { ...question, choices },
      undefined,
      ctx.prompt,
    );
    options[name] = flag.list === true ? splitList(answer) : answer;
  }
  return options;
}

function argumentsOf(spec: VerbSpec, command: Command): Record<string, unknown> {
  const names = Object.keys(spec.args ?? {});
  return Object.fromEntries(names.map((name, at): [string, unknown] => [name, command.processedArgs[at]]));
}

/**
 * commander turns `--no-input` into `input: false`; under our names it is `noInput: true`.
 * Switches that were not given are left out.
 */
export function flagsOf(
  parsed: Readonly<Record<string, unknown>>,
  specs: FlagSpecs,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(specs)) {
    const negated = /^no([A-Z])(.*)$/.exec(name);
    const stem = negated === null ? name : `${negated[1]?.toLowerCase()}${negated[2]}`;
    const value = negated === null ? parsed[name] : parsed[stem] === false ? true : undefined;
    if (
      value !== undefined &&
      value !== false &&
      !(negated === null && value === true && specs[name]?.value)
    ) {
      values[name] = value;
    }
  }
  return values;
}

export function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function optionOf(name: string, flag: FlagSpec): Option {
  const long = flag.value === undefined ? flagName(name) : `${flagName(name)} <${flag.value}>`;
  const option = new Option(flag.short === undefined ? long : `-${flag.short}, ${long}`, flag.help);
  if (flag.list !== true && flag.repeat !== true && flag.number !== true) {
    return flag.choices === undefined ? option : option.choices([...flag.choices]);
  }
  return option.argParser((text: string, before: unknown) => {
    if (flag.number === true) return wholeNumber(flagName(name), text);
    const items = flag.list === true ? splitList(text) : [text];
    for (const item of items) checkChoice(flagName(name), flag, item);
    return [...(Array.isArray(before) ? before : []), ...items];
  });
}

function argumentOf(name: string, argument: ArgumentSpec): Argument {
  const label = `${placeholder(name)}${argument.rest === true ? '...' : ''}`;
  return new Argument(argument.optional === true ? `[${label}]` : `<${label}>`, argument.help);
}

export function placeholder(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter}`).toUpperCase();
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function checkChoice(name: string, flag: FlagSpec, item: string): void {
  if (flag.choices === undefined || flag.choices.includes(item)) return;
  throw usageError(`${name} ${item}: not one of ${flag.choices.join(', ')}`, { code: 'invalid_choice' });
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`${name} ${text}: not a whole number`, { code: 'invalid_value' });
}

export function lastWord(path: string): string {
  return path.slice(path.lastIndexOf(' ') + 1);
}
