import type { Account } from '../../contract/types.ts';
import { rightsIn } from './access.ts';
import { type Actor, personOf } from './actor.ts';
import { featureOf, limitsOf } from './entitlements.ts';
import type { AccountView } from './ports/accounts.ts';
import type { Tenant } from './ports.ts';
import type { Work } from './work.ts';

function viaOf(actor: Actor, isMember: boolean, granted: boolean): Account['via'] {
  if (actor.kind === 'delegation') return 'delegation';
  if (isMember) return 'member';
  if (actor.kind === 'staff' || actor.kind === 'key') return actor.kind;
  return granted ? 'granted' : 'managed';
}

/** An account as the contract shows it to this actor. */
export function toAccount(work: Pick<Work, 'actor' | 'now'>, view: AccountView): Account {
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
    copy_out: view.copyOut,
    parent: parent && { link_id: parent.linkId, kind: parent.kind, account: { ...parent.account } },
    via: viaOf(work.actor, rights !== null, view.granted),
    role: rights?.role ?? null,
    seats: { used: view.seatsUsed, limit: limitsOf(view).seats },
    revision: view.revision,
    created_at: view.createdAt,
    updated_at: view.updatedAt,
  };
}

/** The account that the stores are bound to, read again after a change. */
export async function shownAccount(work: Pick<Work, 'actor' | 'now'>, tenant: Tenant): Promise<Account> {
  return toAccount(work, await tenant.account.view(personOf(work.actor), work.now.toISOString()));
}

/** How the audit trail names an account. */
export function accountTarget(account: { id: string; slug: string }) {
  return { kind: 'account', id: account.id, name: account.slug };
}
