import { modules as allModules, type WorkspaceRole } from '../../src/contract/limits.ts';
import type { OperationId } from '../../src/contract/operations.ts';
import { mintToken } from '../../src/contract/token.ts';
import type { Transactions } from '../../src/server/domain/ports.ts';
import { meterToken } from '../support/credits.ts';
import {
  accountToken,
  apiToken,
  delegate,
  grantChildren,
  join,
  linkUnder,
  managed,
  master,
  organization,
  type Person,
  person,
  place,
  standard,
  umbrella,
  workspaceKey,
} from '../support/estate.ts';
import { form, questions } from '../support/forms.ts';
import { definition, parser } from '../support/parsers.ts';
import {
  NEW_PASSWORD,
  PASSWORD,
  type Request,
  startServer,
  type TestOptions,
  type TestServer,
} from '../support/server.ts';

/** An account that operations are tried on, and one of everything in it. */
export interface Target {
  /** Name of the section in the golden file. */
  readonly name: string;
  readonly account: string;
  readonly accountId: string;
  readonly member: string;
  readonly invite: string;
  readonly receipt: string;
  readonly batch: string;
  readonly workspace: string;
  /** A workflow in the workspace. */
  readonly resource: string;
  readonly key: string;
  readonly token: string;
  readonly parser: string;
  readonly form: string;
  readonly record: string;
  readonly delegation: string;
  /** Only an umbrella has any. */
  readonly link: string;
  /** Who tries, by name; null sends no credential. */
  readonly callers: ReadonlyMap<string, string | null>;
  /** A caller with every right over the account that somebody in it can have. */
  readonly admin: string;
}

export interface World {
  readonly server: TestServer;
  readonly targets: readonly Target[];
  /** Somebody else's account with one of everything, which no caller but the stranger has to do with. */
  readonly foreign: Target;
  /** The other managed account of the same master as `managed`. */
  readonly sibling: Target;
}

/** The role with every right in an account of the target's kind. */
const roleOf = ({ name }: Target) => (name === 'organization' ? 'super_admin' : 'admin');
const digest = '0'.repeat(64);
export const nothing = '0'.repeat(26);
const secret = mintToken('inv');
const one = ({ account }: Target) => ({ params: { account } });
const oneMember = ({ account, member }: Target) => ({ params: { account, member } });
const oneInvite = ({ account, invite }: Target) => ({ params: { account, invite } });
const oneBatch = ({ account, batch }: Target) => ({ params: { account, batch } });
const oneLink = ({ account, link }: Target) => ({ params: { account, link } });
const oneContact = ({ account }: Target) => ({ params: { account, contact: 'kept@contacts.example' } });
const oneParser = ({ account, parser }: Target) => ({ params: { account, parser } });
const oneForm = ({ account, form: id }: Target) => ({ params: { account, form: id } });
const oneRecord = ({ account, form: id, record }: Target) => ({ params: { account, form: id, record } });
const anyRevision = { 'if-match': '*' };
const parserContent = { document_type: 'invoice', definition: definition() };
const oneWorkspace = ({ account, workspace }: Target) => ({ params: { account, workspace } });
const onePlaced = ({ account, workspace, member }: Target) => ({ params: { account, workspace, member } });
const oneResource = ({ account, workspace, resource }: Target) => ({
  params: { account, workspace, resource },
});
const none = () => ({});
const rows = [{ row: 1, email: 'row@new.example', role: 'admin' }];

/** A catalogue with the plans that the world's accounts are on, and one more. */
const plans = [
  ['basic', 0] as const,
  ['professional', 1] as const,
  ['business', 2] as const,
  ['enterprise', 3] as const,
  ['gold', 4] as const,
].map(([name, monthly_price_cents]) => ({
  name,
  title: name,
  monthly_price_cents,
  self_serve: true,
  entitlements: { managed_accounts: true, umbrella: true, organization: true, team: true },
  limits: {
    seats: null,
    mails_per_day: null,
    parsers: null,
    workspaces: null,
    uploads_per_month: null,
    messages_per_month: null,
  },
}));

