import type { AccountRole, KeyRole, Module, WorkspaceRole } from '../../src/contract/limits.ts';
import type { BodyInput } from '../../src/contract/shapes.ts';
import { hashToken, mintToken } from '../../src/contract/token.ts';
import type { Account, Member, Session } from '../../src/contract/types.ts';
import type { TestServer } from './server.ts';

/** A signed-in person. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly token: string;
}

const personOf = (session: Session): Person => ({
  id: session.user.id,
  email: session.user.email,
  token: session.access_token,
});

/** Signs somebody up. */
export async function person(server: TestServer, email: string): Promise<Person> {
  return personOf(await server.signUp(email));
}

/** Makes a person a member by the store, past invitation and seats: what the tests of other things start from. */
export async function join(
  server: TestServer,
  accountId: string,
  who: Person,
  role: AccountRole,
  modules: readonly Module[] = [],
): Promise<string> {
  const id = server.deps.newId('member');
  const at = server.clock.now().toISOString();
  await server.deps.transactions.write(async ({ tenant }) => {
    await tenant(accountId).members.insert({ id, userId: who.id, role, modules, children: [], at });
  });
  return id;
}

/** Places a member in a workspace. */
export async function place(
  server: TestServer,
  accountId: string,
  memberId: string,
  role: WorkspaceRole = 'viewer',
  slug = 'default',
): Promise<string> {
  const at = server.clock.now().toISOString();
  return await server.deps.transactions.write(async ({ tenant }) => {
    const { workspaces } = tenant(accountId);
    const workspace = await workspaces.find({ memberId: null, scope: 'account' }, slug);
    if (workspace === null) throw new Error(`${accountId} has no workspace ${slug}`);
    await workspaces.place(workspace.id, memberId, role, at);
    return workspace.id;
  });
}

/** A standard account of somebody. */
export async function standard(server: TestServer, by: Person, slug: string): Promise<Account> {
  return await server.ok('accounts.create', { token: by.token, body: { name: slug, slug } });
}

/** A master: a standard account with the feature unlocked on a plan that has it. */
export async function master(server: TestServer, by: Person, slug: string, staff: string): Promise<Account> {
  const body = { name: slug, slug, plan: 'professional' as const };
  const { id } = await server.ok('accounts.create', { token: by.token, body });
  return await server.ok('accounts.unlock', { token: staff, params: { account: id }, body: {} });
}

export async function managed(server: TestServer, by: Person, above: string, slug: string): Promise<Account> {
  return await server.ok('accounts.create', { token: by.token, body: { name: slug, slug, master: above } });
}

/** An organization past its provisioning, with somebody as super admin. */
export async function organization(
  server: TestServer,
  staff: string,
  slug: string,
  superAdmin: Person,
): Promise<Account> {
  const body = {
    name: slug,
    slug,
    kind: 'organization' as const,
    plan: 'business' as const,
    admin_email: `first@${slug}.example`,
  };
  const { id } = await server.ok('accounts.create', { token: staff, body });
  const at = server.clock.now().toISOString();
  await server.deps.transactions.write(({ tenant }) =>
    tenant(id).account.update({ state: { is: 'active' } }, at),
  );
  await join(server, id, superAdmin, 'super_admin');
  return await server.ok('accounts.show', { token: superAdmin.token, params: { account: id } });
}

/** The audit events of an account as `action target`, oldest first, straight from the trail. */
export async function trail(server: TestServer, accountId: string | null): Promise<string[]> {
  const rows = await server.database.read((trx) =>
    trx
      .selectFrom('audit_events')
      .where('account_id', accountId === null ? 'is' : '=', accountId)
      .select(['action', 'target_name'])
      .orderBy('id')
      .execute(),
  );
  return rows.map((row) => `${row.action} ${row.target_name}`);
}

/** The members as `address role state`, in order of address. */
export async function membersOf(server: TestServer, token: string, account: string): Promise<string[]> {
  const { data } = await server.ok('members.list', { token, params: { account } });
  return data.map((member: Member) => `${member.user.email} ${member.role} ${member.state}`).sort();
}

