import type { Account } from '../../contract/types.ts';
import { rightsIn } from './access.ts';
import { type Actor, personOf } from './actor.ts';
import { planNamed } from './catalogue.ts';
import type { AccountRow, AccountView } from './ports/accounts.ts';
import type { Tenant } from './ports.ts';
import type { Work } from './work.ts';

/** The managed accounts feature as it is now: a trial that is over reads as locked. */
export function featureOf(
  account: Pick<AccountRow, 'managedAccounts' | 'trialEndsAt'>,
  now: Date,
): { managed_accounts: Account['managed_accounts']; trial_ends_at: string | null } {
  const over = account.trialEndsAt !== null && account.trialEndsAt <= now.toISOString();
  return over
    ? { managed_accounts: 'locked', trial_ends_at: null }
    : { managed_accounts: account.managedAccounts, trial_ends_at: account.trialEndsAt };
}

function viaOf(actor: Actor, isMember: boolean): Account['via'] {
  if (isMember) return 'member';
  return actor.kind === 'staff' || actor.kind === 'key' ? actor.kind : 'managed';
}

/** An account as the contract shows it to this actor. */
export function toAccount(work: Pick<Work, 'actor' | 'now' | 'deps'>, view: AccountView): Account {
  const rights = rightsIn(work.actor, view.id, view.membership);
  const { parent } = view;
  return {
    id: view.id,
    kind: view.kind,
    slug: view.slug,
    name: view.name,
    state: view.state,
    suspended_by: view.suspendedBy,
    plan: view.plan,
    ...featureOf(view, work.now),
    labels: { ...view.labels },
    mail: { ...view.mail },
    parent: parent && { link_id: parent.linkId, kind: parent.kind, account: { ...parent.account } },
    via: viaOf(work.actor, rights !== null),
    role: rights?.role ?? null,
    seats: { used: view.seatsUsed, limit: planNamed(view.plan, work.deps.setup).limits.seats },
    revision: view.revision,
    created_at: view.createdAt,
    updated_at: view.updatedAt,
  };
}

/** The account that the stores are bound to, read again after a change. */
export async function shownAccount(
  work: Pick<Work, 'actor' | 'now' | 'deps'>,
  tenant: Tenant,
): Promise<Account> {
  return toAccount(work, await tenant.account.view(personOf(work.actor), work.now.toISOString()));
}

/** How the audit trail names an account. */
export function accountTarget(account: { id: string; slug: string }) {
  return { kind: 'account', id: account.id, name: account.slug };
}
