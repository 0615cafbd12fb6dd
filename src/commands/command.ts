import { Argument, Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { usageError } from '../errors.ts';
import { fanOutFlags } from '../flags.ts';
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
    command.addArgument(argumentOf(name, argument, isFilledIn(spec, name)));
  const flags: FlagSpecs = { ...spec.flags, ...(spec.fanOut !== undefined && fanOutFlags) };
  for (const [name, flag] of Object.entries(flags)) command.addOption(optionOf(name, flag));
  command.helpInformation = () => helpText(spec);
  command.action(async () => {
    if (spec.local === true && ctx.flags.dryRun === true) throw noDryRun(spec);
    if (spec.person === true) await ctx.mustBePerson();
    if (writes(spec)) await ctx.announce();
    const given = { ...argumentsOf(spec, command), ...flagsOf(command.opts(), spec.flags ?? {}) };
    const wide = spec.fanOut === undefined ? {} : flagsOf(command.opts(), fanOutFlags);
    if (Object.keys(wide).length > 0) return await runInMany(spec, given, wide, ctx, run);
    mustNameAccount(spec, given);
    await run(optionsOf<S>(await completed(spec, given, ctx)), ctx);
  });
  return { spec, command };
}

/** Once an account, with that account as ACCOUNT where there is such an argument. */
async function runInMany<S extends VerbSpec>(
  spec: S,
  given: Record<string, unknown>,
  wide: Record<string, unknown>,
  ctx: Context,
  run: Run<S>,
): Promise<void> {
  const { fanOut } = await import('../fan-out/fan-out.ts');
  const begin = fanOut({ flags: wide, spec, given, ctx });
  const options = await completed(spec, given, ctx);
  const named = spec.args?.['account'] !== undefined;
  await begin((there, account) => run(optionsOf<S>(named ? { ...options, account } : options), there));
}

/** Fan-out says which accounts: only without it is a required ACCOUNT missing, which the parser cannot know. */
function isFilledIn(spec: VerbSpec, name: string): boolean {
  return spec.fanOut !== undefined && name === 'account';
}

function mustNameAccount(spec: VerbSpec, given: Record<string, unknown>): void {
  const { account } = spec.args ?? {};
  if (spec.fanOut === undefined || account === undefined || account.optional === true) return;
  if (given['account'] !== undefined) return;
  throw usageError("missing required argument 'ACCOUNT'", {
    code: 'bad_command_line',
    hint: `tenantctl ${spec.path} --help`,
  });
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
async function completed(
  spec: VerbSpec,
  given: Record<string, unknown>,
  ctx: Context,
): Promise<Record<string, unknown>> {
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
    options[name] = typedAnswer(name, flag, answer);
  }
  return options;
}

function optionsOf<S extends VerbSpec>(options: Record<string, unknown>): OptionsOf<S> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- commander parsed by the spec that the type is made of
  return options as OptionsOf<S>;
}

function typedAnswer(name: string, flag: FlagSpec, answer: string): unknown {
  if (flag.list === true) return splitList(answer);
  return flag.number === true ? wholeNumber(flagName(name), answer) : answer;
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

function argumentOf(name: string, argument: ArgumentSpec, mayBeMissing: boolean): Argument {
  const label = `${placeholder(name)}${argument.rest === true ? '...' : ''}`;
  const optional = argument.optional === true || mayBeMissing;
  return new Argument(optional ? `[${label}]` : `<${label}>`, argument.help);
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
