import type { Session } from '../../contract/types.ts';
import { conflictError, otherError, temporaryError, usageError } from '../../errors.ts';

/** What `serve` asks of the server's own start. */
export interface StartOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Directory of the embedded database; undefined: the server's own default. */
  readonly data: string | undefined;
  readonly database: string | undefined;
  readonly publicUrl: string | undefined;
  readonly smtp: string | undefined;
  readonly smsWebhook: string | undefined;
  readonly dev: boolean;
  readonly signup: boolean;
  /** Issues a staff token to this user. */
  readonly staff: string | undefined;
}

/** A server that listens. */
export interface Started {
  /** Where it listens, without a final slash. */
  readonly url: string;
  /** The directory, or the database's address without its password. */
  readonly data: string;
  /** Of the first user, when this start made one. */
  readonly session: Session | null;
  /** The first user's, random and shown once: for signing in when the session is over. */
  readonly password: string | null;
  /** A fresh staff token: the first user's, or that of `staff`. */
  readonly staff: { readonly email: string; readonly secret: string; readonly expires_at: string } | null;
  /** Takes no more requests, finishes those under way, closes the database. */
  close(): Promise<void>;
}

export type Starter = (options: StartOptions) => Promise<Started>;

/** The one door between the two programs, opened only when `serve` runs. */
export const startServer: Starter = async (options) => {
  const { start } = await import('../../server/start.ts');
  try {
    return await start(options);
  } catch (error) {
    throw asOurs(error);
  }
};

/** SQLSTATE of what an operator can put right: wrong login, wrong password, no such database, too few rights. */
const refusals: ReadonlySet<string> = new Set(['28000', '28P01', '3D000', '42501']);

function reasonOf(cause: unknown): string | undefined {
  return cause instanceof Error && cause.message !== '' ? cause.message : undefined;
}

/** The server's own refusals, in the tool's words: a wrong flag is 2, a port or folder that is taken is 6. */
export function asOurs(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const more = { code: 'start_refused', cause: error };
  if ('code' in error && refusals.has(String(error.code))) {
    const hint = 'check --database or TENANTCTL_DATABASE: login, password, name of the database';
    return usageError(`PostgreSQL refuses: ${error.message}`, { ...more, hint });
  }
  if ('syscall' in error && 'path' in error) {
    const hint = 'choose another with --data';
    return usageError(`the data directory cannot be used: ${error.message}`, { ...more, hint });
  }
  if (error.name === 'DirectoryInUseError') return conflictError(error.message, more);
  if (error.name === 'DatabaseUnavailableError')
    return temporaryError(error.message, { ...more, why: reasonOf(error.cause) });
  if (error.name === 'MigrationError' || error.name === 'DomainError') return otherError(error.message, more);
  if (error.name !== 'StartError') return error;
  return /^(?:--|TENANTCTL_)/.test(error.message)
    ? usageError(error.message, more)
    : conflictError(error.message, more);
}
