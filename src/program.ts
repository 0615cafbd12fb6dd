import { Command, CommanderError } from 'commander';
import { flagsOf, optionOf, type Verb } from './commands/command.ts';
import { nounHelp } from './commands/help-text.ts';
import { type Entry, entryNamed, isNoun } from './commands/tree.ts';
import type { Context, Flags } from './context.ts';
import { usageError } from './errors.ts';
import { globalFlags } from './flags.ts';

/** One line a noun: the only place that knows them all. */
export const entries: readonly Entry[] = [
  {
    name: 'signup',
    summary: 'Sign up: mails a link, then takes a password',
    load: async () => (await import('./commands/signup/signup.ts')).signupCommand,
  },
  {
    name: 'login',
    summary: 'Sign in, and keep the session as a profile',
    load: async () => (await import('./commands/login/login.ts')).loginCommand,
  },
  {
    name: 'logout',
    summary: 'End the session of a profile',
    load: async () => (await import('./commands/logout/logout.ts')).logoutCommand,
  },
  {
    name: 'whoami',
    summary: 'Show who the credential belongs to',
    load: async () => (await import('./commands/whoami/whoami.ts')).whoamiCommand,
  },
  {
    name: 'auth',
    summary: 'The credential of this run, the password, the own user',
    noun: async () => (await import('./commands/auth/index.ts')).auth,
  },
  {
    name: 'profiles',
    aliases: ['profile'],
    summary: 'Saved connections: an API, who is signed in, and guards',
    noun: async () => (await import('./commands/profiles/index.ts')).profiles,
  },
  {
    name: 'accounts',
    aliases: ['account', 'acc'],
    summary: 'Accounts, their managed accounts and their state',
    noun: async () => (await import('./commands/accounts/index.ts')).accounts,
  },
  {
    name: 'sub-accounts',
    aliases: ['sub-account', 'sub'],
    summary: 'Accounts under your umbrella: invite, cap, end',
    noun: async () => (await import('./commands/sub-accounts/index.ts')).subAccounts,
  },
  {
    name: 'umbrella',
    summary: 'The umbrella above your account: read, accept, leave',
    noun: async () => (await import('./commands/umbrella/index.ts')).umbrella,
  },
  {
    name: 'members',
    aliases: ['member'],
    summary: 'The people of an account: roles, modules, state',
    noun: async () => (await import('./commands/members/index.ts')).members,
  },
  {
    name: 'invites',
    aliases: ['invite', 'inv'],
    summary: 'Invitations, one or a million, and what became of them',
    noun: async () => (await import('./commands/invites/index.ts')).invites,
  },
  {
    name: 'batches',
    aliases: ['batch'],
    summary: 'Many people at once: how far a file is, and what became of each row',
    noun: async () => (await import('./commands/batches/index.ts')).batches,
  },
  {
    name: 'workspaces',
    aliases: ['workspace', 'ws'],
    summary: 'Workspaces, who is in them, and what they hold',
    noun: async () => (await import('./commands/workspaces/index.ts')).workspaces,
  },
  {
    name: 'parsers',
    aliases: ['parser'],
    summary: 'Document parsers: definitions, revisions, copies, promotion',
    noun: async () => (await import('./commands/parsers/index.ts')).parsers,
  },
  {
    name: 'forms',
    aliases: ['form'],
    summary: 'Forms: questions, and what other accounts have of them',
    noun: async () => (await import('./commands/forms/index.ts')).forms,
  },
  {
    name: 'contacts',
    aliases: ['contact'],
    summary: 'The people whom an account keeps in touch with; those to become sub-accounts',
    noun: async () => (await import('./commands/contacts/index.ts')).contacts,
  },
  {
    name: 'diff',
    summary: 'Show what is different between the estate and its files',
    load: async () => (await import('./commands/diff/diff.ts')).diffCommand,
  },
  {
    name: 'export',
    summary: 'Write the live estate as files',
    load: async () => (await import('./commands/export/export.ts')).exportCommand,
  },
  {
    name: 'access',
    summary: 'Who may do what, and why',
    noun: async () => (await import('./commands/access/index.ts')).access,
  },
  {
    name: 'validate',
    summary: 'Check the files of an estate, without a server',
    load: async () => (await import('./commands/validate/validate.ts')).validateCommand,
  },
  {
    name: 'plans',
    aliases: ['plan'],
    summary: 'Plans, and the one that an account is on',
    noun: async () => (await import('./commands/plans/index.ts')).plans,
  },
  {
    name: 'billing',
    aliases: ['bills', 'bill'],
    summary: 'What an account is charged',
    noun: async () => (await import('./commands/billing/index.ts')).billing,
  },
  {
    name: 'credits',
    aliases: ['credit'],
    summary: 'Uploads and messages: what there is, who pays, and what was used',
    noun: async () => (await import('./commands/credits/index.ts')).credits,
  },
  {
    name: 'usage',
    summary: 'Report usage, with a metering token',
    noun: async () => (await import('./commands/usage/index.ts')).usage,
  },
  {
    name: 'roles',
    aliases: ['role'],
    summary: 'Account roles, workspace roles and modules',
    noun: async () => (await import('./commands/roles/index.ts')).roles,
  },
  {
    name: 'tokens',
    aliases: ['token'],
    summary: 'Tokens for scripts and CI, of a member, an account or staff',
    noun: async () => (await import('./commands/tokens/index.ts')).tokens,
  },
  {
    name: 'audit',
    summary: 'The audit trail: who did what, and when',
    noun: async () => (await import('./commands/audit/index.ts')).audit,
  },
  {
    name: 'staff',
    summary: 'The people who run the platform (staff only)',
    noun: async () => (await import('./commands/staff/index.ts')).staff,
  },
  {
    name: 'apply',
    summary: 'Make the estate what its files say',
    load: async () => (await import('./commands/apply/apply.ts')).applyCommand,
  },
  {
    name: 'api',
    summary: 'Send a signed request to any path of the API',
    load: async () => (await import('./commands/api/api.ts')).apiCommand,
  },
  {
    name: 'serve',
    summary: 'Run the tenancy API here',
    load: async () => (await import('./commands/serve/serve.ts')).serveCommand,
  },
  {
    name: 'dev',
    summary: 'A --dev server: its captured mail and its clock',
    noun: async () => (await import('./commands/dev/index.ts')).dev,
  },
  {
    name: 'config',
    summary: 'The settings of this run and where they come from',
    noun: async () => (await import('./commands/config/index.ts')).config,
  },
  {
    name: 'doctor',
    summary: 'Check this machine, the connection and the credential',
    load: async () => (await import('./commands/doctor/doctor.ts')).doctorCommand,
  },
  {
    name: 'completion',
    summary: 'Completion of commands, flags and names in the shell',
    noun: async () => (await import('./commands/completion/index.ts')).completionOf(entries),
  },
  {
    name: 'commands',
    summary: 'List every command',
    load: async () => (await import('./commands/commands/commands.ts')).commandsCommand(entries),
  },
  {
    name: 'help',
    summary: 'Explain a topic or a command',
    load: async () => (await import('./commands/help/help.ts')).helpCommand,
  },
];