/** Answers that fit the form of the world's accounts. */
const visit = { site: 'Nord', incident: false };

/** A well-formed request of every operation. One that is missing here fails the test. */
export const requests: { readonly [Id in OperationId]: (target: Target) => Request<Id> } = {
  'auth.signup': () => ({ body: { email: 'new@new.example' } }),
  'auth.signup_finish': () => ({ body: { secret, password: PASSWORD } }),
  'auth.login': () => ({ body: { email: 'stranger@other.example', password: PASSWORD } }),
  'auth.device': () => ({ body: {} }),
  'auth.device_token': () => ({ body: { device_code: secret } }),
  'auth.device_preview': () => ({ body: { user_code: 'BCDF-GHJK' } }),
  'auth.device_approve': () => ({
    body: { user_code: 'BCDF-GHJK', email: 'stranger@other.example', password: PASSWORD },
  }),
  'auth.device_deny': () => ({ body: { user_code: 'BCDF-GHJK' } }),
  'auth.refresh': () => ({ body: { refresh_token: secret } }),
  'auth.logout': none,
  'auth.password_forgot': () => ({ body: { email: 'stranger@other.example' } }),
  'auth.password_reset': () => ({ body: { secret, password: NEW_PASSWORD } }),
  'auth.password_change': () => ({ body: { current_password: PASSWORD, password: NEW_PASSWORD } }),
  'auth.email_confirm': () => ({ body: { secret } }),
  'me.show': none,
  'me.update': () => ({ body: { name: 'Somebody' } }),
  'me.delete': () => ({ body: { current_password: PASSWORD } }),
  'tokens.list': none,
  'tokens.create': ({ account }) => ({ body: { kind: 'api', name: 'x', account } }),
  'tokens.revoke': ({ token }) => ({ params: { token } }),
  'account_tokens.list': one,
  'account_tokens.create': (target) => ({ ...one(target), body: { name: 'x', role: roleOf(target) } }),
  'account_tokens.revoke': ({ account, token }) => ({ params: { account, token } }),
  'staff.list': none,
  'staff.add': () => ({ body: { email: 'stranger@other.example', reason: 'test' } }),
  'staff.remove': () => ({ params: { user: 'staff@platform.example' } }),
  'accounts.list': none,
  'accounts.create': ({ name, account }) => ({
    body: { name: 'New', ...(name !== 'platform' && { master: account }) },
  }),
  'accounts.show': one,
  'accounts.update': (target) => ({ ...one(target), body: { name: 'New' } }),
  'accounts.delete': (target) => ({ ...one(target), query: { confirm: target.account } }),
  'accounts.leave': one,
  'accounts.suspend': (target) => ({ ...one(target), body: {} }),
  'accounts.activate': (target) => ({ ...one(target), body: {} }),
  'accounts.lock': (target) => ({ ...one(target), body: {} }),
  'accounts.unlock': (target) => ({ ...one(target), body: {} }),
  'accounts.release': one,
  'accounts.tree': one,
  'sub_accounts.list': one,
  'sub_accounts.invite': (target) => ({
    ...one(target),
    body: { email: 'partner@new.example', caps: { upload: 'none', message: 'none' } },
  }),
  'sub_accounts.show': oneLink,
  'sub_accounts.update': (target) => ({ ...oneLink(target), body: { caps: {} } }),
  'sub_accounts.resend': oneLink,
  'sub_accounts.unlink': oneLink,
  'sub_accounts.usage': oneLink,
  'umbrella_invites.list': none,
  'umbrella_invites.preview': () => ({ body: { secret } }),
  'umbrella_invites.consent': ({ account, link }) => ({
    params: { link },
    query: { account },
  }),
  'umbrella_invites.accept': ({ account, link }) => ({
    params: { link },
    body: { account, digest },
  }),
  'umbrella_invites.decline': () => ({ body: { secret } }),
  'umbrella.show': one,
  'umbrella.unlink': one,
  'delegations.list': one,
  'delegations.create': (target) => ({ ...one(target), body: { reason: 'test' } }),
  'delegations.revoke': ({ account, delegation }) => ({ params: { account, delegation } }),
  'members.list': one,
  'members.show': oneMember,
  'members.update': (target) => ({ ...oneMember(target), body: {} }),
  'members.deactivate': oneMember,
  'members.activate': oneMember,
  'members.removal_preview': oneMember,
  'members.remove': oneMember,
  'receipts.list': one,
  'receipts.restore': ({ account, receipt }) => ({ params: { account, receipt }, body: {} }),
  'permission_sets.list': one,
  'permission_sets.show': ({ account }) => ({ params: { account, name: 'crew' } }),
  'permission_sets.save': (target) => ({
    params: { account: target.account, name: 'new' },
    body: { role: roleOf(target) },
  }),
  'permission_sets.delete': ({ account }) => ({ params: { account, name: 'crew' } }),
  'invites.list': one,
  'invites.send': (target) => ({
    ...one(target),
    body: { email: 'new@new.example', role: roleOf(target), reason: 'test' },
  }),
  'invites.show': oneInvite,
  'invites.revoke': oneInvite,
  'invites.resend': oneInvite,
  'invites.resend_many': (target) => ({ ...one(target), body: { state: 'pending' } }),
  'invites.preview': () => ({ body: { secret } }),
  'invites.accept': () => ({ body: { secret, password: PASSWORD } }),
  'invites.decline': () => ({ body: { secret } }),
  'batches.list': one,
  'batches.create': (target) => ({
    ...one(target),
    body: { kind: 'invites', digest: '1'.repeat(64), rows_total: 1, seats_needed: 1, defaults: {} },
  }),
  'batches.check': (target) => ({ ...one(target), body: { kind: 'invites', defaults: {}, rows } }),
  'batches.show': oneBatch,
  'batches.rows': oneBatch,
  'batches.send': (target) => ({ ...oneBatch(target), body: { rows } }),
  'batches.finish': oneBatch,
  'batches.cancel': oneBatch,
  'batches.revoke': oneBatch,
  'workspaces.list': one,
  'contacts.list': one,
  'contacts.create': (target) => ({ ...one(target), body: { email: 'new@contacts.example' } }),
  'contacts.show': oneContact,
  'contacts.update': (target) => ({ ...oneContact(target), body: { first_name: 'New' } }),
  'contacts.delete': oneContact,
  'forms.list': one,
  'forms.create': (target) => ({
    ...one(target),
    body: { name: 'New', title: 'New', questions: questions() },
  }),
  'forms.save_copy': (target) => ({
    ...one(target),
    body: { from: { account: target.account, form: target.form }, name: 'Copy' },
  }),
  'forms.show': oneForm,
  'forms.update': (target) => ({ ...oneForm(target), headers: anyRevision, body: { title: 'Other' } }),
  'forms.delete': (target) => ({ ...oneForm(target), headers: anyRevision }),
  'forms.shares': oneForm,
  'forms.share': (target) => ({
    ...oneForm(target),
    // With itself it is shared already: whoever gets this far may share.
    body: { shares: [{ account: target.account, role: 'viewer' }] },
  }),
  'forms.sms': (target) => ({ ...oneForm(target), body: { to: ['+41791234567'], mode: 'structured' } }),
  'records.submit': (target) => ({ ...oneForm(target), body: { records: [{ answers: visit }] } }),
  'records.list': oneForm,
  'records.show': oneRecord,
  'records.update': (target) => ({
    ...oneRecord(target),
    headers: anyRevision,
    body: { answers: { people: 4 } },
  }),
  'records.delete': oneRecord,
  'forms.mark_example': oneForm,
  'forms.unmark_example': oneForm,
  'parsers.list': one,
  'parsers.create': (target) => ({ ...one(target), body: { name: 'New', ...parserContent } }),
  'parsers.show': oneParser,
  'parsers.update': (target) => ({
    ...oneParser(target),
    headers: anyRevision,
    body: { description: 'New' },
  }),
  'parsers.delete': (target) => ({ ...oneParser(target), headers: anyRevision }),
  'parsers.revisions': oneParser,
  'parsers.revision': ({ account, parser }) => ({ params: { account, parser, revision: '1' } }),
  'parsers.rollback': (target) => ({ ...oneParser(target), body: { revision: 1 } }),
  'parsers.copy': (target) => ({
    ...one(target),
    body: { to: [{ account: 'acme-prod' }], on_conflict: 'rename' },
  }),
  'parsers.diff': (target) => ({ ...one(target), query: { to: target.account } }),
  'promotion_path.show': one,
  'promotion_path.update': (target) => ({ ...one(target), body: { accounts: [] } }),
  'workspaces.show': oneWorkspace,
  'workspaces.create': (target) => ({ ...one(target), body: { name: 'New' } }),
  'workspaces.update': (target) => ({ ...oneWorkspace(target), body: { name: 'New' } }),
  'workspaces.delete': (target) => ({ ...oneWorkspace(target), query: { confirm: 'default' } }),
  'workspace_members.list': oneWorkspace,
  'workspace_members.add': (target) => ({
    ...oneWorkspace(target),
    body: { member: target.member, role: 'viewer' },
  }),
  'workspace_members.update': (target) => ({ ...onePlaced(target), body: { role: 'operator' } }),
  'workspace_members.remove': onePlaced,
  'resources.list': oneWorkspace,
  'resources.show': oneResource,
  'resources.create': (target) => ({
    ...oneWorkspace(target),
    body: { kind: 'workflow', name: 'another' },
  }),
  'resources.update': (target) => ({ ...oneResource(target), body: { name: 'other' } }),
  'resources.delete': oneResource,
  'resources.run': (target) => ({ ...oneResource(target), body: {} }),
  'workspace_keys.list': oneWorkspace,
  'workspace_keys.create': (target) => ({ ...oneWorkspace(target), body: { name: 'x', role: 'viewer' } }),
  'workspace_keys.delete': ({ account, workspace, key }) => ({ params: { account, workspace, key } }),
  'address_rules.show': one,
  'address_rules.update': (target) => ({ ...one(target), body: { allow: [], deny: ['evil.example'] } }),
  'estate.read': ({ account }) => ({ body: { accounts: [account] } }),
  'access.explain': ({ name, account }) => ({
    body: name === 'platform' ? { action: 'me.update' } : { action: 'members.list', account },
  }),
  'access.who_can': ({ account }) => ({ body: { action: 'members.list', account } }),
  'access.matrix': one,
  'plans.list': none,
  'plans.show': () => ({ params: { plan: 'basic' } }),
  'plans.replace': () => ({ body: { plans }, headers: { 'if-match': '*' } }),
  'subscription.show': one,
  'subscription.preview': (target) => ({ ...one(target), body: { plan: 'enterprise' } }),
  'subscription.change': (target) => ({ ...one(target), body: { plan: 'enterprise', reason: 'test' } }),
  'subscription.cancel_change': one,
  'billing.show': one,
  'credits.show': one,
  'credits.ledger': one,
  'credits.usage': one,
  'credits.grant': (target) => ({ ...one(target), body: { unit: 'upload', amount: 1, reason: 'test' } }),
  'credits.verify': none,
  'usage.record': ({ account }) => ({
    body: { records: [{ account, unit: 'upload', amount: 1, key: 'k', cause: 'parsers.run' }] },
  }),
  'roles.list': none,
  'audit.list': one,
  'audit.platform': none,
  'dev.mail': none,
  'dev.messages': none,
  'dev.clock': none,
  'dev.clock_set': () => ({ body: { advance_seconds: 0 } }),
};

