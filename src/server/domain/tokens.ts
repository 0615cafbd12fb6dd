import { type AccountKind, type AccountRole, type Module, rolesOfKind } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import { hashToken, mintToken } from '../../contract/token.ts';
import type { Token, TokenWithSecret } from '../../contract/types.ts';
import { isAdminRole, type Membership, type Standing } from './access.ts';
import type { UserActor } from './actor.ts';
import { stillVerified, type Verified, verified } from './auth.ts';
import type { Prepare } from './change.ts';
import { DomainError, invalid, notFound, refused } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { NewToken } from './ports/tokens.ts';
import type { AccountWork, Input, Work } from './work.ts';

const DAY_MS = 86_400_000;
const API_DAYS = 90;
const STAFF_DAYS = 7;
const METER_DAYS = 90;

/** The signed-in person; the access table lets nobody else through. */
export function signedIn(work: Pick<Work, 'actor'>): UserActor {
  if (work.actor.kind === 'user') return work.actor;
  throw new DomainError('forbidden', 'Only a signed-in person may do this, not a token.');
}

function denied(check: string, text: string): DomainError {
  return new DomainError('forbidden', `This is not allowed: ${text}.`, {
    reasons: [{ check, ok: false, text }],
  });
}

interface Grant {
  readonly role: AccountRole;
  readonly modules: readonly Module[];
}

/** Modules go with the role `user` alone; of an account's kind, only its own roles exist. */
function mustFit(kind: AccountKind, { role, modules }: Grant): void {
  const roles: readonly AccountRole[] = rolesOfKind[kind];
  if (!roles.includes(role))
    throw invalid('/role', `must be one of ${roles.join(', ')} in an account of kind ${kind}.`);
  if (role !== 'user' && modules.length > 0)
    throw invalid('/modules', `go with the role user, not with ${role}.`);
}

/** What a member's token may: nothing that its maker may not (D24, T74). */
function grantOf(membership: Membership, kind: AccountKind, wanted: Partial<Grant>): Grant {
  const all = isAdminRole(membership.role);
  const role = wanted.role ?? membership.role;
  const own = !all && role === 'user' ? membership.modules : [];
  const grant = { role, modules: [...new Set(wanted.modules ?? own)] };
  mustFit(kind, grant);
  if (all) return grant;
  if (role !== membership.role)
    throw denied('role', `you are ${membership.role}, and a token is never above its maker`);
  const beyond = grant.modules.filter((module) => !membership.modules.includes(module));
  if (beyond.length > 0) throw denied('modules', `you do not have ${beyond.join(', ')} yourself`);
  return grant;
}

type Unmade = Omit<NewToken, 'id' | 'hash' | 'expiresAt' | 'at'>;

async function make(work: Work, draft: Unmade, days: number): Promise<TokenWithSecret> {
  const { platform, now, deps } = work;
  const at = now.toISOString();
  const id = deps.newId('token');
  const secret = mintToken(draft.kind);
  const expiresAt = new Date(now.getTime() + days * DAY_MS).toISOString();
  await platform.tokens.insert({ ...draft, id, hash: hashToken(secret), expiresAt, at });
  const { kind, owner, role, modules, reason, name, accountId } = draft;
  work.record({
    accountId,
    target: { kind: 'token', id, name },
    after: { kind, owner, role, modules, expires_at: expiresAt },
    reason,
  });
  const token = await platform.tokens.find(id, at);
  if (!token) throw new DomainError('internal', 'Something went wrong here.');
  return { token, secret };
}

/** A staff or metering token takes the password once more (T72); a member's is bound by their membership. */
export const prepareToken: Prepare<'tokens.create', Verified | null> = async ({ body, ip }, deps, lookup) => {
  if (body.kind === 'api') return null;
  const user = await lookup(async ({ platform }, actor) =>
    actor.kind === 'user' ? await platform.users.find(actor.userId) : null,
  );
  // The transaction says why.
  if (!user?.staff) return null;
  return await verified(deps, user, body.current_password, { subject: user.id, ip });
};

