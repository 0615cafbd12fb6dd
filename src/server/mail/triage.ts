import { limitsOf } from '../domain/entitlements.ts';
import { dayStart, mailsPerRecipient, nextDay } from '../domain/mail-limits.ts';
import type { DueMail, MailQueuePort } from '../domain/ports/mail-queue.ts';

/** What becomes of mails that are due. */
export interface Triage {
  readonly send: readonly DueMail[];
  /** Ids past a daily limit (D23). */
  readonly hold: readonly string[];
  /** Accounts whose limit is used up: all that they have queued waits. */
  readonly full: readonly string[];
  /** Ids that are not wanted any more. */
  readonly cancel: readonly string[];
}

export interface Sent {
  readonly ofAccounts: ReadonlyMap<string, number>;
  readonly toRecipients: ReadonlyMap<string, number>;
}

function limitOf({ holding }: DueMail): number | null {
  return holding === null ? null : limitsOf(holding).mails_per_day;
}

/**
 * Sorts due mails by the daily limits (D23). Only mail for an account counts and is held: nobody's invitations can
 * keep a password reset from its owner.
 */
export function triage(due: readonly DueMail[], sent: Sent): Triage {
  const ofAccounts = new Map(sent.ofAccounts);
  const toRecipients = new Map(sent.toRecipients);
  const send: DueMail[] = [];
  const hold: string[] = [];
  const full = new Set<string>();
  const cancel: string[] = [];
  for (const mail of due) {
    const { accountId, recipientFolded } = mail;
    if (!mail.wanted) {
      cancel.push(mail.id);
    } else if (accountId === null) {
      send.push(mail);
    } else {
      const limit = limitOf(mail);
      const used = ofAccounts.get(accountId) ?? 0;
      const received = toRecipients.get(recipientFolded) ?? 0;
      const overAccount = limit !== null && used >= limit;
      if (overAccount) full.add(accountId);
      if (overAccount || received >= mailsPerRecipient) {
        hold.push(mail.id);
      } else {
        ofAccounts.set(accountId, used + 1);
        toRecipients.set(recipientFolded, received + 1);
        send.push(mail);
      }
    }
  }
  return { send, hold, full: [...full], cancel };
}

/** Takes what is due, puts aside what must wait or is not wanted, and gives what may leave now. In a transaction. */
export async function takeDue(
  queue: MailQueuePort,
  now: Date,
  limit: number,
): Promise<{ due: number; send: readonly DueMail[] }> {
  const at = now.toISOString();
  const due = await queue.due(at, limit);
  const wanted = due.filter((mail) => mail.wanted && mail.accountId !== null);
  const limited = wanted.flatMap((mail) =>
    mail.accountId !== null && limitOf(mail) !== null ? [mail.accountId] : [],
  );
  const { send, hold, full, cancel } = triage(due, {
    ofAccounts: await queue.sentOfAccounts([...new Set(limited)], dayStart(now)),
    toRecipients: await queue.sentToRecipients(
      [...new Set(wanted.map((mail) => mail.recipientFolded))],
      dayStart(now),
    ),
  });
  await queue.cancel(cancel, at);
  await queue.hold(hold, nextDay(now), at);
  for (const accountId of full) await queue.holdAccount(accountId, nextDay(now), at);
  return { due: due.length, send };
}