/** One of everything in an account. */
export async function contents(
  server: TestServer,
  token: string,
  account: string,
  role: 'admin' | 'super_admin',
) {
  const params = { account };
  const victim = await person(server, `victim@${account}.example`);
  const { id: accountId } = await server.ok('accounts.show', { token, params });
  const member = await join(server, accountId, victim, role === 'super_admin' ? 'member' : 'user');
  const body = {
    email: `invited@${account}.example`,
    role: role === 'super_admin' ? role : 'admin',
  } as const;
  const invite = await server.ok('invites.send', { token, params, body });
  const leaver = await person(server, `leaver@${account}.example`);
  const left = { account, member: await join(server, accountId, leaver, role) };
  const gone = await server.ok('members.remove', { token, params: left });
  await server.ok('permission_sets.save', { token, params: { account, name: 'crew' }, body: { role } });
  await server.ok('contacts.create', { token, params, body: { email: 'kept@contacts.example' } });
  const batch = await server.ok('batches.create', {
    token,
    params,
    body: { kind: 'invites', digest, rows_total: 1, seats_needed: 0, defaults: {} },
  });
  if (role === 'super_admin') await place(server, accountId, member);
  const within = { account, workspace: 'default' };
  const workflow = { kind: 'workflow', name: 'nightly' } as const;
  const resource = await server.ok('resources.create', { token, params: within, body: workflow });
  const { key } = await server.ok('workspace_keys.create', {
    token,
    params: within,
    body: { name: 'bot', role: 'viewer' },
  });
  await accountToken(server, accountId, role);
  const made = await server.database.read((trx) =>
    trx
      .selectFrom('tokens')
      .where('account_id', '=', accountId)
      .select('id')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow(),
  );
  const { id: parserId } = await parser(server, { token }, account, 'Invoice');
  const { id: formId } = await form(server, { token }, account, 'Visit');
  const { records } = await server.ok('records.submit', {
    token,
    params: { account, form: formId },
    body: { records: [{ answers: visit }] },
  });
  return {
    account,
    accountId,
    member,
    parser: parserId,
    form: formId,
    record: records[0]?.id ?? '',
    invite: invite.id,
    receipt: gone.receipt_id ?? '',
    batch: batch.id,
    token: made.id,
    workspace: resource.workspace_id,
    resource: resource.id,
    key: key.id,
    // Only a managed account has any.
    delegation: `dlg_${nothing}`,
    link: `lnk_${nothing}`,
  };
}

