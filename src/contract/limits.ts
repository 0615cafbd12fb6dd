import { keysOf } from './keys.ts';

/** Numbers that both sides must agree on. */
export const limits = {
  pageDefault: 100,
  pageMax: 1000,
  batchChunk: 1000,
  bodyBytes: 5 * 1024 * 1024,
  inviteDays: 7,
  passwordMin: 15,
  passwordMax: 256,
  idempotencyHours: 24,
  delegationMinutes: 30,
  delegationMinutesMax: 60,
} as const;

export const accountKinds = ['personal', 'standard', 'organization'] as const;
export const accountRoles = ['owner', 'admin', 'user', 'super_admin', 'billing_admin', 'member'] as const;
export const modules = ['parsers', 'forms', 'contacts', 'messages', 'reports', 'settings'] as const;
export const workspaceRoles = ['viewer', 'operator', 'developer', 'workspace_admin'] as const;
/** May it change anything, or only look (D15)? */
export const delegationModes = ['full', 'read_only'] as const;
export const delegationStates = ['active', 'revoked', 'expired', 'ended'] as const;
export const planNames = ['basic', 'starter', 'professional', 'business', 'enterprise'] as const;

export type AccountKind = (typeof accountKinds)[number];
export type AccountRole = (typeof accountRoles)[number];
export type Module = (typeof modules)[number];
export type WorkspaceRole = (typeof workspaceRoles)[number];
export type DelegationMode = (typeof delegationModes)[number];
export type DelegationState = (typeof delegationStates)[number];
export type PlanName = (typeof planNames)[number];

/** Which account roles an account of a kind may grant (domain.md, Account kinds). */
export const rolesOfKind = {
  personal: ['owner'],
  standard: ['admin', 'user'],
  organization: ['super_admin', 'billing_admin', 'member'],
} as const satisfies Record<AccountKind, readonly AccountRole[]>;

/** Default role of an invitation: the least (R12). */
export const defaultRole = { standard: 'user', organization: 'member' } as const;

/** What a row of a batch can come to; the list is closed (api.md, Batches). */
export const rowOutcomes = {
  invited: 'done',
  already_member: 'skipped',
  already_invited: 'skipped',
  duplicate_row: 'skipped',
  disposable: 'skipped',
  declined: 'skipped',
  invalid_email: 'failed',
  invalid_role: 'failed',
  conflicting_rows: 'failed',
  unknown_workspace: 'failed',
  unknown_child: 'failed',
  not_permitted: 'failed',
  deactivated_member: 'failed',
  no_seat: 'failed',
} as const satisfies Record<string, 'done' | 'skipped' | 'failed'>;

export type RowOutcome = keyof typeof rowOutcomes;

export const rowOutcomeNames: readonly RowOutcome[] = keysOf(rowOutcomes);
