import type { AccessPort } from './ports/access.ts';
import type { AccountPort, AccountsPort } from './ports/accounts.ts';
import type { AddressRulesPort } from './ports/address-rules.ts';
import type { AuditListPort, AuditPort } from './ports/audit.ts';
import type { BatchesPort } from './ports/batches.ts';
import type { CapturedMailPort } from './ports/captured-mail.ts';
import type { ContactsPort } from './ports/contacts.ts';
import type { CreditsPort } from './ports/credits.ts';
import type { DelegationsPort } from './ports/delegations.ts';
import type { DeviceLoginsPort } from './ports/device-logins.ts';
import type { EstatePort } from './ports/estate.ts';
import type { FormSharesPort } from './ports/form-shares.ts';
import type { FormsPort } from './ports/forms.ts';
import type { HoldingsPort } from './ports/holdings.ts';
import type { IdempotencyPort } from './ports/idempotency.ts';
import type { InviteSecretsPort, InvitesPort } from './ports/invites.ts';
import type { LedgerPort } from './ports/ledger.ts';
import type { LinksPort } from './ports/links.ts';
import type { MailQueuePort } from './ports/mail-queue.ts';
import type { MembersPort } from './ports/members.ts';
import type { MessageQueuePort, MessagesPort } from './ports/messages.ts';
import type { OutboxPort } from './ports/outbox.ts';
import type { ParserCopiesPort } from './ports/parser-copies.ts';
import type { ParserDifferencesPort } from './ports/parser-differences.ts';
import type { ParsersPort } from './ports/parsers.ts';
import type { PermissionSetsPort } from './ports/permission-sets.ts';
import type { PlansPort } from './ports/plans.ts';
import type { PromotionPathsPort } from './ports/promotion-paths.ts';
import type { ReceiptsPort } from './ports/receipts.ts';
import type { RecordsPort } from './ports/records.ts';
import type { ResourcesPort } from './ports/resources.ts';
import type { SealedSecretsPort } from './ports/sealed-secrets.ts';
import type { SecretsPort } from './ports/secrets.ts';
import type { SessionsPort } from './ports/sessions.ts';
import type { SettingsPort } from './ports/settings.ts';
import type { StaffPort } from './ports/staff.ts';
import type { SubInvitationsPort, SubInvitesPort } from './ports/sub-invites.ts';
import type { SubscriptionPort, SubscriptionsPort } from './ports/subscriptions.ts';
import type { AccountTokensPort, TokensPort } from './ports/tokens.ts';
import type { UsersPort } from './ports/users.ts';
import type { WorkspaceKeysPort } from './ports/workspace-keys.ts';
import type { WorkspaceMembersPort } from './ports/workspace-members.ts';
import type { WorkspacesPort } from './ports/workspaces.ts';

/** Stores bound to one account: every query they make carries its id, whatever they are asked. */
export interface Tenant {
  readonly accountId: string;
  readonly account: AccountPort;
  readonly members: MembersPort;
  readonly links: LinksPort;
  readonly workspaces: WorkspacesPort;
  readonly parsers: ParsersPort;
  readonly parserCopies: ParserCopiesPort;
  readonly parserDifferences: ParserDifferencesPort;
  readonly promotionPaths: PromotionPathsPort;
  readonly forms: FormsPort;
  readonly formShares: FormSharesPort;
  readonly workspaceMembers: WorkspaceMembersPort;
  readonly workspaceKeys: WorkspaceKeysPort;
  readonly resources: ResourcesPort;
  readonly records: RecordsPort;
  readonly messages: MessagesPort;
  readonly invites: InvitesPort;
  readonly subInvites: SubInvitesPort;
  readonly batches: BatchesPort;
  readonly contacts: ContactsPort;
  readonly tokens: AccountTokensPort;
  readonly delegations: DelegationsPort;
  readonly receipts: ReceiptsPort;
  readonly holdings: HoldingsPort;
  readonly permissionSets: PermissionSetsPort;
  readonly addressRules: AddressRulesPort;
  readonly subscription: SubscriptionPort;
  readonly credits: CreditsPort;
  readonly audit: AuditListPort;
}

/** Stores bound to no account: people, and what is looked up before an account is known. */
export interface Platform {
  readonly access: AccessPort;
  readonly accounts: AccountsPort;
  readonly users: UsersPort;
  readonly sessions: SessionsPort;
  readonly tokens: TokensPort;
  readonly staff: StaffPort;
  readonly secrets: SecretsPort;
  readonly deviceLogins: DeviceLoginsPort;
  readonly sealedSecrets: SealedSecretsPort;
  readonly inviteSecrets: InviteSecretsPort;
  /** Invitations to become a sub-account, by those who are invited. */
  readonly subInvitations: SubInvitationsPort;
  readonly outbox: OutboxPort;
  /** The outbox's sending side: the mail worker's. */
  readonly mailQueue: MailQueuePort;
  readonly capturedMail: CapturedMailPort;
  /** Messages of every account: the SMS worker's. */
  readonly messageQueue: MessageQueuePort;
  readonly plans: PlansPort;
  readonly subscriptions: SubscriptionsPort;
  readonly ledger: LedgerPort;
  readonly settings: SettingsPort;
  readonly idempotency: IdempotencyPort;
  readonly audit: AuditPort;
  /** Events of no account: staff and platform. */
  readonly platformAudit: AuditListPort;
}

export interface Transaction {
  readonly platform: Platform;
  readonly tenant: (accountId: string) => Tenant;
  /** Bound to several accounts, for reading them together. */
  readonly tenants: (accountIds: readonly string[]) => EstatePort;
}

/** The only way to a store: there is none outside a transaction. */
export interface Transactions {
  /** A read-only snapshot. */
  read<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /**
   * Serializable, retried on conflict until a deadline, then DomainError `busy`.
   * @param queue changes with the same key line up inside this process instead of conflicting
   */
  write<T>(work: (transaction: Transaction) => Promise<T>, queue?: string): Promise<T>;
}
