import type { Context } from '../context.ts';
import type { OperationId } from '../contract/operations.ts';

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
  readonly group?: 'Connection' | 'Output' | 'Safety' | 'Fan-out';
}

export interface ArgumentSpec {
  readonly help: string;
  readonly optional?: true;
  /** All that follow; gives a list. Only the last one may be. */
  readonly rest?: true;
  /** With `rest`: another program's command line, behind `--`. */
  readonly program?: true;
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
  /** It asks for the person's own password: refused by delegation before it is typed. */
  readonly person?: true;
  /** It may call what its operations do not name: `api`. */
  readonly raw?: true;
  /**
   * It may run in many managed accounts at once (`--accounts`, `--all-managed`): what it does is about
   * `ctx.account()` or its argument ACCOUNT, it prints one result, and it takes nothing away for good.
   */
  readonly fanOut?: true | FanOutLimits;
}

/** What is different about a verb when it runs in many accounts. Flags by the name that `run` gets them under. */
export interface FanOutLimits {
  /** Without this flag it is not about an account. */
  readonly needs?: string;
  /** Flags that make sense in one account only. */
  readonly without?: readonly string[];
  /** What it names (a member) need not be in each account: where it is not, the account is skipped. */
  readonly absent?: 'skipped';
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

export function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function placeholder(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter}`).toUpperCase();
}