export async function createToken(
  work: Work,
  { body }: Input<'tokens.create'>,
  found: Verified | null,
): Promise<TokenWithSecret> {
  const { userId } = signedIn(work);
  const common = { userId, name: body.name, createdBy: userId };
  if (body.kind !== 'api') {
    const user = found && (await stillVerified(work, found));
    if (!user?.staff) throw denied('staff', 'you are not staff');
    const draft = {
      ...common,
      kind: body.kind,
      owner: 'user',
      accountId: null,
      role: null,
      modules: [],
      reason: body.reason,
    } as const;
    const days = body.kind === 'staff' ? STAFF_DAYS : METER_DAYS;
    return await make(work, draft, body.expires_in_days ?? days);
  }
  const { account, membership } = await work.authorise(body.account, 'accounts.show');
  if (membership?.state !== 'active') throw denied('member', `you are no active member of ${account.slug}`);
  mustBeActive(account);
  const grant = grantOf(membership, account.kind, {
    ...(body.role && { role: body.role }),
    ...(body.modules && { modules: body.modules }),
  });
  const draft = {
    ...common,
    ...grant,
    kind: 'api',
    owner: 'member',
    accountId: account.id,
    reason: null,
  } as const;
  return await make(work, draft, body.expires_in_days ?? API_DAYS);
}

function mustBeActive({ state, slug }: Standing['account']): void {
  if (state === 'active') return;
  throw refused('account_suspended', 'account_state', `${slug} is ${state}: no token can be made for it.`);
}

export async function listTokens(work: Work, input: Input<'tokens.list'>): Promise<Answer<'tokens.list'>> {
  const { userId } = signedIn(work);
  return listAnswer(
    await work.platform.tokens.listOfUser(userId, work.now.toISOString(), pageRequest(input)),
  );
}

function recordEnd(work: Work, token: Token): void {
  work.record({
    accountId: token.account_id,
    target: { kind: 'token', id: token.id, name: token.name },
    before: { state: token.state },
    after: { state: 'revoked' },
  });
}

export async function revokeToken(
  work: Work,
  { params }: Input<'tokens.revoke'>,
): Promise<{ changed: boolean }> {
  const { userId } = signedIn(work);
  const { platform, now } = work;
  const at = now.toISOString();
  const token = await platform.tokens.find(params.token, at);
  if (token?.user_id !== userId || token.kind === 'user') throw notFound('token', params.token);
  const changed = await platform.tokens.revoke(token.id, at);
  if (changed) recordEnd(work, token);
  return { changed };
}

export async function listAccountTokens(
  work: AccountWork,
  input: Input<'account_tokens.list'>,
): Promise<Answer<'account_tokens.list'>> {
  return listAnswer(await work.tenant.tokens.list(work.now.toISOString(), pageRequest(input)));
}

/** A token that the account owns, so that what runs by itself outlives the people (D24). Admins only make it. */
export async function createAccountToken(
  work: AccountWork,
  { body }: Input<'account_tokens.create'>,
): Promise<TokenWithSecret> {
  const { account } = work.standing;
  mustBeActive(account);
  const grant = { role: body.role, modules: [...new Set(body.modules ?? [])] };
  mustFit(account.kind, grant);
  const owned = { kind: 'api', owner: 'account', userId: null, accountId: account.id, reason: null } as const;
  const draft = { ...owned, ...grant, name: body.name, createdBy: signedIn(work).userId };
  return await make(work, draft, body.expires_in_days ?? API_DAYS);
}

export async function revokeAccountToken(
  work: AccountWork,
  { params }: Input<'account_tokens.revoke'>,
): Promise<{ changed: boolean }> {
  const at = work.now.toISOString();
  const token = await work.tenant.tokens.find(params.token, at);
  if (!token) throw notFound('token', params.token);
  const changed = await work.tenant.tokens.revoke(token.id, at);
  if (changed) recordEnd(work, token);
  return { changed };
}
