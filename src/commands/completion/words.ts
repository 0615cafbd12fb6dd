import { namesOf } from '../../config/names.ts';
import type { Context } from '../../context.ts';
import { accountRoles, modules, workspaceRoles } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import type { Entry } from '../tree.ts';
import { candidatesFor, type Values } from './candidates.ts';
import { FILES } from './scripts.ts';

const spec = {
  path: 'completion words',
  summary: 'Say what may stand at the end of a command line (the scripts ask it)',
  about:
    'Prints a word a line, and behind a tab what it is. Names of accounts, workspaces and plans are those that their lists showed last: nothing is sent.',
  args: {
    words: { help: 'all that was typed after tenantctl; the last may be empty', rest: true, program: true },
  },
  examples: ['tenantctl completion words -- accounts ""', 'tenantctl completion words -- members list --st'],
  operations: [],
} as const satisfies VerbSpec;

export type WordsOptions = OptionsOf<typeof spec>;

export function wordsCommand(tree: readonly Entry[]) {
  return (ctx: Context, run = (options: WordsOptions, c: Context) => wordsRun(tree, options, c)): Verb =>
    verb(spec, ctx, run);
}

async function wordsRun(tree: readonly Entry[], { words }: WordsOptions, ctx: Context): Promise<void> {
  const found = await candidatesFor(tree, words, valuesIn(ctx), ctx);
  const lines = found === 'files' ? [FILES] : found.map(({ word, text }) => `${word}\t${text}`);
  await ctx.out.raw(lines.map((line) => `${line}\n`).join(''));
}

/** The values of what stands in help for a value, as far as they are known here. */
function valuesIn(ctx: Context): Values {
  return (placeholder, { flags }) => {
    const profile = flags.get('profile') || undefined;
    const account = flags.get('account') || undefined;
    const as = ctx.as({
      ...(profile !== undefined && { profile }),
      ...(account !== undefined && { account }),
    });
    const config = () => as.config({ newProfile: true });
    switch (placeholder) {
      case 'ACCOUNT':
      case 'ACCOUNT,...':
      case 'SELECTOR':
        return namesOf(config(), 'accounts');
      case 'WORKSPACE':
        return namesOf(config(), `workspaces of ${config().settings.account.value ?? ''}`);
      case 'PLAN':
        return namesOf(config(), 'plans');
      case 'PROFILE':
        return config().profiles.profiles.map(({ name }) => name);
      case 'ROLE':
        return [...accountRoles.filter((role) => role !== 'owner'), ...workspaceRoles];
      case 'MODULE,...':
        return modules;
      case 'FILE':
      case 'DIR':
        return 'files';
      default:
        return [];
    }
  };
}
