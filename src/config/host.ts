/**
 * What configuration needs from the machine, passed in so that tests can stand on any platform and
 * nothing below reads `process`. main.ts makes the real one.
 */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `process.platform`. */
  readonly platform: string;
  /** The user's home directory, absolute. */
  readonly home: string;
  readonly hostname: string;
  readonly pid: number;
  /** Sends signal 0, as `process.kill` does: throws ESRCH when there is no such process. */
  readonly kill: (pid: number, signal: 0) => void;
  /** Says something on stderr that is no error, one line without its newline. */
  readonly warn: (message: string) => void;
  /** Milliseconds since 1970, UTC. */
  readonly now: () => number;
}

/** A variable's value; an empty one counts as unset, as CI systems give for a secret that is missing. */
export function variable(env: Host['env'], name: string): string | undefined {
  const value = env[name];
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
