import { homedir, hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import manifest from '../package.json' with { type: 'json' };
import { assemble, type Run } from './assemble.ts';
import { hasBrowser, openBrowser, openerOf } from './browser.ts';
import { Children } from './child.ts';
import type { Flags } from './context.ts';
import { advised } from './delegated.ts';
import {
  asTenantctlError,
  exitCode,
  interruptedError,
  isBrokenPipe,
  type Outcome,
  otherError,
  ProgramEnded,
  TenantctlError,
  terminatedError,
} from './errors.ts';
import { parseFlags, runProgram } from './program.ts';
import type { World } from './world.ts';

/**
 * The composition root: argv and the world in, an exit code out. Errors become codes here and nowhere else.
 * Without a world it is the process, whose exit code it sets.
 */
export async function main(argv: readonly string[], world?: World): Promise<number> {
  if (world !== undefined) return await runMain(argv, world);
  const code = await runMain(argv, processWorld());
  process.exitCode = code;
  // Whatever still waits (a pipe that never ends, a question) must not outlive Ctrl-C.
  // oxlint-disable-next-line unicorn/no-process-exit -- see above
  if (code === exitCode('interrupted') || code === exitCode('terminated')) process.exit();
  return code;
}

async function runMain(argv: readonly string[], world: World): Promise<number> {
  let run: Run;
  try {
    run = assemble(world, parseFlags(argv));
  } catch (thrown) {
    run = assemble(world, fallbackFlags(argv));
    return await ended(run, thrown);
  }
  try {
    await untilInterrupted(run, world, work(argv, run));
  } catch (thrown) {
    return await ended(run, thrown);
  }
  return await ended(run, undefined);
}

async function work(argv: readonly string[], run: Run): Promise<void> {
  const { text } = await runProgram(argv, run.ctx);
  if (text !== '') await run.ctx.out.raw(text);
}

/** Flags that cannot be read still say how an error is to be told. */
function fallbackFlags(argv: readonly string[]): Flags {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  return own.includes('--json') ? { json: true } : {};
}

/** The first Ctrl-C ends a run at once, unless its command has taken that upon itself. */
async function untilInterrupted(run: Run, world: World, working: Promise<void>): Promise<void> {
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const onAbort = () => {
    if (!run.state.held) reject(world.signal.reason);
  };
  world.signal.addEventListener('abort', onAbort);
  try {
    await Promise.race([working, interrupted]);
  } finally {
    world.signal.removeEventListener('abort', onAbort);
  }
}

/** Ctrl-C needs no words, for the person knows; nor do changes that are pending, for the result shows them. */
const silent: ReadonlySet<Outcome> = new Set<Outcome>(['interrupted', 'terminated', 'changes_pending']);
/** What was written to `--out` is worth keeping. */
const hasResult: ReadonlySet<Outcome> = new Set<Outcome>(['partial', 'changes_pending']);

/** Nor does a program that has said its own. */
const isSilent = (failure: TenantctlError): boolean =>
  silent.has(failure.outcome) || (failure instanceof ProgramEnded && failure.silent);

async function ended(run: Run, thrown: unknown): Promise<number> {
  try {
    const failure =
      thrown === undefined || isBrokenPipe(thrown) ? undefined : advised(explained(thrown), run.ctx);
    if (failure !== undefined && !isSilent(failure)) await outputOf(run).error(failure);
    await outputOf(run).end(failure === undefined || hasResult.has(failure.outcome));
    return failure?.exitCode ?? 0;
  } catch (broken) {
    if (isBrokenPipe(broken)) return 0;
    const failure = asTenantctlError(broken);
    await outputOf(run).error(failure);
    return failure.exitCode;
  } finally {
    await run.close();
  }
}

/** If the flags themselves keep the output from being made, a plain one tells so. */
function outputOf(run: Run) {
  try {
    return run.ctx.out;
  } catch {
    return assemble(run.ctx.world, {}).ctx.out;
  }
}

/** What we did not throw ourselves is a bug: say so, and where it goes. */
function explained(thrown: unknown): TenantctlError {
  const error = asTenantctlError(thrown);
  if (thrown instanceof TenantctlError || error.code !== 'internal') return error;
  return otherError(error.message, {
    code: 'internal',
    why: 'This is a bug in tenantctl.',
    hint: 'run it again with --debug and report what it prints',
    cause: thrown,
  });
}

function processWorld(): World {
  const stop = new AbortController();
  // Asked for when a program has ended, for the build loads node:os only where one of its functions is called.
  const numberOf = (signal: NodeJS.Signals) => process.getBuiltinModule('node:os').constants.signals[signal];
  const children = new Children(process, () => process.stdin.isTTY, numberOf);
  const onSignal = (signal: NodeJS.Signals, code: number, reason: TenantctlError) => () => {
    if (children.takes(signal)) return;
    // The second time nothing is waited for.
    // oxlint-disable-next-line unicorn/no-process-exit -- that is what the second Ctrl-C asks for
    if (stop.signal.aborted) process.exit(code);
    stop.abort(reason);
  };
  process.on('SIGINT', onSignal('SIGINT', 130, interruptedError('interrupted')));
  process.on('SIGTERM', onSignal('SIGTERM', 143, terminatedError('terminated')));
  return {
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    home: homedir(),
    hostname: hostname(),
    pid: process.pid,
    kill: (pid, signal) => process.kill(pid, signal),
    runProgram: (program) => children.run(program, stop.signal),
    openUrl: hasBrowser(process) ? async (url) => await openBrowser(openerOf(process, url)) : undefined,
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    version: manifest.version,
    node: process.versions.node,
    clock: {
      now: () => Date.now(),
      sleep: async (ms, signal) => await sleep(ms, undefined, signal === undefined ? {} : { signal }),
    },
    random: () => Math.random(),
    uuid: () => crypto.randomUUID(),
    signal: stop.signal,
  };
}
