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
  parserDefinitionChars: 256 * 1024,
  /** Parsers that one request copies, and places it copies them to. */
  parserCopies: 1000,
  parserTargets: 50,
  promotionSteps: 20,
  /** Forms of an account; what one of them asks, and what an answer may have. */
  forms: 5000,
  formQuestions: 500,
  formQuestionsChars: 256 * 1024,
  formTextChars: 1000,
  formLongTextChars: 10_000,
  /** Accounts whose role one request sets, and for which one form has a chosen role. */
  formSharesAtOnce: 100,
  formShares: 1000,
  /** Accounts that one request of an estate names. */
  estateAccounts: 1000,
  delegationMinutes: 30,
  delegationMinutesMax: 60,
  resourceConfigBytes: 64 * 1024,
  /** How long a workspace's key lives unless asked otherwise, and at most. */
  keyDays: 365,
  keyDaysMax: 3650,
  /** Records that one request submits, and telephones that one sends a form to. */
  formRecords: 1000,
  smsRecipients: 1000,
  /** Records of usage that one request reports. */
  usageRecords: 1000,
  contactNameChars: 100,
  organizationChars: 200,
  groupNameChars: 60,
  contactGroups: 50,
} as const;

export const accountKinds = ['personal', 'standard', 'organization'] as const;
export const accountRoles = ['owner', 'admin', 'user', 'super_admin', 'billing_admin', 'member'] as const;
export const modules = ['parsers', 'forms', 'contacts', 'messages', 'reports', 'settings'] as const;
export const workspaceRoles = ['viewer', 'operator', 'developer', 'workspace_admin'] as const;
/** What a plan may open, and what it bounds: null is no limit. */
export const entitlementNames = ['managed_accounts', 'umbrella', 'organization', 'team'] as const;
export const planLimitNames = [
  'seats',
  'mails_per_day',
  'parsers',
  'workspaces',
  'uploads_per_month',
  'messages_per_month',
] as const;
/** D13: the plan that a new account starts on. It is free, so that nobody is charged for signing up. */
export const startPlan = 'basic';
/** R36: an account under an umbrella has at least what this plan gives. */
export const linkedPlan = 'professional';
/** Limits that no umbrella raises: how much a month the plan itself grants (R36). */
export const monthlyCredits: readonly PlanLimit[] = ['uploads_per_month', 'messages_per_month'];
/** May it change anything, or only look (D15)? */
export const delegationModes = ['full', 'read_only'] as const;
export const delegationStates = ['active', 'revoked', 'expired', 'ended'] as const;
/** What a workspace holds; parsers and forms live there too, with operations of their own. */
export const resourceKinds = ['connector', 'workflow', 'job'] as const;
export const jobStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
/** The roles that a workspace's key may have: never one that gives roles to people. */
export const keyRoles = ['viewer', 'operator', 'developer'] as const;

/** How a form goes out: all of it at once, to be answered in one message, or question by question (R42). */
export const smsModes = ['structured', 'interactive'] as const;
/** What becomes of one number that a form is sent to. */
export const smsOutcomes = ['queued', 'duplicate', 'invalid_number', 'recipient_limit'] as const;

/** Whom an account lets copy its parsers out of its family (R7). */
export const copyOutChoices = ['family', 'anyone'] as const;

/** What to do about a name that is taken at the target (D14). */
export const parserConflicts = ['fail', 'skip', 'rename', 'overwrite'] as const;

/** What a form opens to an account that does not own it; each includes those before it. */
export const formRoles = ['none', 'viewer', 'data_collector', 'data_manager', 'form_admin'] as const;
/** R37: what an umbrella has on every form of a sub-account, unless that chose otherwise. */
export const umbrellaFormRole = 'data_manager';
/** R41: what a sub-account has on the examples of its umbrella. */
export const exampleFormRole = 'viewer';

export type FormRole = (typeof formRoles)[number];
/** What credits pay for (domain.md, The bill). */
export const creditUnits = ['upload', 'message'] as const;
export type CreditUnit = (typeof creditUnits)[number];
/** What a record of usage can come to; the list is closed. Only `recorded` changes anything. */
export const usageOutcomes = [
  'recorded',
  'repeated',
  'conflict',
  'insufficient',
  'cap_reached',
  'unknown_account',
  'account_suspended',
  'payer_suspended',
] as const;
export type UsageOutcome = (typeof usageOutcomes)[number];

/** What an estate is read as, in the order of its pages: what others are named by comes first. */
export const estateReadKinds = [
  'account',
  'subscription',
  'promotion_path',
  'workspace',
  'permission_set',
  'member',
  'invite',
  'removal',
  'workspace_member',
  'parser',
  'form',
  'link',
] as const;

