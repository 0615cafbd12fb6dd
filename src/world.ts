import type { Clock } from './client/transport.ts';
import type { Send } from './client/wire.ts';
import type { Keyring } from './config/keyring.ts';
import type { OutputStream } from './output/streams.ts';

export type InputStream = NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };

/** A program to be run with the run's own stdin, stdout and stderr. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Everything that a run takes from outside. main.ts makes the real one, tests make their own. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: string;
  readonly home: string;
  readonly hostname: string;
  readonly pid: number;
  /** Sends a signal to a process; throws ESRCH when there is none. */
  readonly kill: (pid: number, signal: 0) => void;
  /**
   * Runs a program to its end, signals passed on; gives its exit code, 128 + n after signal n. Rejects if it cannot be
   * started (ENOENT, EACCES).
   */
  readonly runProgram: (program: Program) => Promise<number>;
  /** Opens a page in the person's browser; without it there is none. */
  readonly openUrl?: ((url: string) => Promise<void>) | undefined;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Of the tool and of Node, for `--version` and the User-Agent. */
  readonly version: string;
  readonly node: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly uuid: () => string;
  /** Aborted by the first Ctrl-C or SIGTERM, with the error that ends the run as its reason. */
  readonly signal: AbortSignal;
  /** Carries HTTP; undici where nothing is given. */
  readonly send?: Send | undefined;
  /** The operating system's, where nothing is given. */
  readonly openKeyring?: (() => Promise<Keyring | null>) | undefined;
}
