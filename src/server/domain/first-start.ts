import { randomBytes } from 'node:crypto';
import { hashToken, mintToken } from '../../contract/token.ts';
import type { Session } from '../../contract/types.ts';
import { DomainError } from './errors.ts';
import type { AuditEntry } from './ports/audit.ts';
import type { Transaction } from './ports.ts';
import { openSession } from './sessions.ts';
import { createUser, readAddress } from './users.ts';
import type { Deps } from './work.ts';

export const FIRST_ADDRESS = 'admin@localhost';
const DAY_MS = 86_400_000;
const STAFF_TOKEN_DAYS = 30;

export interface StaffCredential {
  readonly email: string;
  /** Shown once. */
  readonly secret: string;
  readonly expires_at: string;
}

/** What a server on an empty database made. Both secrets and the password are shown once. */
export interface FirstStart {
  readonly email: string;
  /** Random; for signing in again when the session is over. */
  readonly password: string;
  readonly session: Session;
  readonly staff: StaffCredential;
}

type Server = Pick<Deps, 'transactions' | 'clock' | 'newId' | 'passwords'>;

function event(
  deps: Server,
  now: Date,
  action: `system.${string}`,
  user: { id: string; email: string },
): AuditEntry {
  return {
    id: deps.newId('event'),
    at: now.toISOString(),
    accountId: null,
    actor: 'system',
    action,
    target: { kind: 'user', id: user.id, name: user.email },
    reason: null,
    before: null,
    after: { staff: true },
    requestId: null,
  };
}

interface NewStaffToken {
  readonly user: { readonly id: string; readonly email: string };
  readonly reason: string;
  readonly days: number;
}

async function issueStaffToken(
  deps: Server,
  { platform }: Transaction,
  now: Date,
  { user, reason, days }: NewStaffToken,
): Promise<StaffCredential> {
  const token = mintToken('staff');
  const at = now.toISOString();
  const expiresAt = new Date(now.getTime() + days * DAY_MS).toISOString();
  await platform.tokens.insert({
    id: deps.newId('token'),
    hash: hashToken(token),
    kind: 'staff',
    owner: 'user',
    userId: user.id,
    accountId: null,
    name: 'serve',
    role: null,
    modules: [],
    reason,
    createdBy: null,
    expiresAt,
    at,
  });
  return { email: user.email, secret: token, expires_at: expiresAt };
}

/** Makes the first user, who is also staff, unless somebody is there. However many servers start at once, one does. */
export async function firstStart(deps: Server): Promise<FirstStart | null> {
  if (await deps.transactions.read(({ platform }) => platform.users.any())) return null;
  const password = randomBytes(18).toString('base64url');
  const passwordHash = await deps.passwords.hash(password);
  return await deps.transactions.write(async (transaction) => {
    const { platform, tenant } = transaction;
    if (await platform.users.any()) return null;
    const now = deps.clock.now();
    const work = { platform, tenantOf: tenant, now, deps };
    const address = readAddress(FIRST_ADDRESS);
    const userId = await createUser(work, { ...address, name: 'Administrator', passwordHash });
    const reason = 'first start';
    await platform.staff.insert({ userId, reason, addedBy: null, at: now.toISOString() });
    const session = await openSession(work, userId);
    const user = { id: userId, email: address.email };
    const staff = await issueStaffToken(deps, transaction, now, { user, reason, days: STAFF_TOKEN_DAYS });
    await platform.audit.append([event(deps, now, 'system.first_start', user)]);
    return { email: user.email, password, session, staff };
  });
}

/**
 * A fresh staff token for somebody who has an account; whoever starts the server may make them staff.
 * Throws DomainError `not_found`, `invalid_request`.
 */
export async function freshStaffToken(deps: Server, email: string): Promise<StaffCredential> {
  const { emailFolded } = readAddress(email);
  return await deps.transactions.write(async (transaction) => {
    const { platform } = transaction;
    const now = deps.clock.now();
    const user = await platform.users.findByAddress(emailFolded);
    if (!user)
      throw new DomainError(
        'not_found',
        `Nobody has signed up as ${email}, so there is no staff token to give.`,
      );
    const reason = 'serve --staff';
    if (!user.staff)
      await platform.staff.insert({ userId: user.id, reason, addedBy: null, at: now.toISOString() });
    await platform.audit.append([event(deps, now, 'system.staff_token', user)]);
    return await issueStaffToken(deps, transaction, now, { user, reason, days: STAFF_TOKEN_DAYS });
  });
}
