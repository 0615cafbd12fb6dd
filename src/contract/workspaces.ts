import { z } from 'zod';
import * as c from './common.ts';
import { looksLikeId } from './ids.ts';
import { jobStates, keyRoles, limits, resourceKinds } from './limits.ts';

export const workspace = z
  .strictObject({
    id: c.id('workspace'),
    account_id: c.id('account'),
    slug: c.slug,
    name: z.string(),
    /** The caller's own role in it; admins act in it without one. */
    role: c.workspaceRole.nullable(),
    revision: z.int(),
    created_at: c.timestamp,
    updated_at: c.timestamp,
  })
  .meta({ id: 'Workspace' });

/** Everything that a workspace holds and its deletion takes along, counted: one name a kind of thing. */
export const workspaceHoldings = z
  .strictObject({
    members: z.int(),
    connectors: z.int(),
    workflows: z.int(),
    jobs: z.int(),
    parsers: z.int(),
    forms: z.int(),
    records: z.int(),
    keys: z.int(),
    /** Pending invitations of the account that name it: they stay, without it. */
    pending_invites: z.int(),
  })
  .meta({ id: 'WorkspaceHoldings' });

export const workspaceMember = z
  .strictObject({
    /** The account's member: the same id as there. */
    id: c.id('member'),
    account_id: c.id('account'),
    workspace_id: c.id('workspace'),
    user: z.strictObject({ id: c.id('user'), email: z.string(), name: z.string().nullable() }),
    role: c.workspaceRole,
    /** A billing_admin never acts in a workspace, a super_admin acts in each without a role in it. */
    account_role: c.accountRole,
    state: z.enum(['active', 'deactivated']),
    revision: z.int(),
    created_at: c.timestamp,
    updated_at: c.timestamp,
  })
  .meta({ id: 'WorkspaceMember' });

export const resourceKind = z.enum(resourceKinds);
export const jobState = z.enum(jobStates);
export const keyRole = z.enum(keyRoles);

const MOST_NESTED = 32;

/** Walks in a list of its own: what comes in may be nested deeper than the stack, and JSON.stringify recurses. */
function isBounded(value: object): boolean {
  const left: (readonly [unknown, number])[] = [[value, 1]];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    const [item, depth] = at;
    if (typeof item !== 'object' || item === null) continue;
    if (depth > MOST_NESTED) return false;
    for (const inner of Object.values(item)) left.push([inner, depth + 1]);
  }
  return new TextEncoder().encode(JSON.stringify(value)).length <= limits.resourceConfigBytes;
}

/** Any JSON object; what is in it, the product knows. Everybody who reads the workspace reads it: no place for secrets. */
const config = z
  .record(z.string(), z.unknown())
  .refine(
    isBounded,
    `must be ${limits.resourceConfigBytes} bytes of JSON at most, nested ${MOST_NESTED} deep`,
  );

/** Unique among those of its kind in its workspace. */
const resourceName = c
  .oneLine(100)
  .refine((text) => !text.includes('/') && !looksLikeId(text), 'must hold no / and not look like an id');

const resourceSummary = {
  id: c.id('resource'),
  account_id: c.id('account'),
  workspace_id: c.id('workspace'),
  kind: resourceKind,
  name: z.string(),
  /** Of a job; null for what is no job. */
  state: jobState.nullable(),
  /** The workflow that the job ran; null for what is no job. */
  workflow_id: c.id('resource').nullable(),
  /** When the job came to its last state. */
  finished_at: c.timestamp.nullable(),
  /** Id of the user or token that made it; it outlives them (R31). */
  created_by: z.string().nullable(),
  revision: z.int(),
  created_at: c.timestamp,
  updated_at: c.timestamp,
};

/** As a list has it: without its config, which may be long. */
export const resourceItem = z.strictObject(resourceSummary).meta({ id: 'ResourceItem' });

export const resource = z
  .strictObject({
    ...resourceSummary,
    /** A job has its workflow's, as it was when it started. */
    config: z.record(z.string(), z.json()),
  })
  .meta({ id: 'Resource' });

export const workspaceKey = z
  .strictObject({
    id: c.id('token'),
    account_id: c.id('account'),
    workspace_id: c.id('workspace'),
    name: z.string(),
    role: keyRole,
    state: z.enum(['active', 'revoked', 'expired']),
    created_by: z.string().nullable(),
    created_at: c.timestamp,
    expires_at: c.timestamp,
    last_used_at: c.timestamp.nullable(),
  })
  .meta({ id: 'WorkspaceKey' });

