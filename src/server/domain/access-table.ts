import type { FormRole, WorkspaceRole } from '../../contract/limits.ts';
import { changes, type OperationId, operationOf, operations } from '../../contract/operations.ts';
import type { Standing } from './access.ts';

/** As what somebody may do something: a column of the table "Who may do what" of domain.md. */
export type Grant =
  | 'public'
  | 'credential'
  | 'session'
  /** A delegation, for itself. */
  | 'delegation'
  | 'staff'
  /** A metering token. */
  | 'meter'
  | 'admin'
  | 'billing_admin'
  | 'member'
  | 'workspace'
  | 'settings'
  | 'parsers'
  | 'contacts'
  | 'reports'
  | 'forms'
  | 'messages'
  /** A role in the workspace that the operation works in, at least this one. */
  | WorkspaceRole
  | 'anyone_in'
  /** A `user` of the master whom it granted this managed account. */
  | 'granted'
  | 'master'
  | FormGrant;

/** What the form has for an account of the actor's that does not own it, at least this much. */
export type FormGrant = `form:${Exclude<FormRole, 'none'>}`;

export interface Rule {
  readonly grants: readonly Grant[];
  /** Its path names no account, but its body may name the one that it is judged in. */
  readonly account?: 'named';
  /** Only a signed-in person, never a token: what makes or outlives credentials. Or `behind`: somebody, by a token too. */
  readonly person?: 'signed_in' | 'behind';
  /**
   * Also by delegation; `even_read_only` though it changes something. Left out: what would outlive it, and what
   * belongs to the account's own people (D15).
   */
  readonly delegated?: true | 'even_read_only';
  /** Narrows the grants by the kind of account: which of them hold. */
  readonly only?: (standing: Standing) => readonly Grant[];
  /** A suspended account's admins may read; a write is refused unless it says so here. */
  readonly suspended?: 'allowed' | 'refused' | 'admins_read';
}

const administer: Rule = { grants: ['admin', 'master'], suspended: 'refused' };
const inspect: Rule = { grants: ['admin', 'master'], suspended: 'admins_read' };
const readMembers: Rule = {
  grants: ['admin', 'billing_admin', 'member', 'master'],
  suspended: 'admins_read',
};
const inspectBill: Rule = {
  grants: ['admin', 'billing_admin', 'master', 'staff'],
  suspended: 'admins_read',
};
const readCredits: Rule = { grants: ['admin', 'billing_admin'], suspended: 'admins_read' };
const choosePlan: Rule = { grants: ['admin', 'billing_admin', 'master', 'staff'], suspended: 'refused' };
/**
 * Content of a workspace, as its roles have it (domain.md, Workspace roles). A standard account's users need the module.
 * The first grant that somebody could have is the one that a refusal names.
 */
const readContent: Rule = {
  grants: ['viewer', 'parsers', 'admin'],
  delegated: true,
  suspended: 'admins_read',
};
const operate: Rule = { grants: ['operator', 'parsers', 'admin'], delegated: true, suspended: 'refused' };
const develop: Rule = { grants: ['developer', 'parsers', 'admin'], delegated: true, suspended: 'refused' };
const readContacts: Rule = { grants: ['admin', 'contacts'], delegated: true, suspended: 'admins_read' };
/** Whether the invitation of a sub-account goes with it, the right to invite one says (R43). */
const writeContacts: Rule = { grants: ['admin', 'contacts'], delegated: true, suspended: 'refused' };
/** Of a file of contacts also whoever has the module: `kindsFor` (batch-rights.ts) tells the kinds apart. */
const runBatches: Rule = { grants: ['admin', 'master', 'contacts'], suspended: 'refused' };
const inspectBatches: Rule = { grants: ['admin', 'master', 'contacts'], suspended: 'admins_read' };
/** R14: a `user` with `reports` reads the links that they were granted; which, the rule looks at. */
const readLinks: Rule = { grants: ['admin', 'reports'], suspended: 'admins_read' };
const changeLinks: Rule = { grants: ['admin'], suspended: 'refused' };
/** The same of forms, whose records are added by who operates them. */
const readForms: Rule = { ...readContent, grants: ['viewer', 'forms', 'admin'] };
const developForms: Rule = { ...develop, grants: ['developer', 'forms', 'admin'] };
/** Sharing on and showing an example stay with the owning account; what outlives a delegation is not for it (D15). */
const shareForms: Rule = { grants: ['workspace_admin', 'admin'], suspended: 'refused' };
/** Whoever may know that an account is there. */
const knowing: readonly Grant[] = ['anyone_in', 'workspace', 'master', 'granted', 'staff'];
/** They may ask what they may do in it, also while it is suspended: the answer tells no more than a refusal does. */
const ask: Rule = { grants: knowing, delegated: true, suspended: 'allowed' };
const byStaff: Rule = { grants: ['staff'], suspended: 'allowed' };
const own: Rule = { grants: ['session'] };
const open: Rule = { grants: ['public'] };
const openToAll: Rule = { ...open, delegated: true };

