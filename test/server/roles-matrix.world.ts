import {
  type AccountKind,
  type AccountRole,
  type KeyRole,
  keyRoles,
  type Module,
  modules,
  type WorkspaceRole,
  workspaceRoles,
} from '../../src/contract/limits.ts';
import type { AccountFacts, Membership, Standing } from '../../src/server/domain/access.ts';
import { type Actor, personActor } from '../../src/server/domain/actor.ts';
import {
  accountToken,
  apiToken,
  join,
  managed,
  master,
  organization,
  type Person,
  person,
  place,
  workspaceKey,
} from '../support/estate.ts';
import { form } from '../support/forms.ts';
import { held } from '../support/held.ts';
import { parser } from '../support/parsers.ts';
import type { TestServer } from '../support/server.ts';
import { contents, nothing, type Target } from './matrix.world.ts';

/** A membership or a token's rights, as a role of the tables names them. */
interface Rights {
  readonly role: AccountRole;
  readonly modules?: readonly Module[];
}

/** Somebody described once: made real in the database, and by hand for the decision. */
export interface Who {
  readonly name: string;
  readonly member?: Rights & { readonly state?: 'deactivated' };
  /** Their role in the workspace that is tried; they have none in the other one. */
  readonly place?: WorkspaceRole;
  /** In the master of a managed account. */
  readonly above?: Rights & { readonly granted?: true };
  /** Comes by this token instead of a session: one of the member, or one that the account, or its master, owns. */
  readonly token?: Rights & { readonly of: 'member' | 'account' | 'master' };
  /** Comes by a key of the workspace that is tried. */
  readonly key?: KeyRole;
  readonly staff?: true;
}

/** An account to try everything on: what is in its workspaces, and who tries. */
export interface Scene {
  readonly kind: 'personal' | 'standard' | 'organization' | 'managed';
  readonly target: Target;
  /** By the kind of resource, in the workspace that is tried. */
  readonly resources: Resources;
  /** A second workspace, where nobody that is tried has a role; null where there is only one. */
  readonly other: { readonly target: Target; readonly resources: Resources } | null;
  readonly people: readonly Who[];
  readonly tokens: ReadonlyMap<Who, string>;
  /** Addresses of those who come in person or by a token of theirs. */
  readonly addresses: ReadonlyMap<Who, string>;
}

export interface Resources {
  readonly connector: string;
  readonly workflow: string;
  readonly job: string;
}

const admins = (role: AccountRole): Who[] => [
  { name: role, member: { role } },
  { name: `deactivated ${role}`, member: { role, state: 'deactivated' } },
  { name: `account token ${role}`, token: { role, of: 'account' } },
  { name: `own token ${role}`, member: { role }, token: { role, of: 'member' } },
];
const keys: Who[] = keyRoles.map((role) => ({ name: `key ${role}`, key: role }));
const everybody: Who[] = [{ name: 'stranger' }, { name: 'staff', staff: true }];
const users: Who[] = [
  { name: 'user', member: { role: 'user' } },
  ...modules.map((module): Who => ({ name: `user+${module}`, member: { role: 'user', modules: [module] } })),
  { name: 'account token user+parsers', token: { role: 'user', modules: ['parsers'], of: 'account' } },
  {
    name: 'own token user of user+parsers',
    member: { role: 'user', modules: ['parsers'] },
    token: { role: 'user', of: 'member' },
  },
];

/** Every role that somebody can have in an account of the kind, and who has none. */
export const casts: Readonly<Record<Scene['kind'], readonly Who[]>> = {
  personal: [{ name: 'owner', member: { role: 'owner' } }, ...keys, ...everybody],
  standard: [...admins('admin'), ...users, ...keys, ...everybody],
  managed: [
    ...admins('admin'),
    ...users.slice(0, 2),
    { name: 'master admin', above: { role: 'admin' } },
    { name: 'master user', above: { role: 'user', modules: ['parsers'] } },
    { name: 'master user granted it', above: { role: 'user', modules: ['parsers'], granted: true } },
    { name: 'master account token', token: { role: 'admin', of: 'master' } },
    ...keys,
    ...everybody,
  ],
  organization: [
    ...admins('super_admin'),
    { name: 'billing_admin', member: { role: 'billing_admin' } },
    { name: 'billing_admin placed', member: { role: 'billing_admin' }, place: 'workspace_admin' },
    { name: 'member', member: { role: 'member' } },
    ...workspaceRoles.map((role): Who => ({ name: role, member: { role: 'member' }, place: role })),
    { name: 'account token member', token: { role: 'member', of: 'account' } },
    {
      name: 'own token of developer',
      member: { role: 'member' },
      place: 'developer',
      token: { role: 'member', of: 'member' },
    },
    ...keys,
    ...everybody,
  ],
};

interface Ground {
  readonly server: TestServer;
  readonly kind: Scene['kind'];
  readonly accountId: string;
  readonly masterId: string | null;
  readonly workspaceId: string;
  readonly linkId: string | null;
  readonly owner: Person;
  readonly staff: string;
}

