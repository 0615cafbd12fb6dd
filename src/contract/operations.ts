import { keysOf } from './keys.ts';

/**
 * THE table of operations: one line an operation, free of schemas so that the tool can import it at start.
 * The id of an operation is also its action in access decisions, its action in the audit trail and,
 * where there is one, the words of the command. Schemas stand beside it in shapes.ts.
 */

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/v1`; `{account}` and `{workspace}` take an id or a slug. */
  readonly path: string;
  readonly summary: string;
  /** Needs no credential (it carries a secret of its own, or is public). A credential that is sent is still checked. */
  readonly public?: true;
  /** Mails whoever is named, without a credential: limited more tightly, so that nobody is pestered through us. */
  readonly mails?: true;
  /** A POST that changes nothing: it may run under `--dry-run` and `--read-only` and takes no Idempotency-Key. */
  readonly safe?: true;
  /** Takes `?dry_run=true`: same checks, same answer, nothing written. */
  readonly dry_run?: true;
  /** A POST that repeats harmlessly by itself and so takes no Idempotency-Key. */
  readonly natural?: true;
  /** The answer holds a secret, shown once: never stored for replay (api.md, Idempotency-Key). */
  readonly secret?: true;
  /** A change honours `If-Match`; `required` answers 428 without it. */
  readonly if_match?: 'optional' | 'required';
  /** Only a `--dev` server has it; elsewhere it answers 404. */
  readonly dev?: true;
  /** Status of success; 200 unless named. */
  readonly status?: 201 | 202;
}

export const operations = {
  'auth.signup': {
    method: 'POST',
    path: '/auth/signup',
    summary: 'Mail a link that finishes a sign-up',
    public: true,
    mails: true,
    status: 202,
  },
  'auth.signup_finish': {
    method: 'POST',
    path: '/auth/signup/finish',
    summary: 'Finish a sign-up: the mailed secret, then a password',
    public: true,
    secret: true,
    status: 201,
  },
  'auth.login': {
    method: 'POST',
    path: '/auth/login',
    summary: 'Sign in with address and password',
    public: true,
    secret: true,
  },
  'auth.device': {
    method: 'POST',
    path: '/auth/device',
    summary: 'Begin a sign-in that is approved in a browser (RFC 8628)',
    public: true,
    secret: true,
    status: 201,
  },
  'auth.device_token': {
    method: 'POST',
    path: '/auth/device/token',
    summary: 'Fetch the session of a sign-in, once it is approved (RFC 8628)',
    public: true,
    secret: true,
  },
  'auth.device_preview': {
    method: 'POST',
    path: '/auth/device/preview',
    summary: 'Look at a sign-in that waits for approval, by its user code',
    public: true,
    safe: true,
  },
  'auth.device_approve': {
    method: 'POST',
    path: '/auth/device/approve',
    summary: 'Approve a sign-in that waits, with address and password',
    public: true,
  },
  'auth.device_deny': {
    method: 'POST',
    path: '/auth/device/deny',
    summary: 'Deny a sign-in that waits',
    public: true,
  },
  'auth.refresh': {
    method: 'POST',
    path: '/auth/refresh',
    summary: 'Rotate a refresh token',
    public: true,
    secret: true,
  },
  'auth.logout': {
    method: 'POST',
    path: '/auth/logout',
    summary: 'End the session of the access token, or the delegation',
    natural: true,
  },
  'auth.password_forgot': {
    method: 'POST',
    path: '/auth/password/forgot',
    summary: 'Mail a link that resets the password',
    public: true,
    mails: true,
    status: 202,
  },
  'auth.password_reset': {
    method: 'POST',
    path: '/auth/password/reset',
    summary: 'Set a new password with a mailed secret; ends every session',
    public: true,
  },
  'auth.password_change': {
    method: 'POST',
    path: '/auth/password/change',
    summary: 'Change the password; ends the other sessions',
    natural: true,
  },
  'auth.email_confirm': {
    method: 'POST',
    path: '/auth/email/confirm',
    summary: 'Confirm a new address with a mailed secret',
    public: true,
  },

  'me.show': { method: 'GET', path: '/me', summary: 'Who the credential belongs to, and what it may reach' },
  'me.update': {
    method: 'PATCH',
    path: '/me',
    summary: 'Change the own name, or ask for another address',
    if_match: 'optional',
  },
  'me.delete': {
    method: 'DELETE',
    path: '/me',
    summary: 'Delete oneself and the personal account',
    dry_run: true,
  },

  'tokens.list': { method: 'GET', path: '/tokens', summary: 'List the own tokens' },
  'tokens.create': {
    method: 'POST',
    path: '/tokens',
    summary: 'Make a token of the own membership, or a staff token',
    secret: true,
    status: 201,
  },
  'tokens.revoke': { method: 'DELETE', path: '/tokens/{token}', summary: 'Revoke an own token' },
  'account_tokens.list': {
    method: 'GET',
    path: '/accounts/{account}/tokens',
    summary: 'List the tokens bound to the account',
  },
  'account_tokens.create': {
    method: 'POST',
    path: '/accounts/{account}/tokens',
    summary: 'Make a token that the account owns (D24)',
    secret: true,
    status: 201,
  },
  'account_tokens.revoke': {
    method: 'DELETE',
    path: '/accounts/{account}/tokens/{token}',
    summary: 'Revoke a token bound to the account',
  },

  'staff.list': { method: 'GET', path: '/staff', summary: 'List staff' },
  'staff.add': { method: 'POST', path: '/staff', summary: 'Make a user staff', status: 201 },
  'staff.remove': {
    method: 'DELETE',
    path: '/staff/{user}',
    summary: 'Take staff rights away; their staff tokens die',
  },

  'accounts.list': {
    method: 'GET',
    path: '/accounts',
    summary: 'List the accounts one was added to, and their managed accounts',
  },
  'accounts.create': {
    method: 'POST',
    path: '/accounts',
    summary: 'Create a standard, managed or (staff) organization account',
    status: 201,
  },
  'accounts.show': { method: 'GET', path: '/accounts/{account}', summary: 'Show an account' },
  'accounts.update': {
    method: 'PATCH',
    path: '/accounts/{account}',
    summary: 'Change name, slug, labels, mail preferences or who may copy parsers out',
    if_match: 'optional',
  },
  'accounts.delete': {
    method: 'DELETE',
    path: '/accounts/{account}',
    summary: 'Delete an account for good',
    dry_run: true,
    if_match: 'optional',
  },
  'accounts.leave': {
    method: 'POST',
    path: '/accounts/{account}/leave',
    summary: 'Leave an account',
    natural: true,
  },
  'accounts.suspend': {
    method: 'POST',
    path: '/accounts/{account}/suspend',
    summary: 'Suspend: its admins may read, everything else is refused',
  },
  'accounts.activate': { method: 'POST', path: '/accounts/{account}/activate', summary: 'End a suspension' },
  'accounts.lock': {
    method: 'POST',
    path: '/accounts/{account}/lock',
    summary: 'Lock the managed accounts feature',
  },
  'accounts.unlock': {
    method: 'POST',
    path: '/accounts/{account}/unlock',
    summary: 'Unlock the managed accounts feature, or a trial of it',
  },
  'accounts.release': {
    method: 'POST',
    path: '/accounts/{account}/release',
    summary: 'End the link to the master; the account goes on by itself',
    dry_run: true,
  },
  'accounts.tree': {
    method: 'GET',
    path: '/accounts/{account}/tree',
    summary: 'The account, its managed accounts and workspaces, with counts; its sub-accounts by name',
  },

  'sub_accounts.list': {
    method: 'GET',
    path: '/accounts/{account}/sub-accounts',
    summary: 'List sub-accounts and invitations of the umbrella',
  },
  'sub_accounts.invite': {
    method: 'POST',
    path: '/accounts/{account}/sub-accounts',
    summary: 'Invite an account under the umbrella, by the address of its owner',
    status: 201,
  },
  'sub_accounts.show': {
    method: 'GET',
    path: '/accounts/{account}/sub-accounts/{link}',
    summary: 'Show a sub-account or an invitation',
  },
  'sub_accounts.update': {
    method: 'PATCH',
    path: '/accounts/{account}/sub-accounts/{link}',
    summary: 'Set how much a sub-account may use a month, or say that there is no cap',
    if_match: 'optional',
  },
  'sub_accounts.resend': {
    method: 'POST',
    path: '/accounts/{account}/sub-accounts/{link}/resend',
    summary: 'Send an invitation again: a new link, seven new days',
  },
  'sub_accounts.unlink': {
    method: 'DELETE',
    path: '/accounts/{account}/sub-accounts/{link}',
    summary: 'End the link to a sub-account, or revoke its invitation',
    dry_run: true,
  },
  'sub_accounts.usage': {
    method: 'GET',
    path: '/accounts/{account}/sub-accounts/{link}/usage',
    summary: 'What a sub-account used of the credits of its umbrella, by month or day',
  },
  'umbrella_invites.list': {
    method: 'GET',
    path: '/me/umbrella-invites',
    summary: 'List the invitations under an umbrella that were sent to one',
  },
  'umbrella_invites.preview': {
    method: 'POST',
    path: '/umbrella-invites/preview',
    summary: 'Show an invitation under an umbrella, by its mailed secret',
    public: true,
    safe: true,
  },
  'umbrella_invites.consent': {
    method: 'GET',
    path: '/umbrella-invites/{link}/consent',
    summary: 'Show exactly what accepting comes to for an account',
  },
  'umbrella_invites.accept': {
    method: 'POST',
    path: '/umbrella-invites/{link}/accept',
    summary: 'Place an account under the umbrella, by the digest of the sheet that was read',
    dry_run: true,
  },
  'umbrella_invites.decline': {
    method: 'POST',
    path: '/umbrella-invites/decline',
    summary: 'Decline an invitation under an umbrella, by its mailed secret or signed in',
    public: true,
    natural: true,
  },
  'umbrella.show': {
    method: 'GET',
    path: '/accounts/{account}/umbrella',
    summary: 'Show the umbrella of an account and what the link gives',
  },
  'umbrella.unlink': {
    method: 'DELETE',
    path: '/accounts/{account}/umbrella',
    summary: 'Leave the umbrella; it is never refused',
    dry_run: true,
  },
  'delegations.list': {
    method: 'GET',
    path: '/accounts/{account}/delegations',
    summary: 'List who logged in to the managed account from its master, and when',
  },
  'delegations.create': {
    method: 'POST',
    path: '/accounts/{account}/delegations',
    summary: 'Log in to a managed account for up to an hour, with a reason (D15)',
    secret: true,
    status: 201,
  },
  'delegations.revoke': {
    method: 'DELETE',
    path: '/accounts/{account}/delegations/{delegation}',
    summary: 'End a log-in to the managed account at once',
  },

  'members.list': { method: 'GET', path: '/accounts/{account}/members', summary: 'List members' },
  'members.show': { method: 'GET', path: '/accounts/{account}/members/{member}', summary: 'Show a member' },
  'members.update': {
    method: 'PATCH',
    path: '/accounts/{account}/members/{member}',
    summary: 'Change role, modules or grants of children',
    if_match: 'optional',
  },
  'members.deactivate': {
    method: 'POST',
    path: '/accounts/{account}/members/{member}/deactivate',
    summary: 'Deactivate: frees the seat, keeps role and grants',
  },
  'members.activate': {
    method: 'POST',
    path: '/accounts/{account}/members/{member}/activate',
    summary: 'Activate again; needs a seat',
  },
  'members.removal_preview': {
    method: 'GET',
    path: '/accounts/{account}/members/{member}/removal-preview',
    summary: 'What a removal would take along',
  },
  'members.remove': {
    method: 'DELETE',
    path: '/accounts/{account}/members/{member}',
    summary: 'Remove from the account and all its workspaces',
    dry_run: true,
    if_match: 'optional',
  },

  'receipts.list': {
    method: 'GET',
    path: '/accounts/{account}/receipts',
    summary: 'List what removals took away, the newest first',
  },
  'receipts.restore': {
    method: 'POST',
    path: '/accounts/{account}/receipts/{receipt}/restore',
    summary: 'Give back role, modules, grants and workspaces to somebody who was removed (D8)',
    dry_run: true,
  },
  'permission_sets.list': {
    method: 'GET',
    path: '/accounts/{account}/permission-sets',
    summary: 'List the saved permission sets',
  },
  'permission_sets.show': {
    method: 'GET',
    path: '/accounts/{account}/permission-sets/{name}',
    summary: 'Show a permission set',
  },
  'permission_sets.save': {
    method: 'PUT',
    path: '/accounts/{account}/permission-sets/{name}',
    summary: 'Save a permission set under a name, or replace it',
    if_match: 'optional',
  },
  'permission_sets.delete': {
    method: 'DELETE',
    path: '/accounts/{account}/permission-sets/{name}',
    summary: 'Delete a permission set; who got it keeps what they have',
    if_match: 'optional',
  },

  'invites.list': { method: 'GET', path: '/accounts/{account}/invites', summary: 'List invitations' },
  'invites.send': {
    method: 'POST',
    path: '/accounts/{account}/invites',
    summary: 'Invite one address',
    status: 201,
  },
  'invites.show': {
    method: 'GET',
    path: '/accounts/{account}/invites/{invite}',
    summary: 'Show an invitation',
  },
  'invites.revoke': {
    method: 'DELETE',
    path: '/accounts/{account}/invites/{invite}',
    summary: 'Revoke a pending invitation',
  },
  'invites.resend': {
    method: 'POST',
    path: '/accounts/{account}/invites/{invite}/resend',
    summary: 'Send again with a new secret and seven new days (D1)',
  },
  'invites.resend_many': {
    method: 'POST',
    path: '/accounts/{account}/invites/resend',
    summary: 'Resend the pending or expired invitations that match a filter',
    dry_run: true,
  },
  'invites.preview': {
    method: 'POST',
    path: '/invites/preview',
    summary: 'Look at an invitation by its secret',
    public: true,
    safe: true,
  },
  'invites.accept': {
    method: 'POST',
    path: '/invites/accept',
    summary: 'Accept an invitation by its secret',
    public: true,
    secret: true,
  },
  'invites.decline': {
    method: 'POST',
    path: '/invites/decline',
    summary: 'Decline an invitation by its secret',
    public: true,
  },

  'batches.list': { method: 'GET', path: '/accounts/{account}/batches', summary: 'List batches' },
  'batches.create': {
    method: 'POST',
    path: '/accounts/{account}/batches',
    summary: 'Open a batch of invitations, removals, restores or workspace members, or find the open one',
    natural: true,
    status: 201,
  },
  'batches.check': {
    method: 'POST',
    path: '/accounts/{account}/batches/check',
    summary: 'Judge rows as a batch would, writing nothing',
    safe: true,
  },
  'batches.show': {
    method: 'GET',
    path: '/accounts/{account}/batches/{batch}',
    summary: 'Show a batch: counts, missing rows, mail',
  },
  'batches.rows': {
    method: 'GET',
    path: '/accounts/{account}/batches/{batch}/rows',
    summary: 'List the outcomes by row',
  },
  'batches.send': {
    method: 'POST',
    path: '/accounts/{account}/batches/{batch}/rows',
    summary: 'Send a chunk of rows in one transaction; a repeated row counts once',
    natural: true,
  },
  'batches.finish': {
    method: 'POST',
    path: '/accounts/{account}/batches/{batch}/finish',
    summary: 'Close a batch that has all its rows',
    natural: true,
  },
  'batches.cancel': {
    method: 'POST',
    path: '/accounts/{account}/batches/{batch}/cancel',
    summary: 'Close a batch as it is',
    natural: true,
  },
  'batches.revoke': {
    method: 'POST',
    path: '/accounts/{account}/batches/{batch}/revoke',
    summary: 'Take back every invitation of the batch that is still pending',
    natural: true,
    dry_run: true,
  },

  'workspaces.list': { method: 'GET', path: '/accounts/{account}/workspaces', summary: 'List workspaces' },
  'workspaces.show': {
    method: 'GET',
    path: '/accounts/{account}/workspaces/{workspace}',
    summary: 'Show a workspace',
  },
  'workspaces.create': {
    method: 'POST',
    path: '/accounts/{account}/workspaces',
    summary: 'Create a workspace (organizations)',
    status: 201,
  },
  'workspaces.update': {
    method: 'PATCH',
    path: '/accounts/{account}/workspaces/{workspace}',
    summary: 'Change name or slug of a workspace',
    if_match: 'optional',
  },
  'workspaces.delete': {
    method: 'DELETE',
    path: '/accounts/{account}/workspaces/{workspace}',
    summary: 'Delete a workspace with all it holds, for good',
    dry_run: true,
    if_match: 'optional',
  },

  'workspace_members.list': {
    method: 'GET',
    path: '/accounts/{account}/workspaces/{workspace}/members',
    summary: 'List the members of a workspace',
  },
  'workspace_members.add': {
    method: 'POST',
    path: '/accounts/{account}/workspaces/{workspace}/members',
    summary: 'Add a member of the account to a workspace',
    status: 201,
  },
  'workspace_members.update': {
    method: 'PATCH',
    path: '/accounts/{account}/workspaces/{workspace}/members/{member}',
    summary: 'Change the role of a member of a workspace',
    if_match: 'optional',
  },
  'workspace_members.remove': {
    method: 'DELETE',
    path: '/accounts/{account}/workspaces/{workspace}/members/{member}',
    summary: 'Remove a member from a workspace, or leave it',
    if_match: 'optional',
  },

  'resources.list': {
    method: 'GET',
    path: '/accounts/{account}/workspaces/{workspace}/resources',
    summary: 'List connectors, workflows and jobs',
  },
  'resources.show': {
    method: 'GET',
    path: '/accounts/{account}/workspaces/{workspace}/resources/{resource}',
    summary: 'Show a connector, workflow or job',
  },
  'resources.create': {
    method: 'POST',
    path: '/accounts/{account}/workspaces/{workspace}/resources',
    summary: 'Create a connector or a workflow',
    status: 201,
  },
  'resources.update': {
    method: 'PATCH',
    path: '/accounts/{account}/workspaces/{workspace}/resources/{resource}',
    summary: 'Change name or config, or the state of a job',
    if_match: 'optional',
  },
  'resources.delete': {
    method: 'DELETE',
    path: '/accounts/{account}/workspaces/{workspace}/resources/{resource}',
    summary: 'Delete a connector, a job, or a workflow with its jobs',
    dry_run: true,
    if_match: 'optional',
  },
  'resources.run': {
    method: 'POST',
    path: '/accounts/{account}/workspaces/{workspace}/resources/{resource}/run',
    summary: 'Run a workflow: makes a job',
    status: 201,
  },

  'workspace_keys.list': {
    method: 'GET',
    path: '/accounts/{account}/workspaces/{workspace}/keys',
    summary: 'List the keys of a workspace',
  },
  'workspace_keys.create': {
    method: 'POST',
    path: '/accounts/{account}/workspaces/{workspace}/keys',
    summary: 'Make a key that works in this workspace only',
    secret: true,
    status: 201,
  },
  'workspace_keys.delete': {
    method: 'DELETE',
    path: '/accounts/{account}/workspaces/{workspace}/keys/{key}',
    summary: 'Delete a key: it stops working at once',
  },

  'parsers.list': {
    method: 'GET',
    path: '/accounts/{account}/parsers',
    summary: 'List the parsers of a workspace',
  },
  'parsers.create': {
    method: 'POST',
    path: '/accounts/{account}/parsers',
    summary: 'Create a parser',
    status: 201,
  },
  'parsers.diff': {
    method: 'GET',
    path: '/accounts/{account}/parsers/diff',
    summary: 'What copying parsers to another place would change, field by field',
  },
  'parsers.copy': {
    method: 'POST',
    path: '/accounts/{account}/parsers/copy',
    summary: 'Copy parsers to other accounts of the family, all or none (R7, D14)',
    dry_run: true,
  },
  'parsers.show': {
    method: 'GET',
    path: '/accounts/{account}/parsers/{parser}',
    summary: 'Show a parser by name or id',
  },
  'parsers.update': {
    method: 'PATCH',
    path: '/accounts/{account}/parsers/{parser}',
    summary: 'Change a parser, or set its secrets; makes its next revision',
    if_match: 'required',
  },
  'parsers.delete': {
    method: 'DELETE',
    path: '/accounts/{account}/parsers/{parser}',
    summary: 'Delete a parser with its revisions',
    if_match: 'required',
  },
  'parsers.revisions': {
    method: 'GET',
    path: '/accounts/{account}/parsers/{parser}/revisions',
    summary: 'List the revisions of a parser, newest first',
  },
  'parsers.revision': {
    method: 'GET',
    path: '/accounts/{account}/parsers/{parser}/revisions/{revision}',
    summary: 'Show a parser as it was',
  },
  'parsers.rollback': {
    method: 'POST',
    path: '/accounts/{account}/parsers/{parser}/rollback',
    summary: 'Make an earlier revision the next one',
    if_match: 'optional',
  },
  'promotion_path.show': {
    method: 'GET',
    path: '/accounts/{account}/promotion-path',
    summary: 'Show the order in which parsers are promoted',
  },
  'promotion_path.update': {
    method: 'PUT',
    path: '/accounts/{account}/promotion-path',
    summary: 'Declare the order in which parsers are promoted',
    if_match: 'optional',
  },

  'contacts.list': { method: 'GET', path: '/accounts/{account}/contacts', summary: 'List contacts' },
  'contacts.create': {
    method: 'POST',
    path: '/accounts/{account}/contacts',
    summary: 'Add a contact; one marked as sub-account is invited (R43)',
    status: 201,
  },
  'contacts.show': {
    method: 'GET',
    path: '/accounts/{account}/contacts/{contact}',
    summary: 'Show a contact',
  },
  'contacts.update': {
    method: 'PATCH',
    path: '/accounts/{account}/contacts/{contact}',
    summary: 'Change a contact; marking it invites, clearing the mark takes a pending invitation back',
    if_match: 'optional',
  },
  'contacts.delete': {
    method: 'DELETE',
    path: '/accounts/{account}/contacts/{contact}',
    summary: 'Delete a contact; a pending invitation is taken back, a link stays',
    if_match: 'optional',
  },
  'forms.list': {
    method: 'GET',
    path: '/accounts/{account}/forms',
    summary: 'List the forms of a workspace, or with shared=in those that other accounts share',
  },
  'forms.create': {
    method: 'POST',
    path: '/accounts/{account}/forms',
    summary: 'Create a form',
    status: 201,
  },
  'forms.save_copy': {
    method: 'POST',
    path: '/accounts/{account}/forms/save-copy',
    summary: 'Save a copy of an example, or of another form that one can see (R41)',
    status: 201,
  },
  'forms.show': {
    method: 'GET',
    path: '/accounts/{account}/forms/{form}',
    summary: 'Show a form with its questions',
  },
  'forms.update': {
    method: 'PATCH',
    path: '/accounts/{account}/forms/{form}',
    summary: 'Change a form or its questions; makes its next revision',
    if_match: 'required',
  },
  'forms.delete': {
    method: 'DELETE',
    path: '/accounts/{account}/forms/{form}',
    summary: 'Delete a form with all it holds, for good',
    dry_run: true,
    if_match: 'required',
  },
  'forms.sms': {
    method: 'POST',
    path: '/accounts/{account}/forms/{form}/sms',
    summary: 'Send a form by SMS, all at once or question by question (R42)',
    dry_run: true,
  },
  'records.submit': {
    method: 'POST',
    path: '/accounts/{account}/forms/{form}/records',
    summary: 'Submit records of a form: all of them, or none',
    dry_run: true,
    status: 201,
  },
  'records.list': {
    method: 'GET',
    path: '/accounts/{account}/forms/{form}/records',
    summary: 'List the records of a form, oldest first',
  },
  'records.show': {
    method: 'GET',
    path: '/accounts/{account}/forms/{form}/records/{record}',
    summary: 'Show a record of a form',
  },
  'records.update': {
    method: 'PATCH',
    path: '/accounts/{account}/forms/{form}/records/{record}',
    summary: 'Change answers of a record',
    if_match: 'required',
  },
  'records.delete': {
    method: 'DELETE',
    path: '/accounts/{account}/forms/{form}/records/{record}',
    summary: 'Delete a record, for good',
    if_match: 'optional',
  },
  'forms.shares': {
    method: 'GET',
    path: '/accounts/{account}/forms/{form}/shares',
    summary: 'List the accounts that have a role on a form, and why',
  },
  'forms.share': {
    method: 'PUT',
    path: '/accounts/{account}/forms/{form}/shares',
    summary: 'Choose what other accounts have of a form (R38, R40)',
    dry_run: true,
  },
  'forms.mark_example': {
    method: 'PUT',
    path: '/accounts/{account}/forms/{form}/example',
    summary: 'Show a form to every sub-account, as an example (R41)',
  },
  'forms.unmark_example': {
    method: 'DELETE',
    path: '/accounts/{account}/forms/{form}/example',
    summary: 'Show a form to the sub-accounts no more',
  },

  'address_rules.show': {
    method: 'GET',
    path: '/accounts/{account}/address-rules',
    summary: 'Show the allowed and denied domains',
  },
  'address_rules.update': {
    method: 'PUT',
    path: '/accounts/{account}/address-rules',
    summary: 'Replace the allowed and denied domains',
  },

  'estate.read': {
    method: 'POST',
    path: '/estate/read',
    summary: 'Read many accounts with their people, workspaces and parsers, page by page',
    safe: true,
  },

  'access.explain': {
    method: 'POST',
    path: '/access/explain',
    summary: 'Why somebody may do something or not, and what would have to change',
    safe: true,
  },
  'access.who_can': {
    method: 'POST',
    path: '/access/who-can',
    summary: 'List the people who may do something',
    safe: true,
  },
  'access.matrix': {
    method: 'GET',
    path: '/accounts/{account}/access-matrix',
    summary: 'Every operation and every role of the account: who may do what',
  },

  'plans.list': { method: 'GET', path: '/plans', summary: 'The plan catalogue', public: true },
  'plans.show': { method: 'GET', path: '/plans/{plan}', summary: 'Show a plan', public: true },
  'plans.replace': {
    method: 'PUT',
    path: '/plans',
    summary: 'Replace the whole plan catalogue',
    if_match: 'required',
    dry_run: true,
  },
  'subscription.show': {
    method: 'GET',
    path: '/accounts/{account}/subscription',
    summary: "The account's plan, period, what it may use and what it uses",
  },
  'subscription.preview': {
    method: 'POST',
    path: '/accounts/{account}/subscription/preview',
    summary: 'What a change of plan would change, cost and run into',
    safe: true,
  },
  'subscription.change': {
    method: 'POST',
    path: '/accounts/{account}/subscription/change',
    summary: 'Change the plan, at once or at the end of the period',
    dry_run: true,
  },
  'subscription.cancel_change': {
    method: 'DELETE',
    path: '/accounts/{account}/subscription/scheduled',
    summary: 'Cancel the scheduled change of plan',
    dry_run: true,
  },
  'billing.show': {
    method: 'GET',
    path: '/accounts/{account}/bill',
    summary: 'The bill of a period: lines and totals',
  },
  'credits.show': {
    method: 'GET',
    path: '/accounts/{account}/credits',
    summary: 'The credits of the account, who pays, and what was used this month',
  },
  'credits.ledger': {
    method: 'GET',
    path: '/accounts/{account}/ledger',
    summary: 'List the entries of the ledger that the account paid for or used, the newest first',
  },
  'credits.usage': {
    method: 'GET',
    path: '/accounts/{account}/usage',
    summary: 'What was used and paid for, by month, day or account',
  },
  'credits.grant': {
    method: 'POST',
    path: '/accounts/{account}/credits/grants',
    summary: 'Grant an account credits that do not expire',
    dry_run: true,
    status: 201,
  },
  'credits.verify': {
    method: 'GET',
    path: '/ledger/verify',
    summary: 'Recompute what accounts have from the ledger, a page of them, and report every difference',
  },
  'usage.record': {
    method: 'POST',
    path: '/usage',
    summary: 'Report usage, up to 1,000 records; each key of an account charges once',
    natural: true,
  },
  'roles.list': {
    method: 'GET',
    path: '/roles',
    summary: 'Account roles, workspace roles and modules',
    public: true,
  },

  'audit.list': {
    method: 'GET',
    path: '/accounts/{account}/audit',
    summary: 'The audit trail of the account',
  },
  'audit.platform': { method: 'GET', path: '/audit', summary: 'Platform events' },

  'dev.mail': { method: 'GET', path: '/dev/mail', summary: 'Captured mail, newest first', dev: true },
  'dev.messages': {
    method: 'GET',
    path: '/dev/messages',
    summary: 'Messages that were kept instead of sent, newest first',
    dev: true,
  },
  'dev.clock': { method: 'GET', path: '/dev/clock', summary: 'What time the server thinks it is', dev: true },
  'dev.clock_set': {
    method: 'POST',
    path: '/dev/clock',
    summary: 'Move the clock forward, or to a time',
    dev: true,
    natural: true,
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;

export const operationIds: readonly OperationId[] = keysOf(operations);

/** Widened view for code that handles any operation. */
export function operationOf(id: OperationId): Operation {
  return operations[id];
}

/** Does a request to it change anything? GETs and safe POSTs do not. */
export function changes(operation: Operation): boolean {
  return operation.method !== 'GET' && operation.safe !== true;
}

/** Does it take an Idempotency-Key? POSTs by a signed-in caller, unless they repeat harmlessly (api.md). */
export function takesIdempotencyKey(operation: Operation): boolean {
  return operation.method === 'POST' && !operation.public && !operation.safe && !operation.natural;
}
