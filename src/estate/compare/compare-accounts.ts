import type { Change } from '../changes.ts';
import { sameValue } from '../fields.ts';
import type { EstateAccount } from '../model.ts';
import { changed, differing, json, type Sides } from './sides.ts';

/** Of one that is there; of one that is made also its kind and plan. */
const FIELDS = ['name', 'master', 'managed_accounts', 'labels', 'mail', 'copy_out'] as const;
const FIRST = ['kind', 'plan'] as const;

/** Accounts, and what each has once: plan and promotion path. */
export function accountChanges(sides: Sides): Change[] {
  return sides.pairs('accounts').flatMap(({ account, wanted, live }): Change[] => {
    if (wanted === undefined) return [];
    const about = { kind: 'account', account, key: '' } as const;
    const unread = sides.unread(account, 'account');
    if (unread !== null) return [changed({ ...about, op: 'conflict' }, [], undefined, { note: unread })];
    if (live === undefined) return [creation(wanted), ...pathChange(sides, wanted, undefined)];
    return [...update(wanted, live), ...planChange(sides, wanted, live), ...pathChange(sides, wanted, live)];
  });
}

function creation(wanted: EstateAccount): Change {
  const about = { op: 'create', kind: 'account', account: wanted.account, key: '' } as const;
  return changed(about, differing([...FIRST, ...FIELDS], wanted, undefined), undefined);
}

function update(wanted: EstateAccount, live: EstateAccount): Change[] {
  const about = { kind: 'account', account: wanted.account, key: '' } as const;
  const { mail } = wanted;
  // What of the mails is not said stays as it is.
  const whole = mail === undefined ? wanted : { ...wanted, mail: { ...live.mail, ...mail } };
  const fields = differing(FIELDS, whole, live);
  const wrong = fixedConflict(wanted, live);
  if (wrong !== null) return [changed({ ...about, op: 'conflict' }, fields, live, { note: wrong })];
  return fields.length === 0 ? [] : [changed({ ...about, op: 'update' }, fields, live)];
}

/** What an account is from its beginning and never changes. */
function fixedConflict(wanted: EstateAccount, live: EstateAccount): string | null {
  const { account, kind, master } = wanted;
  if (live.kind === 'personal')
    return `${account} is somebody's personal account, which no file can say anything of`;
  if (kind !== undefined && kind !== live.kind)
    return `${account} is of kind ${live.kind}, and an account never changes its kind`;
  if (master === undefined || master === live.master) return null;
  return live.master == null
    ? `${account} is managed by nobody, and cannot be given a master; take master: out of the file`
    : `${account} is managed by ${live.master}; an account does not change its master`;
}

/** A scheduled change counts as the plan: what a downgrade leads to is what is wanted, already. */
function planChange(sides: Sides, wanted: EstateAccount, live: EstateAccount): Change[] {
  const { account, plan } = wanted;
  if (plan === undefined || plan === live.plan) return [];
  const about = { kind: 'plan', account, key: '' } as const;
  const fields = differing(['plan'], wanted, live);
  const unread = sides.unread(account, 'subscription');
  return unread === null
    ? [changed({ ...about, op: 'update' }, fields, undefined)]
    : [changed({ ...about, op: 'conflict' }, fields, undefined, { note: unread })];
}

function pathChange(sides: Sides, wanted: EstateAccount, live: EstateAccount | undefined): Change[] {
  const { account, promotion_path: path } = wanted;
  const before = live?.promotion_path ?? [];
  if (path === undefined || sameValue(path, before)) return [];
  const about = { kind: 'promotion_path', account, key: '' } as const;
  const fields = [{ name: 'accounts', before: json(before), after: json(path) }];
  const unread = sides.unread(account, 'promotion_path');
  return unread === null
    ? [changed({ ...about, op: 'update' }, fields, undefined)]
    : [changed({ ...about, op: 'conflict' }, fields, undefined, { note: unread })];
}
