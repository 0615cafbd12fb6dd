import type { ChildProcess } from 'node:child_process';
import type { Program } from './world.ts';

/** Where signals come from: `process`. */
interface Signals {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

/** Runs another program in the place of this one: its streams are ours, and while it runs so are the signals. */
export class Children {
  readonly #signals: Signals;
  /** A terminal sends Ctrl-C to every program in its foreground: passed on, it would arrive twice. */
  readonly #terminal: () => boolean;
  readonly #numberOf: (signal: NodeJS.Signals) => number;
  #running: ChildProcess | undefined;

  constructor(signals: Signals, terminal: () => boolean, numberOf: (signal: NodeJS.Signals) => number) {
    this.#signals = signals;
    this.#terminal = terminal;
    this.#numberOf = numberOf;
  }

  /** Is a signal the business of the program that runs? Then it has been passed on. */
  takes(signal: NodeJS.Signals): boolean {
    if (this.#running === undefined) return false;
    if (signal !== 'SIGINT' || !this.#terminal()) this.#running.kill(signal);
    return true;
  }

  /** Its exit code as a shell would tell it; rejects if it cannot be started, or `stop` came first. */
  async run({ command, args, env, cwd }: Program, stop: AbortSignal): Promise<number> {
    const { spawn } = await import('node:child_process');
    stop.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const child = spawn(command, args, { env, cwd, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : this.#numberOf(signal))),
    );
    this.#running = child;
    // Left alone it would end us at once, and what the program was given would not be taken back.
    const hangUp = () => void this.takes('SIGHUP');
    this.#signals.on('SIGHUP', hangUp);
    try {
      return await promise;
    } finally {
      this.#signals.off('SIGHUP', hangUp);
      this.#running = undefined;
    }
  }
}