/** Somebody else's umbrella has an invitation out. */
async function sentBy(server: TestServer, by: Person, staff: string) {
  await umbrella(server, by, 'other-umbrella', staff);
  const params = { account: 'other-umbrella' };
  const body = { email: 'partner@other.example', caps: { upload: 'none', message: 'none' } } as const;
  return await server.ok('sub_accounts.invite', { token: by.token, params, body });
}

/** A former administrator. */
async function deactivated(server: TestServer, accountId: string, role: 'admin' | 'super_admin') {
  const who = await person(server, `deactivated@${accountId}.example`.replaceAll('_', '-'));
  const id = await join(server, accountId, who, role);
  const at = server.clock.now().toISOString();
  await server.deps.transactions.write(({ tenant }) =>
    tenant(accountId).members.update(id, { state: 'deactivated' }, at),
  );
  return who.token;
}

export async function buildWorld(options: TestOptions = {}): Promise<World> {
  const server = await startServer({ setup: { dev: true }, ...options });
  const staff = await server.staffToken();
  const stranger = await person(server, 'stranger@other.example');
  const ann = await person(server, 'ann@acme.example');
  const kid = await person(server, 'kid@dev.example');
  const sib = await person(server, 'sib@prod.example');
  const acme = await master(server, ann, 'acme', staff);
  const dev = await managed(server, ann, 'acme', 'acme-dev');
  const prod = await managed(server, ann, 'acme', 'acme-prod');
  await join(server, acme.id, await person(server, 'ann2@acme.example'), 'admin');
  await join(server, dev.id, kid, 'admin');
  await join(server, prod.id, sib, 'admin');
  await master(server, stranger, 'other', staff);
  await managed(server, stranger, 'other', 'other-dev');
  const foreign = {
    name: 'foreign',
    ...(await contents(server, stranger.token, 'other', 'admin')),
    delegation: (await delegate(server, stranger, 'other-dev')).id,
    link: (await sentBy(server, stranger, staff)).id,
    callers: new Map(),
    admin: stranger.token,
  };

  const everybody = [
    ['none', null],
    ['garbage', mintToken('user')],
    ['stranger', stranger.token],
    ['staff', staff],
    ['meter', await meterToken(server)],
  ] as const;

  const userOf = async (accountId: string, name: string, modules: readonly (typeof allModules)[number][]) => {
    const who = await person(server, `${name}@users.example`);
    await join(server, accountId, who, 'user', modules);
    return who;
  };
  const plain = await userOf(acme.id, 'plain', []);
  const gus = await userOf(acme.id, 'granted', ['parsers', 'settings']);
  await grantChildren(server, ann, 'acme', gus, ['acme-dev']);
  const into = async (by: Person, account: string, mode?: 'read_only') =>
    (await delegate(server, by, account, { mode })).secret;
  const delegated = [
    ['delegation', await into(ann, 'acme-dev')],
    ['delegation_read_only', await into(ann, 'acme-dev', 'read_only')],
    ['delegation_granted', await into(gus, 'acme-dev')],
  ] as const;
  const withModules: [string, string][] = [];
  for (const module of allModules) {
    withModules.push([`user+${module}`, (await userOf(acme.id, `u-${module}`, [module])).token]);
  }
  const above = await contents(server, ann.token, 'acme', 'admin');
  const standardTarget: Target = {
    name: 'master',
    ...above,
    admin: ann.token,
    callers: new Map<string, string | null>([
      ...everybody,
      ['admin', ann.token],
      ['user', plain.token],
      ...withModules,
      ['deactivated', await deactivated(server, acme.id, 'admin')],
      ['child_admin', kid.token],
      ['child_account_token', await accountToken(server, dev.id, 'admin')],
      ['account_token', await accountToken(server, acme.id, 'admin')],
      ['account_token_user', await accountToken(server, acme.id, 'user', ['settings'])],
      ['api_token', await apiToken(server, acme.id, ann, 'admin')],
      ['api_token_user', await apiToken(server, acme.id, ann, 'user', ['settings'])],
      ...delegated,
      ['key_operator', await workspaceKey(server, acme.id, above.workspace, 'operator')],
    ]),
  };

  const child: Target = {
    name: 'managed',
    ...(await contents(server, kid.token, 'acme-dev', 'admin')),
    delegation: (await delegate(server, ann, 'acme-dev')).id,
    admin: kid.token,
    callers: new Map<string, string | null>([
      ...everybody,
      ['admin', kid.token],
      ['user+settings', (await userOf(dev.id, 'dev-settings', ['settings'])).token],
      ['deactivated', await deactivated(server, dev.id, 'admin')],
      ['master_admin', ann.token],
      ['master_user', plain.token],
      ['sibling_admin', sib.token],
      ['account_token', await accountToken(server, dev.id, 'admin')],
      ['master_account_token', await accountToken(server, acme.id, 'admin')],
      ['master_api_token', await apiToken(server, acme.id, ann, 'admin')],
      ['sibling_account_token', await accountToken(server, prod.id, 'admin')],
      ['master_granted', gus.token],
      ['master_granted_api_token', await apiToken(server, acme.id, gus, 'user', ['parsers'])],
      ...delegated,
      ['sibling_delegation', await into(ann, 'acme-prod')],
    ]),
  };

  const sibling: Target = {
    name: 'sibling',
    ...(await contents(server, sib.token, 'acme-prod', 'admin')),
    delegation: (await delegate(server, ann, 'acme-prod')).id,
    admin: sib.token,
    callers: new Map(delegated),
  };

  const sue = await person(server, 'sue@org.example');
  const org = await organization(server, staff, 'acme-org', sue);
  await join(server, org.id, await person(server, 'sue2@org.example'), 'super_admin');
  const inside = await contents(server, sue.token, 'acme-org', 'super_admin');
  const mem = await person(server, 'mem@org.example');
  await join(server, org.id, mem, 'member');
  const placed = await person(server, 'placed@org.example');
  await place(server, org.id, await join(server, org.id, placed, 'member'));
  const bill = await person(server, 'bill@org.example');
  await join(server, org.id, bill, 'billing_admin');
  const second = await server.ok('workspaces.create', {
    token: sue.token,
    params: { account: 'acme-org' },
    body: { name: 'Second', slug: 'second' },
  });
  const placedAs = async (name: string, role: WorkspaceRole, slug?: string) => {
    const who = await person(server, `${name}@org.example`);
    await place(server, org.id, await join(server, org.id, who, 'member'), role, slug);
    return who.token;
  };
  const paying = await person(server, 'paying@org.example');
  await place(server, org.id, await join(server, org.id, paying, 'billing_admin'), 'workspace_admin');
  const organizationTarget: Target = {
    name: 'organization',
    ...inside,
    admin: sue.token,
    callers: new Map<string, string | null>([
      ...everybody,
      ['super_admin', sue.token],
      ['billing_admin', bill.token],
      ['member', mem.token],
      ['member_placed', placed.token],
      ['operator', await placedAs('operator', 'operator')],
      ['developer', await placedAs('developer', 'developer')],
      ['workspace_admin', await placedAs('wadmin', 'workspace_admin')],
      ['workspace_admin_elsewhere', await placedAs('elsewhere', 'workspace_admin', 'second')],
      ['billing_admin_placed', paying.token],
      ['deactivated', await deactivated(server, org.id, 'super_admin')],
      ['account_token', await accountToken(server, org.id, 'super_admin')],
      ['account_token_member', await accountToken(server, org.id, 'member')],
      ['api_token', await apiToken(server, org.id, sue, 'super_admin')],
      ['key_viewer', await workspaceKey(server, org.id, inside.workspace, 'viewer')],
      ['key_developer', await workspaceKey(server, org.id, inside.workspace, 'developer')],
      ['key_elsewhere', await workspaceKey(server, org.id, second.id, 'developer')],
    ]),
  };
  const ulla = await person(server, 'ulla@holding.example');
  const pia = await person(server, 'pia@partner.example');
  const holding = await umbrella(server, ulla, 'holding', staff);
  const partner = await standard(server, pia, 'partner');
  const sides = [{ by: ulla, slug: 'holding' } as const, { by: pia, slug: 'partner' } as const] as const;
  const link = await linkUnder(server, ...sides);
  const rita = await userOf(holding.id, 'rita', ['reports', 'forms']);
  await grantChildren(server, ulla, 'holding', rita, ['partner']);
  const umbrellas = [
    ['umbrella_admin', ulla.token],
    ['umbrella_granted', rita.token],
    ['umbrella_user', (await userOf(holding.id, 'uwe', ['reports'])).token],
    ['umbrella_account_token', await accountToken(server, holding.id, 'admin')],
  ] as const;
  const umbrellaTarget: Target = {
    name: 'umbrella',
    ...(await contents(server, ulla.token, 'holding', 'admin')),
    link,
    admin: ulla.token,
    callers: new Map<string, string | null>([...everybody, ...umbrellas, ['sub_admin', pia.token]]),
  };
  const sub: Target = {
    name: 'sub',
    ...(await contents(server, pia.token, 'partner', 'admin')),
    admin: pia.token,
    callers: new Map<string, string | null>([
      ...everybody,
      ['admin', pia.token],
      ['user+reports', (await userOf(partner.id, 'sub-reports', ['reports'])).token],
      ['account_token', await accountToken(server, partner.id, 'admin')],
      ...umbrellas,
    ]),
  };
  const lou = await person(server, 'lou@late.example');
  const late = await managed(server, ann, 'acme', 'acme-late');
  await join(server, late.id, lou, 'admin');
  const lateUser = await userOf(late.id, 'late-settings', ['settings']);
  const suspended: Target = {
    name: 'suspended',
    ...(await contents(server, lou.token, 'acme-late', 'admin')),
    admin: lou.token,
    callers: new Map<string, string | null>([
      ...everybody,
      ['admin', lou.token],
      ['user+settings', lateUser.token],
      ['master_admin', ann.token],
      ['master_account_token', await accountToken(server, acme.id, 'admin')],
      ['account_token', await accountToken(server, late.id, 'admin')],
      ['api_token', await apiToken(server, late.id, lou, 'admin')],
    ]),
  };
  await server.ok('accounts.suspend', { token: staff, params: { account: 'acme-late' }, body: {} });

  const platform: Target = { ...standardTarget, name: 'platform' };
  return {
    server,
    targets: [
      platform,
      standardTarget,
      child,
      organizationTarget,
      umbrellaTarget,
      sub,
      suspended,
      await personalOf(server, lou, everybody),
    ],
    foreign,
    sibling,
  };
}

