import { randomBytes } from 'node:crypto';
import { parseAddress } from '../../contract/address.ts';
import { firstWorkspace, startPlan } from '../../contract/limits.ts';
import type { User } from '../../contract/types.ts';
import { planNamed } from './catalogue.ts';
import { beginCredits } from './credits.ts';
import { invalid } from './errors.ts';
import type { UserRow } from './ports/users.ts';
import { beginSubscription } from './subscriptions.ts';
import type { Work } from './work.ts';

/** What making a user needs of a piece of work: the server's first start has no actor. */
export interface Maker extends Pick<Work, 'platform' | 'tenantOf' | 'now'> {
  readonly deps: Pick<Work['deps'], 'newId'>;
}

export interface Person {
  readonly email: string;
  readonly emailFolded: string;
  readonly name: string | null;
  readonly passwordHash: string | null;
}

const SLUG_RANDOM_BYTES = 4;

/** The address as written and as compared, or what is wrong with it. */
export function readAddress(raw: string, pointer = '/email'): { email: string; emailFolded: string } {
  const result = parseAddress(raw);
  if (!result.ok) throw invalid(pointer, `is not an address: ${result.reason}.`);
  return { email: result.written, emailFolded: result.folded };
}

/** Readable and random: a taken one would tell that somebody of that name is here. */
function personalSlug(emailFolded: string): string {
  const local = emailFolded.slice(0, emailFolded.lastIndexOf('@'));
  const readable = local.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '');
  return `${readable.slice(0, 40).replace(/-+$/, '') || 'personal'}-${randomBytes(SLUG_RANDOM_BYTES).toString('hex')}`;
}

/**
 * Makes a user with what everybody has (R25): a personal account, owned by them, and its one workspace.
 * Records nothing: the operation that makes the user does. A taken address is DomainError `address_taken`.
 * @returns the user's id
 */
export async function createUser(work: Maker, person: Person): Promise<string> {
  const { platform, deps } = work;
  const at = work.now.toISOString();
  const userId = deps.newId('user');
  const accountId = deps.newId('account');
  await platform.users.insert({ id: userId, ...person, at });
  await platform.accounts.insert({
    id: accountId,
    kind: 'personal',
    slug: personalSlug(person.emailFolded),
    name: person.name ?? person.email,
    state: 'active',
    plan: startPlan,
    ownerUserId: userId,
    labels: {},
    createdBy: userId,
    at,
  });
  const tenant = work.tenantOf(accountId);
  // The start plan is free, whatever else the catalogue says: it is refused otherwise.
  await beginSubscription(tenant, { name: startPlan, monthly_price_cents: 0 }, work.now);
  await beginCredits(work, accountId, (await planNamed(work, startPlan)).limits);
  const memberId = deps.newId('member');
  await tenant.members.insert({ id: memberId, userId, role: 'owner', modules: [], children: [], at });
  const workspaceId = deps.newId('workspace');
  await tenant.workspaces.insert({
    id: workspaceId,
    slug: firstWorkspace,
    name: 'Personal',
    createdBy: userId,
    at,
  });
  return userId;
}

export function toUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    staff: row.staff,
    personal_account: row.personalAccountId,
    revision: row.revision,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  };
}
