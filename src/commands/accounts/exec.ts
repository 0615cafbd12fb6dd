import { requireApiUrl } from '../../config/resolve.ts';
import type { Context } from '../../context.ts';
import { ProgramEnded } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { checkOpening, close, isReadOnly, type Opened, open, openFlags } from './open.ts';

const spec = {
  path: 'accounts exec',
  summary: 'Run one program that is logged in to a managed account, and nothing else',
  about:
    'The program gets TENANTCTL_TOKEN, TENANTCTL_API_URL and TENANTCTL_ACCOUNT in its environment; no profile is kept, and the log-in is revoked when it ends, however it ends. Its output, signals and exit code are its own (128 + n after signal n; 127 if it is not found, 126 if it cannot be run). Write -- before it, so that its flags stay its own.',
  args: {
    account: { help: 'slug or id' },
    command: { help: 'the program and its arguments', rest: true, program: true },
  },
  flags: openFlags,
  examples: [
    'tenantctl accounts exec acme-dev --reason "nightly sync" -- ./sync.sh --all',
    'tenantctl accounts exec acme-dev --reason audit --read-only -- tenantctl members list --json',
  ],
  operations: ['accounts.show', 'delegations.create', 'auth.logout'],
  next: 'tenantctl accounts delegations list --account ACCOUNT',
  local: true,
} as const satisfies VerbSpec;

export type ExecOptions = OptionsOf<typeof spec>;

export function execCommand(ctx: Context, run = execRun): Verb {
  return verb(spec, ctx, run);
}

export async function execRun(options: ExecOptions, ctx: Context): Promise<void> {
  await checkOpening(options, ctx);
  await confirmProtected(options, ctx);
  // From here Ctrl-C is the program's: whatever it does, the log-in is taken back.
  const interrupt = ctx.holdInterrupt();
  const opened = await open(options, ctx);
  let code: number;
  try {
    interrupt.throwIfAborted();
    code = await run(options.command, opened, ctx);
  } finally {
    await close(opened, ctx);
  }
  if (code !== 0) throw new ProgramEnded(code);
}

/** Inside the program nobody asks: what a protected profile wants confirmed is confirmed before. */
async function confirmProtected({ account, command }: ExecOptions, ctx: Context): Promise<void> {
  const { settings, profile } = ctx.config();
  if (!settings.protected.value || isReadOnly(ctx)) return;
  const { slug } = await ctx.client().call('accounts.show', { params: { account } });
  await ctx.confirmed({
    weight: 'slug',
    what: `let ${command[0]} change ${slug} through the protected profile ${profile?.name}`,
    slug,
  });
}

/** A profile or a token's file of ours would stand beside what it is given. */
const ours = ['TENANTCTL_PROFILE', 'TENANTCTL_TOKEN_FILE'];

async function run([command = '', ...args]: string[], opened: Opened, ctx: Context): Promise<number> {
  const { world } = ctx;
  const env = {
    ...Object.fromEntries(Object.entries(world.env).filter(([name]) => !ours.includes(name))),
    TENANTCTL_TOKEN: opened.secret,
    TENANTCTL_API_URL: requireApiUrl(ctx.config().settings),
    TENANTCTL_ACCOUNT: opened.delegation.account.slug,
  };
  try {
    return await world.runProgram({ command, args, env, cwd: world.cwd });
  } catch (cause) {
    throw notStarted(command, cause);
  }
}

/** As a shell says it: 127 where there is none, 126 where it cannot be run. */
function notStarted(command: string, cause: unknown): unknown {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  const failure = (what: string, name: string) => ({
    code: name,
    message: `${command}: ${what}`,
    why: 'Nothing was run, and the log-in was taken back.',
    cause,
  });
  if (code === 'ENOENT')
    return new ProgramEnded(127, failure('there is no such program', 'program_not_found'));
  if (code === 'EACCES') return new ProgramEnded(126, failure('it cannot be run', 'program_not_runnable'));
  return cause;
}
