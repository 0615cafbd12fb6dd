import { changes, type OperationId, operationOf } from '../contract/operations.ts';
import { type TenantctlError, usageError } from '../errors.ts';

/**
 * The last gate before the wire (design: cli.md, Prompts and safety): whatever a command forgot, nothing that changes
 * anything leaves under `--dry-run` or `--read-only`.
 */
export interface Guard {
  readonly dryRun: boolean;
  readonly readOnly: boolean;
  /**
   * Asked before a change leaves; throws if the person must confirm and did not. Protected profiles.
   * @param account the account the change goes to, as the caller named it
   */
  readonly beforeWrite: (account: string | undefined) => Promise<void>;
  /**
   * Where a call may go: gives the account to send, throws if the profile is pinned to another one.
   * Asked before every signed call.
   */
  readonly place: (account: string | undefined) => Promise<string | undefined>;
}

export interface Verdict {
  /** Send `?dry_run=true`. */
  readonly asDryRun: boolean;
}

/** They touch only the own sign-in, which a read-only or protected profile needs like any other. */
const ownSession: ReadonlySet<OperationId> = new Set<OperationId>([
  'auth.login',
  'auth.refresh',
  'auth.logout',
  // Signs in to a managed account: read-only, where the run is.
  'delegations.create',
]);

export async function admit(
  guard: Guard,
  id: OperationId,
  dryRun: boolean,
  account: string | undefined,
): Promise<Verdict> {
  const operation = operationOf(id);
  // Renewing an expired token is not what the person asked for, but what makes their preview possible.
  if (!changes(operation) || id === 'auth.refresh') return { asDryRun: false };
  if (dryRun) {
    if (operation.dry_run !== true) throw noDryRun(id);
    return { asDryRun: true };
  }
  if (ownSession.has(id)) return { asDryRun: false };
  if (guard.readOnly) throw readOnly(id);
  await guard.beforeWrite(account);
  return { asDryRun: false };
}

/** For `tenantctl api`: a raw request names a method and a path, of an operation of ours or not. */
export async function admitRaw(guard: Guard, method: string, path: string): Promise<void> {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return;
  const what = `${method} ${path}`;
  if (guard.dryRun) throw noDryRun(what);
  if (guard.readOnly) throw readOnly(what);
  await guard.beforeWrite(accountInPath(path));
}

export function accountInPath(path: string): string | undefined {
  return /\/accounts\/([^/?]+)/.exec(path)?.[1];
}

function noDryRun(what: string): TenantctlError {
  return usageError(`${what} cannot be tried out: the server has no dry run for it`, {
    code: 'no_dry_run',
    why: '--dry-run lets a change leave only if the server checks it without writing. Nothing was sent.',
  });
}

export function readOnly(what: string): TenantctlError {
  return usageError(`${what} is a change, and this run is read-only`, {
    code: 'read_only',
    why: 'The flag --read-only or the profile says so. Nothing was sent.',
  });
}
