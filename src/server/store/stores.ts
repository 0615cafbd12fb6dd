import { DomainError } from '../domain/errors.ts';
import type { Platform, Tenant, Transaction, Transactions } from '../domain/ports.ts';
import { accessStore } from './access.ts';
import { accountStore, accountsStore } from './accounts.ts';
import { addressRulesStore } from './address-rules.ts';
import { auditListStore, auditStore } from './audit.ts';
import { batchesStore } from './batches.ts';
import { capturedMailStore } from './captured-mail.ts';
import { constraintOf } from './constraints.ts';
import { contactsStore } from './contacts.ts';
import { creditsStore } from './credits.ts';
import type { Database } from './database.ts';
import { delegationsStore } from './delegations.ts';
import { deviceLoginsStore } from './device-logins.ts';
import { estateStore } from './estate.ts';
import { DatabaseBusyError, DatabaseUnavailableError } from './failures.ts';
import { formSharesStore } from './form-shares.ts';
import { formsStore } from './forms.ts';
import { holdingsStore } from './holdings.ts';
import { idempotencyStore } from './idempotency.ts';
import { inviteSecretsStore, invitesStore } from './invites.ts';
import { ledgerStore } from './ledger.ts';
import { linksStore } from './links.ts';
import { mailQueueStore } from './mail-queue.ts';
import { membersStore } from './members.ts';
import { messageQueueStore, messagesStore } from './messages.ts';
import { outboxStore } from './outbox.ts';
import { parserCopiesStore } from './parser-copies.ts';
import { parserDifferencesStore } from './parser-differences.ts';
import { parsersStore } from './parsers.ts';
import { permissionSetsStore } from './permission-sets.ts';
import { plansStore } from './plans.ts';
import { promotionPathsStore } from './promotion-paths.ts';
import { receiptsStore } from './receipts.ts';
import { recordsStore } from './records.ts';
import { resourcesStore } from './resources.ts';
import { sealedSecretsStore } from './sealed-secrets.ts';
import { secretsStore } from './secrets.ts';
import { sessionsStore } from './sessions.ts';
import { settingsStore } from './settings.ts';
import { staffStore } from './staff.ts';
import { subInvitationsStore, subInvitesStore } from './sub-invites.ts';
import { subscriptionStore, subscriptionsStore } from './subscriptions.ts';
import { accountTokensStore, tokensStore } from './tokens.ts';
import type { Trx } from './transaction.ts';
import { usersStore } from './users.ts';
import { workspaceKeysStore } from './workspace-keys.ts';
import { workspaceMembersStore } from './workspace-members.ts';
import { workspacesStore } from './workspaces.ts';

function platformStores(trx: Trx): Platform {
  return {
    access: accessStore(trx),
    accounts: accountsStore(trx),
    users: usersStore(trx),
    sessions: sessionsStore(trx),
    tokens: tokensStore(trx),
    staff: staffStore(trx),
    secrets: secretsStore(trx),
    deviceLogins: deviceLoginsStore(trx),
    sealedSecrets: sealedSecretsStore(trx),
    inviteSecrets: inviteSecretsStore(trx),
    subInvitations: subInvitationsStore(trx),
    outbox: outboxStore(trx),
    mailQueue: mailQueueStore(trx),
    capturedMail: capturedMailStore(trx),
    messageQueue: messageQueueStore(trx),
    plans: plansStore(trx),
    subscriptions: subscriptionsStore(trx),
    ledger: ledgerStore(trx),
    settings: settingsStore(trx),
    idempotency: idempotencyStore(trx),
    audit: auditStore(trx),
    platformAudit: auditListStore(trx, null),
  };
}

function tenantStores(trx: Trx, accountId: string): Tenant {
  return {
    accountId,
    account: accountStore(trx, accountId),
    members: membersStore(trx, accountId),
    links: linksStore(trx, accountId),
    workspaces: workspacesStore(trx, accountId),
    parsers: parsersStore(trx, accountId),
    parserCopies: parserCopiesStore(trx, accountId),
    parserDifferences: parserDifferencesStore(trx, accountId),
    promotionPaths: promotionPathsStore(trx, accountId),
    forms: formsStore(trx, accountId),
    formShares: formSharesStore(trx, accountId),
    workspaceMembers: workspaceMembersStore(trx, accountId),
    workspaceKeys: workspaceKeysStore(trx, accountId),
    resources: resourcesStore(trx, accountId),
    records: recordsStore(trx, accountId),
    messages: messagesStore(trx, accountId),
    invites: invitesStore(trx, accountId),
    subInvites: subInvitesStore(trx, accountId),
    batches: batchesStore(trx, accountId),
    tokens: accountTokensStore(trx, accountId),
    delegations: delegationsStore(trx, accountId),
    receipts: receiptsStore(trx, accountId),
    holdings: holdingsStore(trx, accountId),
    permissionSets: permissionSetsStore(trx, accountId),
    contacts: contactsStore(trx, accountId),
    addressRules: addressRulesStore(trx, accountId),
    subscription: subscriptionStore(trx, accountId),
    credits: creditsStore(trx, accountId),
    audit: auditListStore(trx, accountId),
  };
}

function transactionOf(trx: Trx): Transaction {
  return {
    platform: platformStores(trx),
    tenant: (accountId) => tenantStores(trx, accountId),
    tenants: (accountIds) => estateStore(trx, accountIds),
  };
}

/** What a violated constraint means to people; one that is not here is a bug of ours and stays an error. */
const meanings: Record<string, ConstructorParameters<typeof DomainError>> = {
  users_email: ['address_taken', 'Somebody has signed up with this address already.'],
  accounts_slug: ['slug_taken', 'Another account has this slug. Choose another.'],
  workspaces_slug: ['slug_taken', 'Another workspace of the account has this slug. Choose another.'],
  resources_name: ['name_taken', 'Another one of this kind in the workspace has this name. Choose another.'],
  members_user: ['already_member', 'This person is a member of the account already.'],
  invites_pending_email: ['already_invited', 'This address has a pending invitation already.'],
  contacts_email: ['contact_exists', 'Another contact of the account has this address. Change that one.'],
  sub_invites_open: ['already_invited', 'This address has a pending invitation already.'],
  parsers_name: [
    'parser_name_taken',
    'Another parser of the workspace has this name. Choose another, or change that one.',
  ],
  forms_name: [
    'form_name_taken',
    'Another form of the workspace has this name. Choose another, or change that one.',
  ],
  links_active_parent: ['conflict', 'The account has a parent already.'],
};

function toDomain(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  if (error instanceof DatabaseBusyError) {
    return new DomainError('busy', 'Too many changes at once. Try again in a moment.', {
      retryAfter: 1,
      cause: error,
    });
  }
  if (error instanceof DatabaseUnavailableError) {
    const text =
      'The database cannot be reached right now. Try again; with the same Idempotency-Key that is safe.';
    return new DomainError('database_unavailable', text, { retryAfter: 2, cause: error });
  }
  const meaning = meanings[constraintOf(error) ?? ''];
  return meaning ? new DomainError(meaning[0], meaning[1], { cause: error }) : error;
}

/** The domain's transactions over an open database. */
export function transactionsOf(database: Database): Transactions {
  return {
    read: (work) =>
      database.read((trx) => work(transactionOf(trx))).catch((error) => Promise.reject(toDomain(error))),
    write: (work, queue) =>
      database
        .write((trx) => work(transactionOf(trx)), queue === undefined ? {} : { queue })
        .catch((error) => Promise.reject(toDomain(error))),
  };
}