async function token(
  server: TestServer,
  owner: { readonly kind: 'account' | 'member'; readonly accountId: string; readonly userId: string | null },
  role: AccountRole,
  modules: readonly Module[],
): Promise<string> {
  const secret = mintToken('api');
  const now = server.clock.now();
  await server.deps.transactions.write(({ platform }) =>
    platform.tokens.insert({
      id: server.deps.newId('token'),
      hash: hashToken(secret),
      kind: 'api',
      owner: owner.kind,
      userId: owner.userId,
      accountId: owner.accountId,
      name: 'ci',
      role,
      modules,
      reason: null,
      createdBy: owner.userId,
      expiresAt: new Date(now.getTime() + 365 * 86_400_000).toISOString(),
      at: now.toISOString(),
    }),
  );
  return secret;
}

/** A token that the account owns (D24), valid for a year. */
export function accountToken(
  server: TestServer,
  accountId: string,
  role: AccountRole,
  modules: readonly Module[] = [],
): Promise<string> {
  return token(server, { kind: 'account', accountId, userId: null }, role, modules);
}

/** A member's own token for the account. */
export function apiToken(
  server: TestServer,
  accountId: string,
  who: Person,
  role: AccountRole,
  modules: readonly Module[] = [],
): Promise<string> {
  return token(server, { kind: 'member', accountId, userId: who.id }, role, modules);
}

/** Grants a `user` of a master those of its managed accounts (R14). */
export async function grantChildren(
  server: TestServer,
  by: Person,
  above: string,
  who: Person,
  children: readonly string[],
): Promise<void> {
  const params = { account: above, member: who.email };
  await server.ok('members.update', { token: by.token, params, body: { children: [...children] } });
}

/** Logs somebody in to a managed account. */
export async function delegate(
  server: TestServer,
  by: Pick<Person, 'token'>,
  account: string,
  more: Partial<BodyInput<'delegations.create'>> = {},
): Promise<{ readonly id: string; readonly secret: string }> {
  const body = { reason: 'to look', ...more };
  const made = await server.ok('delegations.create', { token: by.token, params: { account }, body });
  return { id: made.delegation.id, secret: made.secret };
}

/** A workspace's key, valid for a year. */
export async function workspaceKey(
  server: TestServer,
  accountId: string,
  workspaceId: string,
  role: KeyRole,
): Promise<string> {
  const secret = mintToken('key');
  const now = server.clock.now();
  await server.deps.transactions.write(({ tenant }) =>
    tenant(accountId).workspaceKeys.insert(workspaceId, {
      id: server.deps.newId('token'),
      hash: hashToken(secret),
      name: 'bot',
      role,
      createdBy: 'usr_maker',
      expiresAt: new Date(now.getTime() + 365 * 86_400_000).toISOString(),
      at: now.toISOString(),
    }),
  );
  return secret;
}

/** An umbrella: a standard account that staff put on the plan that has it (R34). */
export async function umbrella(
  server: TestServer,
  by: Person,
  slug: string,
  staff: string,
): Promise<Account> {
  const { id } = await standard(server, by, slug);
  const body = { plan: 'enterprise', reason: 'test' };
  await server.ok('subscription.change', { token: staff, params: { account: id }, body });
  return await server.ok('accounts.show', { token: by.token, params: { account: id } });
}

export const NO_CAPS = { upload: 'none', message: 'none' } as const;

/** Invites an account under an umbrella, and accepts with the digest of the sheet. @returns the link's id */
export async function linkUnder(
  server: TestServer,
  above: { readonly by: Person; readonly slug: string },
  below: { readonly by: Person; readonly slug: string },
  caps: BodyInput<'sub_accounts.invite'>['caps'] = NO_CAPS,
): Promise<string> {
  const { id: link } = await server.ok('sub_accounts.invite', {
    token: above.by.token,
    params: { account: above.slug },
    body: { email: below.by.email, invitee: below.slug, caps },
  });
  const { token } = below.by;
  const { digest } = await server.ok('umbrella_invites.consent', {
    token,
    params: { link },
    query: { account: below.slug },
  });
  const body = { account: below.slug, digest };
  await server.ok('umbrella_invites.accept', { token, params: { link }, body });
  return link;
}