/** Somebody's personal account, which has its owner and nobody else: nothing to invite, nobody to manage. */
async function personalOf(
  server: TestServer,
  owner: Awaited<ReturnType<typeof person>>,
  everybody: readonly (readonly [string, string | null])[],
): Promise<Target> {
  const { data } = await server.ok('accounts.list', { token: owner.token, query: { kind: 'personal' } });
  const [account] = data;
  if (!account) throw new Error('no personal account');
  const params = { account: account.id };
  const workspaces = await server.ok('workspaces.list', { token: owner.token, params });
  const members = await server.ok('members.list', { token: owner.token, params });
  return {
    name: 'personal',
    account: account.slug,
    accountId: account.id,
    member: members.data[0]?.id ?? '',
    invite: `inv_${nothing}`,
    receipt: `rcp_${nothing}`,
    batch: `bat_${nothing}`,
    token: `tok_${nothing}`,
    parser: `prs_${nothing}`,
    form: `frm_${nothing}`,
    record: `rec_${nothing}`,
    delegation: `dlg_${nothing}`,
    link: `lnk_${nothing}`,
    workspace: workspaces.data[0]?.id ?? '',
    resource: `res_${nothing}`,
    key: `tok_${nothing}`,
    admin: owner.token,
    callers: new Map([...everybody, ['owner', owner.token]]),
  };
}

class RolledBack extends Error {}

/** Every write works, answers, and is gone: so that thousands of calls meet the same world. */
export function rollingBack(transactions: Transactions): Transactions {
  return {
    read: transactions.read,
    async write(work, queue) {
      const done: Awaited<ReturnType<typeof work>>[] = [];
      try {
        await transactions.write(async (transaction) => {
          done.push(await work(transaction));
          throw new RolledBack();
        }, queue);
      } catch (error) {
        if (!(error instanceof RolledBack)) throw error;
      }
      const [answer] = done.slice(-1);
      if (done.length === 0 || answer === undefined) throw new Error('no outcome');
      return answer;
    },
  };
}