const summary = 'Administer a multi-tenant product from a terminal';

/** How parsing ended: with nothing more to do but to print, or with a verb that has run. */
export interface Parsed {
  /** Help or version, for stdout. */
  readonly text: string;
}

/** The global flags alone, wherever they stand; main needs them before it can build a context. */
export function parseFlags(argv: readonly string[]): Flags {
  const scan = withGlobals(new Command()).allowUnknownOption().allowExcessArguments().helpOption(false);
  scan
    .argument('[words...]')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return rethrown(() => {
    scan.parse([...argv], { from: 'user' });
    return flagsOf(scan.opts(), globalFlags);
  }, 'tenantctl --help');
}

/** Finds the verb in argv, loads it alone, parses its flags and runs it. */
export async function runProgram(typedWords: readonly string[], ctx: Context): Promise<Parsed> {
  let text = '';
  const argv = asHelpFlag(asMoved(typedWords));
  const path = await pathIn(wordsIn(argv), ctx);
  const program = withGlobals(new Command('tenantctl')).version(ctx.world.version, '--version');
  program.helpInformation = () => nounHelp('', summary, entries);
  attach(program, path);
  quiet(program, (written) => {
    text += written;
  });
  const typed = `tenantctl ${path.map((step) => step.entry.name).join(' ')}`.trim();
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (isBareNoun(thrown)) return { text: helpAt(program, path) };
    if (!isPrinted(thrown)) throw misuse(thrown, `${typed} --help`);
  }
  return { text };
}