export type EstateReadKind = (typeof estateReadKinds)[number];
export type CopyOut = (typeof copyOutChoices)[number];
export type ParserConflict = (typeof parserConflicts)[number];
export type AccountKind = (typeof accountKinds)[number];
export type AccountRole = (typeof accountRoles)[number];
export type Module = (typeof modules)[number];
export type WorkspaceRole = (typeof workspaceRoles)[number];
export type Entitlement = (typeof entitlementNames)[number];
export type PlanLimit = (typeof planLimitNames)[number];
export type DelegationMode = (typeof delegationModes)[number];
export type DelegationState = (typeof delegationStates)[number];
export type ResourceKind = (typeof resourceKinds)[number];
export type JobState = (typeof jobStates)[number];
export type KeyRole = (typeof keyRoles)[number];
export type SmsMode = (typeof smsModes)[number];
export type SmsOutcome = (typeof smsOutcomes)[number];

/** The slug of the workspace that an account begins with, and that is meant where none is named. */
export const firstWorkspace = 'default';

/** Which account roles an account of a kind may grant (domain.md, Account kinds). */
export const rolesOfKind = {
  personal: ['owner'],
  standard: ['admin', 'user'],
  organization: ['super_admin', 'billing_admin', 'member'],
} as const satisfies Record<AccountKind, readonly AccountRole[]>;

/** Default role of an invitation: the least (R12). */
export const defaultRole = { standard: 'user', organization: 'member' } as const;

/** What saving a contact may come to for the invitation of the sub-account that it is to be (R43). */
export const invitationOutcomes = [
  'invited',
  'already_linked',
  'already_invited',
  'declined',
  'disposable',
  /** Whoever saved it may not invite sub-accounts, or take invitations back. */
  'not_permitted',
  /** The account can be no umbrella. */
  'no_umbrella',
  'no_address',
  'revoked',
  /** The link stays: only its own operations end it. */
  'still_linked',
] as const;
export type InvitationOutcome = (typeof invitationOutcomes)[number];

/** What a batch may do to many people at once. */
export const batchKinds = [
  'invites',
  'removals',
  'restores',
  'workspace_members',
  'contacts',
  'sub_accounts',
] as const;
export type BatchKind = (typeof batchKinds)[number];

/** Rows of a chunk, which is one transaction: fewer where each takes more than a few statements. */
export const chunkRows = {
  invites: limits.batchChunk,
  removals: 500,
  restores: 500,
  workspace_members: 200,
  contacts: 500,
  sub_accounts: 200,
} as const satisfies Record<BatchKind, number>;

type Verdict = 'done' | 'skipped' | 'failed';

/** What a row of a batch can come to, by the batch's kind; each list is closed (api.md, Batches). */
export const outcomesOfKind = {
  invites: {
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
  },
  removals: {
    removed: 'done',
    not_member: 'skipped',
    duplicate_row: 'skipped',
    invalid_email: 'failed',
    unknown_member: 'failed',
    not_permitted: 'failed',
    last_admin: 'failed',
  },
  restores: {
    restored: 'done',
    already_member: 'skipped',
    duplicate_row: 'skipped',
    invalid_email: 'failed',
    unknown_member: 'failed',
    not_restorable: 'failed',
    no_seat: 'failed',
  },
  workspace_members: {
    placed: 'done',
    role_changed: 'done',
    already_placed: 'skipped',
    duplicate_row: 'skipped',
    invalid_email: 'failed',
    invalid_role: 'failed',
    conflicting_rows: 'failed',
    unknown_workspace: 'failed',
    unknown_member: 'failed',
    not_permitted: 'failed',
  },
  contacts: {
    /** Saved, and its owner invited under the umbrella. */
    invited: 'done',
    created: 'done',
    updated: 'done',
    unchanged: 'skipped',
    duplicate_row: 'skipped',
    invalid_email: 'failed',
    invalid_mobile: 'failed',
    invalid_contact: 'failed',
    invalid_cap: 'failed',
    conflicting_rows: 'failed',
  },
  sub_accounts: {
    invited: 'done',
    already_linked: 'skipped',
    already_invited: 'skipped',
    duplicate_row: 'skipped',
    disposable: 'skipped',
    declined: 'skipped',
    /** A column says which rows are sub-accounts, and this one is none. */
    not_marked: 'skipped',
    invalid_email: 'failed',
    invalid_mobile: 'failed',
    invalid_cap: 'failed',
    conflicting_rows: 'failed',
    not_permitted: 'failed',
  },
} as const satisfies Record<BatchKind, Record<string, Verdict>>;

export type RowOutcome = { [K in BatchKind]: keyof (typeof outcomesOfKind)[K] }[BatchKind];

/** Every outcome of any kind: the same word means the same in all of them. */
export const rowOutcomes: Readonly<Record<RowOutcome, Verdict>> = {
  ...outcomesOfKind.invites,
  ...outcomesOfKind.removals,
  ...outcomesOfKind.restores,
  ...outcomesOfKind.workspace_members,
  ...outcomesOfKind.contacts,
  ...outcomesOfKind.sub_accounts,
};

export const rowOutcomeNames: readonly RowOutcome[] = keysOf(rowOutcomes);