export const workspaceKeyWithSecret = z
  .strictObject({ key: workspaceKey, secret: z.string() })
  .meta({ id: 'WorkspaceKeyWithSecret' });

const inAccount = z.strictObject({ account: c.reference });
const inWorkspace = inAccount.extend({ workspace: c.reference });
/** `{member}` takes a member id, a user id or an address. */
const oneMember = inWorkspace.extend({ member: c.reference });
/** `{resource}` takes an id, or a name; `?kind=` says which one, where several kinds have it. */
const oneResource = inWorkspace.extend({ resource: c.reference });
const ofKind = z.strictObject({ kind: resourceKind.optional() });

export const workspaces = {
  'workspaces.list': {
    params: inAccount,
    query: c.pageQuery.extend({ q: c.searchText.optional() }),
    answer: c.pageOf(workspace),
  },
  'workspaces.show': { params: inWorkspace, answer: workspace },
  'workspaces.create': {
    params: inAccount,
    body: z.strictObject({ name: c.displayName, slug: c.slug.optional() }),
    answer: workspace,
  },
  'workspaces.update': {
    params: inWorkspace,
    body: z.strictObject({ name: c.displayName.optional(), slug: c.slug.optional() }),
    answer: workspace,
  },
  'workspaces.delete': {
    params: inWorkspace,
    query: z.strictObject({ confirm: z.string().max(100) }),
    /** `holdings` is null where nothing changed. */
    answer: z.strictObject({ changed: z.boolean(), holdings: workspaceHoldings.nullable() }),
  },

  'workspace_members.list': {
    params: inWorkspace,
    query: c.pageQuery.extend({ q: c.searchText.optional(), role: c.workspaceRole.optional() }),
    answer: c.pageOf(workspaceMember),
  },
  'workspace_members.add': {
    params: inWorkspace,
    /** `member` as in a path: of the account, by member id, user id or address. */
    body: z.strictObject({ member: c.reference, role: c.workspaceRole }),
    answer: workspaceMember,
  },
  'workspace_members.update': {
    params: oneMember,
    body: z.strictObject({ role: c.workspaceRole }),
    answer: workspaceMember,
  },
  'workspace_members.remove': { params: oneMember, answer: c.changed },

  'resources.list': {
    params: inWorkspace,
    query: c.pageQuery.extend({
      q: c.searchText.optional(),
      kind: resourceKind.optional(),
      state: jobState.optional(),
      /** Only the jobs of this workflow, by id. */
      workflow: c.id('resource').optional(),
    }),
    answer: c.pageOf(resourceItem),
  },
  'resources.show': { params: oneResource, query: ofKind, answer: resource },
  'resources.create': {
    params: inWorkspace,
    /** Jobs are made by running a workflow. */
    body: z.strictObject({
      kind: z.enum(['connector', 'workflow']),
      name: resourceName,
      config: config.optional(),
    }),
    answer: resource,
  },
  'resources.update': {
    params: oneResource,
    query: ofKind,
    /** `config` replaces the whole, of a connector or workflow; `state` moves a job on. */
    body: z.strictObject({
      name: resourceName.optional(),
      config: config.optional(),
      state: jobState.optional(),
    }),
    answer: resource,
  },
  'resources.delete': {
    params: oneResource,
    query: ofKind,
    /** A workflow takes its jobs along. */
    answer: z.strictObject({ changed: z.boolean(), jobs: z.int() }),
  },
  'resources.run': {
    params: oneResource,
    /** The job's name; by default made from the workflow's. */
    body: z.strictObject({ name: resourceName.optional() }),
    answer: resource,
  },

  'workspace_keys.list': {
    params: inWorkspace,
    query: c.pageQuery,
    answer: c.pageOf(workspaceKey),
  },
  'workspace_keys.create': {
    params: inWorkspace,
    body: z.strictObject({
      name: c.displayName,
      role: keyRole,
      expires_in_days: z.int().min(1).max(limits.keyDaysMax).optional(),
    }),
    answer: workspaceKeyWithSecret,
  },
  'workspace_keys.delete': { params: inWorkspace.extend({ key: c.id('token') }), answer: c.changed },
} as const;