/** `invites batches list` is `batches list`: batches were of invitations alone, and these words go on meaning them. */
function asMoved(argv: readonly string[]): readonly string[] {
  const words = wordsIn(argv).filter((word) => word !== 'help');
  const [first = '', second] = words;
  const moved = entryNamed(entries, first)?.name === 'invites' && second === 'batches';
  return moved ? argv.filter((_, at) => at !== argv.indexOf(first)) : argv;
}

/** `help accounts list` is `accounts list --help`; a topic stays with the verb `help`. */
function asHelpFlag(argv: readonly string[]): readonly string[] {
  const [first, second] = wordsIn(argv);
  if (first !== 'help') return argv;
  if (second === undefined) return argv.length === 1 ? ['--help'] : argv;
  if (entryNamed(entries, second) === undefined) return argv;
  return [...argv.filter((_, at) => at !== argv.indexOf('help')), '--help'];
}

/** A step of the way to the verb: what was typed, what stands beside it, and the verb itself at the end. */
interface Step {
  readonly entry: Entry;
  readonly siblings: readonly Entry[];
  readonly below: readonly Entry[];
  readonly verb: Verb | undefined;
}

async function pathIn(words: readonly string[], ctx: Context): Promise<Step[]> {
  const path: Step[] = [];
  let siblings = entries;
  for (const word of words) {
    const entry = entryNamed(siblings, word);
    if (entry === undefined) break;
    if (!isNoun(entry)) {
      path.push({ entry, siblings, below: [], verb: (await entry.load())(ctx) });
      break;
    }
    const below = (await entry.noun()).verbs;
    path.push({ entry, siblings, below, verb: undefined });
    siblings = below;
  }
  return path;
}

/** Words that are neither a global flag nor its value. A verb's own flags come after the verb, so they do not matter. */
function wordsIn(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') break;
    if (!word.startsWith('-')) words.push(word);
    else if (takesValue(word)) at += 1;
  }
  return words;
}

const valued = new Set(
  Object.entries(globalFlags).flatMap(([name, flag]) =>
    'value' in flag ? [optionOf(name, flag).long, optionOf(name, flag).short] : [],
  ),
);

function takesValue(word: string): boolean {
  return valued.has(word);
}

function withGlobals(command: Command): Command {
  for (const [name, flag] of Object.entries(globalFlags)) command.addOption(optionOf(name, flag));
  return command;
}

/** Only the way that was typed gets its commands; all else is a name, for help and suggestions. */
function attach(program: Command, path: readonly Step[]): void {
  let parent = program;
  let siblings: readonly Entry[] = entries;
  let typed = '';
  for (const step of path) {
    for (const entry of siblings)
      if (entry !== step.entry) parent.addCommand(named(new Command(entry.name), entry));
    typed = `${typed} ${step.entry.name}`.trim();
    const command = step.verb?.command ?? new Command(step.entry.name);
    if (step.verb === undefined) command.helpInformation = helpOf(typed, step);
    parent.addCommand(named(command, step.entry));
    parent = command;
    siblings = step.below;
  }
  for (const entry of siblings) parent.addCommand(named(new Command(entry.name), entry));
}

function helpOf(typed: string, step: Step): () => string {
  return () => nounHelp(typed, step.entry.summary, step.below);
}

function named(command: Command, entry: Entry): Command {
  return command.aliases([...(entry.aliases ?? [])]).helpCommand(false);
}

/** commander writes and exits by itself; here it collects and throws. */
function quiet(command: Command, collect: (text: string) => void): void {
  command.helpCommand(false).exitOverride();
  command.configureOutput({ writeOut: collect, writeErr: () => undefined, outputError: () => undefined });
  for (const below of command.commands) quiet(below, collect);
}

function isPrinted(error: CommanderError): boolean {
  return error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
}

/** A noun without a verb asks what there is, and that is no error. */
function isBareNoun(error: CommanderError): boolean {
  return error.code === 'commander.help';
}

function helpAt(program: Command, path: readonly Step[]): string {
  const step = path.at(-1);
  const typed = path.map(({ entry }) => entry.name).join(' ');
  return step === undefined ? program.helpInformation() : helpOf(typed, step)();
}

function misuse(error: CommanderError, hint: string) {
  const [what = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  return usageError(what, {
    code: 'bad_command_line',
    why: suggestion?.replace(/^\(|\)$/g, ''),
    hint,
    cause: error,
  });
}

function rethrown<T>(parse: () => T, hint: string): T {
  try {
    return parse();
  } catch (thrown) {
    throw thrown instanceof CommanderError ? misuse(thrown, hint) : thrown;
  }
}