/**
 * The far end of a copy is an action of its own: whoever copies needs the right to read at the source and to write at
 * every target (R7), and a master has both for this alone.
 */
type FarEnd = 'parsers.copy_into';

/**
 * What an operation does beyond its own line, by what it turns out to be about: its rule asks for it as well. The line of
 * the operation lets through whoever may do the least of it.
 */
type FurtherAction =
  | 'resources.write_connector'
  | 'resources.write_workflow'
  | 'resources.write_job'
  | 'workspace_members.remove_other'
  | 'forms.list_shared';

/** Whatever `decide` is asked about. */
export type Action = OperationId | FarEnd | FurtherAction;

export const isOperation = (action: Action): action is OperationId => action in operations;
/** Further actions are asked for by operations that change something. */
export const writes = (action: Action): boolean => !isOperation(action) || changes(operationOf(action));

/** THE table: every operation and who may do it (domain.md, "Who may do what"). Not listed: denied. */
export const accessTable = {
  'auth.signup': open,
  'auth.signup_finish': open,
  'auth.login': open,
  'auth.device': open,
  'auth.device_token': open,
  'auth.device_preview': open,
  'auth.device_approve': open,
  'auth.device_deny': open,
  'auth.refresh': open,
  'auth.logout': { grants: ['session', 'delegation'], delegated: 'even_read_only' },
  'auth.password_forgot': open,
  'auth.password_reset': open,
  'auth.password_change': own,
  'auth.email_confirm': open,
  'me.show': { grants: ['credential'], delegated: true },
  'me.update': own,
  'me.delete': own,
  'tokens.list': own,
  'tokens.create': own,
  'tokens.revoke': own,
  'account_tokens.list': { grants: ['admin'], suspended: 'admins_read' },
  'account_tokens.create': { grants: ['admin'], person: 'signed_in', suspended: 'refused' },
  'account_tokens.revoke': { grants: ['admin'], suspended: 'refused' },
  'staff.list': byStaff,
  'staff.add': byStaff,
  'staff.remove': byStaff,
  'accounts.list': { grants: ['credential'], delegated: true },
  /** With a master named it is judged in the master, else it needs a person, or staff for organizations (R27). */
  'accounts.create': {
    grants: ['session', 'staff'],
    account: 'named',
    only: () => ['admin'],
    suspended: 'refused',
  },
  'accounts.show': {
    grants: knowing,
    delegated: true,
    suspended: 'admins_read',
  },
  'accounts.update': { grants: ['admin', 'settings', 'master'], delegated: true, suspended: 'refused' },
  'accounts.delete': {
    grants: ['admin', 'master', 'staff'],
    suspended: 'allowed',
    only: ({ account, parent }) => {
      if (account.kind === 'organization') return ['staff'];
      if (account.kind === 'personal') return [];
      return parent?.kind === 'managed' ? ['master'] : ['admin'];
    },
  },
  'accounts.leave': { grants: ['anyone_in'], person: 'signed_in', suspended: 'allowed' },
  'accounts.suspend': { grants: ['staff', 'master'], suspended: 'allowed' },
  'accounts.activate': { grants: ['staff', 'master'], suspended: 'allowed' },
  'accounts.lock': byStaff,
  'accounts.unlock': byStaff,
  'accounts.release': { grants: ['master'], suspended: 'refused' },
  'accounts.tree': { ...inspect, delegated: true },
  'sub_accounts.list': readLinks,
  'sub_accounts.invite': changeLinks,
  'sub_accounts.show': readLinks,
  'sub_accounts.update': changeLinks,
  'sub_accounts.resend': changeLinks,
  'sub_accounts.unlink': changeLinks,
  'sub_accounts.usage': readLinks,
  'umbrella_invites.list': own,
  'umbrella_invites.preview': open,
  'umbrella_invites.consent': {
    grants: ['admin'],
    account: 'named',
    person: 'signed_in',
    suspended: 'admins_read',
  },
  /** The account binds itself to somebody else: only its own administrator in person does that. */
  'umbrella_invites.accept': {
    grants: ['admin'],
    account: 'named',
    person: 'signed_in',
    suspended: 'refused',
  },
  'umbrella_invites.decline': open,
  'umbrella.show': { grants: ['admin'], suspended: 'admins_read' },
  'umbrella.unlink': { grants: ['admin'], suspended: 'refused' },
  'delegations.list': { grants: ['admin', 'master', 'granted'], suspended: 'admins_read' },
  'delegations.create': { grants: ['master', 'granted'], person: 'behind', suspended: 'refused' },
  'delegations.revoke': { grants: ['admin', 'master', 'granted'], suspended: 'refused' },
  'members.list': { ...readMembers, delegated: true },
  'members.show': { ...readMembers, delegated: true },
  'members.update': administer,
  'members.deactivate': administer,
  'members.activate': administer,
  'members.removal_preview': inspect,
  'members.remove': administer,
  'receipts.list': inspect,
  'receipts.restore': administer,
  'permission_sets.list': inspect,
  'permission_sets.show': inspect,
  'permission_sets.save': administer,
  'permission_sets.delete': administer,
  'invites.list': inspect,
  'invites.send': { grants: ['admin', 'master', 'staff'], suspended: 'refused' },
  'invites.show': inspect,
  'invites.revoke': administer,
  'invites.resend': administer,
  'invites.resend_many': administer,
  'invites.preview': openToAll,
  'invites.accept': open,
  'invites.decline': open,
  'batches.list': inspectBatches,
  'batches.create': runBatches,
  'batches.check': inspectBatches,
  'batches.show': inspectBatches,
  'batches.rows': inspectBatches,
  'batches.send': runBatches,
  'batches.finish': runBatches,
  'batches.cancel': runBatches,
  'batches.revoke': runBatches,
  'workspaces.list': { grants: ['admin', 'workspace'], delegated: true, suspended: 'admins_read' },
  'workspaces.show': { grants: ['admin', 'workspace'], delegated: true, suspended: 'admins_read' },
  'parsers.list': readContent,
  'parsers.create': develop,
  'parsers.show': readContent,
  'parsers.update': develop,
  'parsers.delete': develop,
  'parsers.revisions': readContent,
  'parsers.revision': readContent,
  'parsers.rollback': develop,
  'parsers.copy': { ...readContent, grants: [...readContent.grants, 'master'], suspended: 'refused' },
  'parsers.copy_into': { ...develop, grants: [...develop.grants, 'master'] },
  'parsers.diff': { ...readContent, grants: [...readContent.grants, 'master'] },
  'forms.list': readForms,
  /**
   * What others share is shared with the account, not with a workspace: members of those have no part in it. It is nothing of
   * the account's own, so while that is suspended nobody reads it, like the forms themselves.
   */
  'forms.list_shared': { grants: ['forms', 'admin'], suspended: 'refused' },
  'forms.create': developForms,
  'forms.save_copy': developForms,
  'forms.show': { ...readForms, grants: [...readForms.grants, 'form:viewer'] },
  'forms.update': { ...developForms, grants: [...developForms.grants, 'form:form_admin'] },
  'forms.delete': developForms,
  /** The right to the form besides, which its rule asks for: `forms.show`. */
  'forms.sms': { grants: ['operator', 'messages', 'admin'], delegated: true, suspended: 'refused' },
  'records.submit': {
    ...operate,
    grants: ['operator', 'forms', 'admin', 'form:data_collector'],
  },
  'records.list': { ...readForms, grants: [...readForms.grants, 'form:data_manager'] },
  'records.show': { ...readForms, grants: [...readForms.grants, 'form:data_manager'] },
  'records.update': { ...developForms, grants: [...developForms.grants, 'form:data_manager'] },
  'records.delete': { ...developForms, grants: [...developForms.grants, 'form:form_admin'] },
  'forms.shares': { grants: ['workspace_admin', 'admin'], suspended: 'admins_read' },
  'forms.share': shareForms,
  'forms.mark_example': shareForms,
  'forms.unmark_example': shareForms,
  'promotion_path.show': { grants: ['admin'], suspended: 'admins_read' },
  'promotion_path.update': { grants: ['admin'], suspended: 'refused' },
  'workspaces.create': { grants: ['admin'], suspended: 'refused' },
  'workspaces.update': { grants: ['admin'], suspended: 'refused' },
  'workspaces.delete': { grants: ['admin'], suspended: 'refused' },
  'workspace_members.list': { grants: ['viewer', 'admin'], suspended: 'admins_read' },
  'workspace_members.add': { grants: ['workspace_admin', 'admin'], suspended: 'refused' },
  'workspace_members.update': { grants: ['workspace_admin', 'admin'], suspended: 'refused' },
  /** Nobody is locked in (D25): whoever is in a workspace may leave it. */
  'workspace_members.remove': { grants: ['admin', 'workspace'], suspended: 'refused' },
  'workspace_members.remove_other': { grants: ['workspace_admin', 'admin'], suspended: 'refused' },
  'resources.list': readContent,
  'resources.show': readContent,
  'resources.create': operate,
  'resources.update': operate,
  'resources.delete': operate,
  'resources.run': operate,
  'resources.write_connector': develop,
  'resources.write_workflow': operate,
  'resources.write_job': operate,
  'workspace_keys.list': { grants: ['developer', 'admin'], suspended: 'admins_read' },
  'workspace_keys.create': {
    grants: ['developer', 'admin'],
    person: 'signed_in',
    suspended: 'refused',
  },
  'workspace_keys.delete': { grants: ['developer', 'admin'], suspended: 'refused' },
  'contacts.list': readContacts,
  'contacts.create': writeContacts,
  'contacts.show': readContacts,
  'contacts.update': writeContacts,
  'contacts.delete': writeContacts,
  'address_rules.show': { ...inspect, delegated: true },
  'address_rules.update': administer,
  /** In each account that its body names; what of it, the rule asks by the operation that lists it. */
  'estate.read': {
    grants: ['credential'],
    account: 'named',
    only: () => ['admin', 'master'],
    delegated: true,
    suspended: 'admins_read',
  },
  /** About oneself; about others its rule asks for `members.list` too. */
  'access.explain': { ...ask, grants: ['credential'], account: 'named', only: () => knowing },
  'access.who_can': { ...readMembers, account: 'named', delegated: true },
  'access.matrix': ask,
  'plans.list': openToAll,
  'plans.show': openToAll,
  'plans.replace': byStaff,
  'subscription.show': inspectBill,
  'subscription.preview': inspectBill,
  'subscription.change': choosePlan,
  'subscription.cancel_change': choosePlan,
  'billing.show': inspectBill,
  'credits.show': readCredits,
  'credits.ledger': readCredits,
  'credits.usage': readCredits,
  'credits.grant': byStaff,
  'credits.verify': byStaff,
  'usage.record': { grants: ['meter'] },
  'roles.list': openToAll,
  'audit.list': { ...inspect, delegated: true },
  'audit.platform': byStaff,
  'dev.mail': byStaff,
  'dev.messages': byStaff,
  'dev.clock': byStaff,
  'dev.clock_set': byStaff,
} as const satisfies Record<Action, Rule>;