/** Makes one of the cast real. @returns their credential, and their address if there is a person */
async function enter(
  ground: Ground,
  who: Who,
  at: number,
): Promise<{ token: string; address: string | null }> {
  const { server, kind, accountId, masterId, workspaceId, linkId } = ground;
  const { key, token } = who;
  if (who.staff) return { token: ground.staff, address: null };
  if (key !== undefined)
    return { token: await workspaceKey(server, accountId, workspaceId, key), address: null };
  if (token !== undefined && token.of !== 'member') {
    const owner = token.of === 'master' ? masterId : accountId;
    const secret = await accountToken(server, owner ?? '', token.role, token.modules);
    return { token: secret, address: null };
  }
  if (who.member?.role === 'owner') return { token: ground.owner.token, address: ground.owner.email };
  const someone = await person(server, `${kind}-${at}@cast.example`);
  const { member, above } = who;
  if (member !== undefined) {
    const id = await join(server, accountId, someone, member.role, member.modules);
    if (who.place !== undefined) await place(server, accountId, id, who.place);
    await mayBeDeactivated(server, accountId, id, member.state);
  }
  if (above !== undefined && masterId !== null) {
    const id = await join(server, masterId, someone, above.role, above.modules);
    const children = above.granted && linkId !== null ? [linkId] : [];
    const now = server.clock.now().toISOString();
    await server.deps.transactions.write(({ tenant }) =>
      tenant(masterId).members.update(id, { children }, now),
    );
  }
  if (token === undefined) return { token: someone.token, address: someone.email };
  const secret = await apiToken(server, accountId, someone, token.role, token.modules);
  return { token: secret, address: someone.email };
}

async function mayBeDeactivated(
  server: TestServer,
  accountId: string,
  id: string,
  state: 'deactivated' | undefined,
): Promise<void> {
  if (state === undefined) return;
  const now = server.clock.now().toISOString();
  await server.deps.transactions.write(({ tenant }) => tenant(accountId).members.update(id, { state }, now));
}

async function resourcesIn(server: TestServer, token: string, account: string, workspace: string) {
  const params = { account, workspace };
  const make = (kind: 'connector' | 'workflow') =>
    server.ok('resources.create', { token, params, body: { kind, name: `tried ${kind}` } });
  const [connector, workflow] = [await make('connector'), await make('workflow')];
  const run = { params: { ...params, resource: workflow.id }, body: { name: 'tried job' } };
  const job = await server.ok('resources.run', { token, ...run });
  return { connector: connector.id, workflow: workflow.id, job: job.id };
}

async function scene(
  ground: Ground,
  inside: Omit<Target, 'name' | 'callers' | 'admin'>,
  other: Scene['other'],
): Promise<Scene> {
  const { server, kind, owner } = ground;
  const target = { ...inside, name: kind, callers: new Map<string, null>(), admin: owner.token };
  const resources = await resourcesIn(server, owner.token, target.account, 'default');
  const people = casts[kind];
  const tokens = new Map<Who, string>();
  const addresses = new Map<Who, string>();
  for (const [at, who] of people.entries()) {
    const { token, address } = await enter(ground, who, at);
    tokens.set(who, token);
    if (address !== null) addresses.set(who, address);
  }
  return { kind, target, resources, other, people, tokens, addresses };
}

/** The whole world: a personal, a standard, a managed account and an organization, and everybody who can be something in it. */
export async function buildScenes(server: TestServer): Promise<Scene[]> {
  const staff = await server.staffToken();
  const ann = await person(server, 'ann@acme.example');
  const acme = await master(server, ann, 'acme', staff);
  const dev = await managed(server, ann, 'acme', 'acme-dev');
  const kid = await person(server, 'kid@dev.example');
  await join(server, dev.id, kid, 'admin');
  const sue = await person(server, 'sue@org.example');
  const org = await organization(server, staff, 'acme-org', sue);
  const common = { server, staff, masterId: null, linkId: null };

  const standard = await contents(server, ann.token, 'acme', 'admin');
  const child = await contents(server, kid.token, 'acme-dev', 'admin');
  const inside = await contents(server, sue.token, 'acme-org', 'super_admin');
  return [
    await personal(server, ann, staff),
    await scene(
      { ...common, kind: 'standard', accountId: acme.id, workspaceId: standard.workspace, owner: ann },
      standard,
      null,
    ),
    await scene(
      {
        ...common,
        kind: 'managed',
        accountId: dev.id,
        masterId: acme.id,
        linkId: dev.parent?.link_id ?? null,
        workspaceId: child.workspace,
        owner: kid,
      },
      child,
      null,
    ),
    await scene(
      { ...common, kind: 'organization', accountId: org.id, workspaceId: inside.workspace, owner: sue },
      inside,
      await second(server, sue, inside),
    ),
  ];
}

