import { type FanOutLimits, type FlagValues, flagName, type VerbSpec } from '../commands/spec.ts';
import { usageError } from '../errors.ts';
import type { fanOutFlags } from '../flags.ts';

export type FanOutFlags = FlagValues<typeof fanOutFlags>;

/** Which of the managed accounts. */
export type Selection =
  | { readonly by: 'all' }
  | { readonly by: 'labels'; readonly labels: readonly string[] }
  /** Slugs or ids. */
  | { readonly by: 'names'; readonly names: readonly string[] };

/** What was typed about fan-out, checked. */
export interface Wish {
  readonly selection: Selection;
  /** Undefined: as many as there are. */
  readonly maxAccounts: number | undefined;
  readonly parallel: number;
}

/** More changes than this at once are rarely meant. */
const changesMax = 20;
const parallelDefault = 4;
const parallelMax = 16;

/** What the command line alone can tell; nothing is read or sent yet. `given` is what the verb itself was given. */
export function wishOf(
  flags: FanOutFlags,
  spec: VerbSpec,
  given: Readonly<Record<string, unknown>>,
  writes: boolean,
): Wish {
  const selection = selectionOf(flags);
  checkGiven(spec, given);
  const { parallel = parallelDefault, maxAccounts = writes ? changesMax : undefined } = flags;
  if (parallel < 1 || parallel > parallelMax)
    throw usageError(`--parallel ${parallel}: not from 1 to ${parallelMax}`, { code: 'invalid_value' });
  return { selection, maxAccounts, parallel };
}

function selectionOf({ accounts, allManaged }: FanOutFlags): Selection {
  if (accounts !== undefined && allManaged === true) throw contradiction('--accounts and --all-managed');
  if (allManaged === true) return { by: 'all' };
  if (accounts === undefined) {
    throw usageError('--max-accounts and --parallel go with --accounts or --all-managed', {
      code: 'invalid_value',
    });
  }
  // An empty variable of a script must select nothing, least of all everything.
  if (accounts.length === 0) throw usageError('--accounts is empty', { code: 'empty_flag' });
  const labels = [...new Set(accounts.filter((one) => one.includes('=')))];
  if (labels.length === 0) return { by: 'names', names: [...new Set(accounts)] };
  if (labels.length < new Set(accounts).size) {
    throw usageError('--accounts takes either labels or names, not both', {
      code: 'invalid_value',
      hint: '--accounts env=staging,tier=gold, or --accounts acme-dev,acme-prod',
    });
  }
  const keys = labels.map((label) => label.slice(0, label.indexOf('=')));
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice === undefined) return { by: 'labels', labels };
  throw usageError(`--accounts: no account has two values of the label ${twice}`, {
    code: 'invalid_value',
    why: 'An account must have all the labels.',
  });
}

function checkGiven(spec: VerbSpec, given: Readonly<Record<string, unknown>>): void {
  const { needs, without = [] } = limitsOf(spec);
  if (given['account'] !== undefined) {
    throw usageError('ACCOUNT goes without --accounts and --all-managed', {
      code: 'invalid_value',
      hint: 'their master is named by --account',
    });
  }
  if (needs !== undefined && given[needs] === undefined) {
    throw usageError(`without ${flagName(needs)} this is not about an account`, {
      code: 'invalid_value',
      why: '--accounts and --all-managed run it once an account.',
    });
  }
  const single = without.find((name) => given[name] !== undefined);
  if (single !== undefined)
    throw usageError(`${flagName(single)} goes without --accounts and --all-managed`, {
      code: 'invalid_value',
      why: 'It makes sense in one account only.',
    });
  const piped = Object.entries(given).find(([, value]) => value === '-');
  if (piped === undefined) return;
  throw usageError(`${flagName(piped[0])} - : stdin can be read once, not once an account`, {
    code: 'invalid_value',
    hint: `${flagName(piped[0])} FILE`,
  });
}

export function limitsOf({ fanOut }: VerbSpec): FanOutLimits {
  return fanOut === undefined || fanOut === true ? {} : fanOut;
}

function contradiction(what: string) {
  return usageError(`${what} contradict each other`, { code: 'invalid_value' });
}
