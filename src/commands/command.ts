import { Argument, Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { usageError } from '../errors.ts';
import { ask } from '../prompt/ask.ts';
import { helpText, writes } from './help-text.ts';
import {
  type ArgumentSpec,
  type FlagSpec,
  type FlagSpecs,
  flagName,
  type OptionsOf,
  placeholder,
  type Run,
  type VerbSpec,
} from './spec.ts';

/** What a verb's file needs besides `verb`, from the same place. */
export type { OptionsOf, VerbSpec };

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
    if (spec.person === true) await ctx.mustBePerson();
    if (writes(spec)) await ctx.announce();
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

/** What is missing is asked for. */
async function completed<S extends VerbSpec>(
  spec: S,
  given: Record<string, unknown>,
  ctx: Context,
): Promise<OptionsOf<S>> {
  const options: Record<string, unknown> = { ...given };
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
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- commander parsed by the spec that the type is made of
  return options as OptionsOf<S>;
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
    const earlier: readonly unknown[] = Array.isArray(before) ? before : [];
    return [...earlier, ...items];
  });
}

function argumentOf(name: string, argument: ArgumentSpec): Argument {
  const label = `${placeholder(name)}${argument.rest === true ? '...' : ''}`;
  return new Argument(argument.optional === true ? `[${label}]` : `<${label}>`, argument.help);
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