/** The same things in a second workspace of the organization. */
async function second(
  server: TestServer,
  sue: Person,
  inside: Omit<Target, 'name' | 'callers' | 'admin'>,
): Promise<Scene['other']> {
  const { account } = inside;
  const { token } = sue;
  const made = await server.ok('workspaces.create', {
    token,
    params: { account },
    body: { name: 'Second', slug: 'second' },
  });
  await place(server, inside.accountId, inside.member, 'viewer', 'second');
  const resources = await resourcesIn(server, token, account, 'second');
  const params = { account, workspace: 'second' };
  const { key } = await server.ok('workspace_keys.create', {
    token,
    params,
    body: { name: 'bot', role: 'viewer' },
  });
  const target = { ...inside, name: 'organization', callers: new Map<string, null>(), admin: token };
  const { id: parserId } = await parser(server, sue, account, 'Invoice', { workspace: 'second' });
  const { id: formId } = await form(server, sue, account, 'Visit', { workspace: 'second' });
  const things = {
    workspace: made.id,
    key: key.id,
    resource: resources.workflow,
    parser: parserId,
    form: formId,
  };
  return { target: { ...target, ...things }, resources };
}

async function personal(server: TestServer, owner: Person, staff: string): Promise<Scene> {
  const { token } = owner;
  const { data } = await server.ok('accounts.list', { token, query: { kind: 'personal' } });
  const [account] = data;
  if (!account) throw new Error('no personal account');
  const params = { account: account.slug, workspace: 'default' };
  const { key } = await server.ok('workspace_keys.create', {
    token,
    params,
    body: { name: 'bot', role: 'viewer' },
  });
  const members = await server.ok('members.list', { token, params: { account: account.slug } });
  const { id: parserId } = await parser(server, owner, account.slug, 'Invoice');
  const { id: formId } = await form(server, owner, account.slug, 'Visit');
  const inside = {
    account: account.slug,
    accountId: account.id,
    member: members.data[0]?.id ?? '',
    invite: `inv_${nothing}`,
    receipt: `rcp_${nothing}`,
    batch: `bat_${nothing}`,
    token: `tok_${nothing}`,
    resource: `res_${nothing}`,
    parser: parserId,
    form: formId,
    delegation: `dlg_${nothing}`,
    link: `lnk_${nothing}`,
    workspace: key.workspace_id,
    key: key.id,
  };
  const ground = { server, kind: 'personal', accountId: account.id, masterId: null, linkId: null } as const;
  return scene({ ...ground, workspaceId: key.workspace_id, owner, staff }, inside, null);
}

const someone = { userId: 'usr_x', email: 'x@cast.example' };
const end = '2027-01-01T00:00:00.000Z';
const here = { workspaceId: 'wsp_here', slug: 'here' };
const elsewhere = { workspaceId: 'wsp_elsewhere', slug: 'elsewhere' };

/** The actor that somebody is, without a database. */
export function actorOf(who: Who): Actor {
  const { key, token } = who;
  const person = { ...someone, tokenId: 'tok_x', expiresAt: end, name: 'x' };
  if (who.staff) return { kind: 'staff', ...person };
  if (key !== undefined)
    return {
      kind: 'key',
      tokenId: 'tok_x',
      name: 'x',
      accountId: 'acc_x',
      workspaceId: here.workspaceId,
      role: key,
      expiresAt: end,
    };
  if (token === undefined) return personActor(someone, new Date(end));
  const rights = { role: token.role, modules: token.modules ?? [] };
  if (token.of === 'member') return { kind: 'api', ...person, accountId: 'acc_x', ...rights };
  const accountId = token.of === 'master' ? 'acc_m' : 'acc_x';
  return { kind: 'account_token', tokenId: 'tok_x', name: 'x', expiresAt: end, accountId, ...rights };
}

const factsOf = (id: string, kind: AccountKind): AccountFacts => ({
  id,
  slug: id.replace('_', '-'),
  name: id,
  kind,
  state: 'active',
  plan: 'business',
});

const membershipOf = (rights: Who['member']): Membership | null =>
  rights
    ? { memberId: 'mbr_x', role: rights.role, state: rights.state ?? 'active', modules: rights.modules ?? [] }
    : null;

/** What ties them to the account, without a database. @param where in which workspace; null for none */
export function standingOf(kind: Scene['kind'], who: Who, where: 'here' | 'elsewhere' | null): Standing {
  const role = where === 'here' ? (who.place ?? null) : null;
  const above = who.above && {
    role: who.above.role,
    ...(who.above.modules && { modules: who.above.modules }),
  };
  return {
    account: held(factsOf('acc_x', kind === 'managed' ? 'standard' : kind)),
    membership: membershipOf(who.member),
    workspaceMember: who.place !== undefined,
    place: where === null ? null : { ...(where === 'here' ? here : elsewhere), role },
    parent:
      kind === 'managed'
        ? {
            linkId: 'lnk_x',
            kind: 'managed',
            account: factsOf('acc_m', 'standard'),
            membership: membershipOf(above),
            granted: who.above?.granted === true,
          }
        : null,
  };
}
