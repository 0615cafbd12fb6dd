import type { Answer } from '../../contract/shapes.ts';
import type { Member } from '../../contract/types.ts';
import { mustHavePeople } from './departures.ts';
import { DomainError, notFound } from './errors.ts';
import { benchOf, freeSeats } from './invites.ts';
import { listAnswer, pageRequest } from './list.ts';
import { memberNamed } from './members.ts';
import { type Bench, isRefusal, resolveOffer } from './offers.ts';
import type { KeptReceipt } from './ports/receipts.ts';
import type { AccountWork, Input } from './work.ts';

export async function listReceipts(
  work: AccountWork,
  input: Input<'receipts.list'>,
): Promise<Answer<'receipts.list'>> {
  const { member, kind, state } = input.query;
  const at = work.now.toISOString();
  return listAnswer(await work.tenant.receipts.list({ member, kind, state }, pageRequest(input), at));
}

export interface Blocker {
  readonly kind:
    | 'left'
    | 'receipt_used'
    | 'receipt_expired'
    | 'person_gone'
    | 'already_member'
    | 'role'
    | 'no_seat'
    | 'child_gone'
    | 'workspace_gone';
  readonly detail: string;
}

/** What a receipt is held against today. */
export interface Today {
  /** Names of what the account may grant, by the same rules as an invitation's. */
  readonly bench: Bench;
  readonly member: Member | null;
  /** Has the person a pending invitation? Its seat becomes theirs (D6). */
  readonly invited: boolean;
  readonly freeSeats: number;
  readonly now: string;
}

export interface Verdict {
  /** What can still be given back. */
  readonly children: readonly string[];
  readonly workspaces: KeptReceipt['data']['workspaces'];
  readonly takesSeat: boolean;
  /** What is gone for good: it may be left out. */
  readonly missing: readonly Blocker[];
  /** What nothing can be done about here. */
  readonly blockers: readonly Blocker[];
}

function standsAgainst(receipt: KeptReceipt, today: Today, takesSeat: boolean): Blocker[] {
  const { kind, restoredAt, expiresAt, email, data } = receipt;
  const found: Blocker[] = [];
  const say = (of: Blocker['kind'], detail: string) => found.push({ kind: of, detail });
  if (kind === 'left') say('left', 'they left by themselves: invite them, if they want to come back');
  if (restoredAt !== null) say('receipt_used', `it was given back already, at ${restoredAt}`);
  else if (expiresAt <= today.now) say('receipt_expired', `it could be given back until ${expiresAt}`);
  if (email === null) say('person_gone', 'the person has deleted themselves');
  if (today.member !== null) say('already_member', `${today.member.user.email} is a member again`);
  // D7 by the function that every grant goes through: a receipt gives nothing that could not be granted today (T46).
  const offer = resolveOffer({ role: data.role, modules: data.modules }, { ...today.bench, defaults: {} });
  if (isRefusal(offer)) say('role', offer.detail);
  if (takesSeat && today.freeSeats < 1) say('no_seat', 'no seat is free');
  return found;
}

/** Everything that stands in the way, all at once, and what of it may be left out. */
export function judgeReceipt(receipt: KeptReceipt, today: Today): Verdict {
  const { data } = receipt;
  const { bench } = today;
  const takesSeat = data.state === 'active' && !today.invited;
  const children = data.children.filter((link) => bench.children.has(link));
  const workspaces = data.workspaces.filter(({ workspace }) => bench.workspaces.has(workspace));
  const gone = data.children.filter((link) => !children.includes(link));
  const closed = data.workspaces.filter((place) => !workspaces.includes(place));
  return {
    children,
    workspaces,
    takesSeat,
    missing: [
      ...gone.map(
        (link): Blocker => ({ kind: 'child_gone', detail: `the link ${link} to a child has ended` }),
      ),
      ...closed.map(
        ({ workspace, role }): Blocker => ({
          kind: 'workspace_gone',
          detail: `the workspace ${workspace} is gone, in which they were ${role}`,
        }),
      ),
    ],
    blockers: standsAgainst(receipt, today, takesSeat),
  };
}

/** A receipt that may be given back, and what of it. */
export interface Returning {
  readonly receipt: KeptReceipt;
  readonly verdict: Verdict;
}

/** Makes members anew, as they were: the same id, role, modules, grants, workspaces and state. */
export async function giveBack(work: AccountWork, returning: readonly Returning[]): Promise<void> {
  if (returning.length === 0) return;
  const { tenant } = work;
  const at = work.now.toISOString();
  const members = returning.map(({ receipt, verdict }) => {
    const { member_id: id, role, modules, state } = receipt.data;
    const { children, workspaces } = verdict;
    return { id, userId: receipt.userId, role, modules, state, children, workspaces };
  });
  await tenant.members.restore(members, at);
  await tenant.receipts.markRestored(
    returning.map(({ receipt }) => receipt.id),
    at,
  );
  for (const { receipt, verdict } of returning) {
    const { member_id: id, role, modules, state } = receipt.data;
    const workspaces = verdict.workspaces.map(({ workspace }) => workspace);
    work.record({
      action: 'receipts.restore',
      target: { kind: 'member', id, name: receipt.email },
      after: { receipt: receipt.id, role, state, modules, children: verdict.children, workspaces },
    });
  }
}

async function todayOf(work: AccountWork, { userId, emailFolded }: KeptReceipt): Promise<Today> {
  const now = work.now.toISOString();
  const known = emailFolded === null ? [] : await work.tenant.invites.known([emailFolded]);
  return {
    bench: await benchOf(work, {}),
    member: await work.tenant.members.find(userId),
    invited: known.some(({ pending }) => pending !== null && pending.expiresAt > now),
    freeSeats: await freeSeats(work),
    now,
  };
}

/**
 * D8: within 90 days of a removal, R32 done for whoever was removed. Refuses with all reasons at once; with `partial`,
 * what is gone is left out and told. Given back before, and a member now: nothing to do (D9).
 */
export async function restoreReceipt(
  work: AccountWork,
  { params, body }: Input<'receipts.restore'>,
): Promise<Answer<'receipts.restore'>> {
  mustHavePeople(work);
  const receipt = await work.tenant.receipts.find(params.receipt);
  if (receipt === null) throw notFound('receipt', params.receipt);
  const today = await todayOf(work, receipt);
  if (receipt.restoredAt !== null && today.member?.id === receipt.data.member_id) {
    return { changed: false, member: today.member, missing: [] };
  }
  const verdict = judgeReceipt(receipt, today);
  const { missing } = verdict;
  const blockers = [...verdict.blockers, ...(body.partial ? [] : missing)];
  if (blockers.length > 0) {
    const text = `The removal cannot be taken back: ${blockers.map(({ detail }) => detail).join('; ')}.`;
    throw new DomainError('not_restorable', text, { blockers });
  }
  await giveBack(work, [{ receipt, verdict }]);
  const member = await memberNamed(work, receipt.data.member_id);
  return { changed: true, member, missing: missing.map((one) => ({ ...one })) };
}
