import { sql } from 'kysely';
import { keysOf } from '../../contract/keys.ts';
import { linkedPlan } from '../../contract/limits.ts';
import type { DueMail, MailQueuePort } from '../domain/ports/mail-queue.ts';
import { toPayload } from './columns.ts';
import { forgetIn, nextDueIn } from './due-queue.ts';
import { jsonRows } from './json-rows.ts';
import { toLinkedTerms, toTerms } from './plans.ts';
import { dialectOf, type Trx } from './transaction.ts';

/** Nobody's: every state but `sending` has no claim. */
const unclaimed = { claimed_by: null, claimed_until: null };

const capturedColumns = {
  id: 'text',
  recipient: 'text',
  recipient_folded: 'text',
  subject: 'text',
  body_text: 'text',
  body_html: 'text',
  headers: 'text',
  created_at: 'text',
} as const;
const capturedNames = keysOf(capturedColumns);

const dueColumns = [
  'o.id',
  'o.account_id',
  'o.invite_id',
  'o.kind',
  'o.recipient',
  'o.recipient_folded',
  'o.payload',
  'o.attempts',
  'pl.entitlements',
  'pl.limits',
  'lp.entitlements as linked_entitlements',
  'lp.limits as linked_limits',
  'i.state as invite_state',
  'i.message_id as invite_message',
  'i.expires_at as invite_expires',
] as const;

function selectDue(trx: Trx, limit: number) {
  const query = trx
    .selectFrom('outbox as o')
    .leftJoin('accounts as a', 'a.id', 'o.account_id')
    .leftJoin('plans as pl', 'pl.name', 'a.plan')
    .leftJoin('links as l', (join) => join.onRef('l.child_id', '=', 'a.id').on('l.state', '=', 'active'))
    .leftJoin('plans as lp', (join) => join.on('l.kind', '=', 'sub').on('lp.name', '=', linkedPlan))
    .leftJoin('invites as i', (join) =>
      join.onRef('i.account_id', '=', 'o.account_id').onRef('i.id', '=', 'o.invite_id'),
    )
    .select(dueColumns)
    .limit(limit);
  // Several servers share one PostgreSQL: each takes what no other is taking. SQLite has one writer.
  return dialectOf(trx) === 'postgres' ? query.forUpdate('o').skipLocked() : query;
}

type Selected = Awaited<ReturnType<ReturnType<typeof selectDue>['execute']>>[number];

type Payload = ReturnType<typeof toPayload>;

/**
 * The mails of invitations of sub-accounts that are still to be sent: of each that is open, the newest. They are found by
 * what the mail names, for `invite_id` of the outbox is that of members' invitations.
 */
async function openOffers(
  trx: Trx,
  mails: readonly { readonly row: Selected; readonly payload: Payload }[],
  now: string,
): Promise<ReadonlySet<string>> {
  const named = mails.flatMap(({ row, payload: { link } }) =>
    row.kind === 'sub_invite' && row.account_id !== null && link != null
      ? [{ account_id: row.account_id, id: link }]
      : [],
  );
  if (named.length === 0) return new Set();
  const rows = await trx
    .selectFrom(jsonRows(trx, 'r', { account_id: 'text', id: 'text' }, named))
    .innerJoin('sub_invites as i', (join) =>
      join.onRef('i.account_id', '=', 'r.account_id').onRef('i.id', '=', 'r.id'),
    )
    .where('i.state', '=', 'invited')
    .where('i.expires_at', '>', now)
    .select('i.message_id')
    .execute();
  return new Set(rows.flatMap(({ message_id }) => message_id ?? []));
}

/** Of an invitation that is over, or was sent in a newer mail, none leaves any more. */
function isWanted(row: Selected, offers: ReadonlySet<string>, now: string): boolean {
  if (row.kind === 'sub_invite') return offers.has(row.id);
  if (row.invite_id === null) return true;
  const pending = row.invite_state === 'pending' && row.invite_expires !== null && row.invite_expires > now;
  return pending && row.invite_message === row.id;
}

function toDue(row: Selected, payload: Payload, wanted: boolean): DueMail {
  return {
    id: row.id,
    accountId: row.account_id,
    // One account on a plan that is lost must not hold up everybody's mail.
    holding: row.entitlements === null ? null : { terms: toTerms(row), linked: toLinkedTerms(row) },
    kind: row.kind,
    recipient: row.recipient,
    recipientFolded: row.recipient_folded,
    payload,
    attempts: row.attempts,
    wanted,
  };
}

async function dueMails(trx: Trx, now: string, limit: number): Promise<DueMail[]> {
  const found: Selected[] = [];
  const queued = () =>
    selectDue(trx, limit - found.length)
      .where('o.state', '=', 'queued')
      .where('o.not_before', '<=', now)
      .orderBy('o.not_before')
      .orderBy('o.id');
  found.push(
    ...(await selectDue(trx, limit)
      .where('o.state', '=', 'sending')
      .where('o.claimed_until', '<=', now)
      .orderBy('o.id')
      .execute()),
  );
  // A password reset does not wait behind ten thousand invitations.
  if (found.length < limit) found.push(...(await queued().where('o.account_id', 'is', null).execute()));
  if (found.length < limit) found.push(...(await queued().where('o.account_id', 'is not', null).execute()));
  const mails = found.map((row) => ({ row, payload: toPayload(row.payload ?? '{}') }));
  const offers = await openOffers(trx, mails, now);
  return mails.map(({ row, payload }) => toDue(row, payload, isWanted(row, offers, now)));
}

/** Mails are counted that were made not longer ago: an older one is not sent any more, its invitation has expired. */
const OLDEST_COUNTED_MS = 8 * 86_400_000;

function countsOf(
  rows: readonly { readonly key: string | null; readonly n: number }[],
): ReadonlyMap<string, number> {
  return new Map(rows.flatMap(({ key, n }) => (key === null ? [] : [[key, n] as const])));
}

export function mailQueueStore(trx: Trx): MailQueuePort {
  const idRows = (ids: readonly string[]) =>
    jsonRows(
      trx,
      'r',
      { id: 'text' },
      ids.map((id) => ({ id })),
    );
  const these = (ids: readonly string[]) =>
    trx.updateTable('outbox').where('id', 'in', (eb) => eb.selectFrom(idRows(ids)).select('r.id'));
  const mine = (ids: readonly string[], worker: string) =>
    these(ids).where('state', '=', 'sending').where('claimed_by', '=', worker);
  /** Sent since then or under way, per key: what other workers hold counts too. */
  const sentSince = (key: 'account_id' | 'recipient_folded', keys: readonly string[], since: string) => {
    const oldest = new Date(Date.parse(since) - OLDEST_COUNTED_MS).toISOString();
    return trx
      .selectFrom(
        jsonRows(
          trx,
          'r',
          { key: 'text' },
          keys.map((one) => ({ key: one })),
        ),
      )
      .innerJoin('outbox as o', (join) =>
        join.onRef(`o.${key}`, '=', 'r.key').on('o.created_at', '>=', oldest),
      )
      .where('o.account_id', 'is not', null)
      .where((eb) => eb.or([eb('o.sent_at', '>=', since), eb('o.state', '=', 'sending')]))
      .groupBy('r.key')
      .select(['r.key as key', sql<number>`cast(count(*) as integer)`.as('n')])
      .execute();
  };
  return {
    due: (now, limit) => dueMails(trx, now, limit),

    async sentOfAccounts(accountIds, since) {
      return accountIds.length === 0 ? new Map() : countsOf(await sentSince('account_id', accountIds, since));
    },

    async sentToRecipients(recipients, since) {
      return recipients.length === 0
        ? new Map()
        : countsOf(await sentSince('recipient_folded', recipients, since));
    },

    async claim(ids, { worker, until }, at) {
      if (ids.length === 0) return;
      await these(ids)
        .set((eb) => ({
          state: 'sending',
          attempts: eb('attempts', '+', 1),
          claimed_by: worker,
          claimed_until: until,
          updated_at: at,
        }))
        .execute();
    },

    async release(ids, worker, at) {
      if (ids.length === 0) return;
      await mine(ids, worker)
        .set((eb) => ({ state: 'queued', attempts: eb('attempts', '-', 1), ...unclaimed, updated_at: at }))
        .execute();
    },

    async hold(ids, until, at) {
      if (ids.length === 0) return;
      await these(ids)
        .set({ state: 'queued', not_before: until, ...unclaimed, updated_at: at })
        .execute();
    },

    async holdAccount(accountId, until, at) {
      await trx
        .updateTable('outbox')
        .where('account_id', '=', accountId)
        .where('state', '=', 'queued')
        .where('not_before', '<', until)
        .set({ not_before: until, updated_at: at })
        .execute();
    },

    async cancel(ids, at) {
      if (ids.length === 0) return;
      await these(ids)
        .set({ state: 'cancelled', payload: null, ...unclaimed, updated_at: at })
        .execute();
    },

    async sent(ids, worker, at) {
      if (ids.length === 0) return;
      await mine(ids, worker)
        .set({ state: 'sent', payload: null, error: null, ...unclaimed, sent_at: at, updated_at: at })
        .execute();
    },

    async capture(mails, at) {
      if (mails.length === 0) return;
      const rows = mails.map((mail) => ({
        id: mail.id,
        recipient: mail.recipient,
        recipient_folded: mail.recipientFolded,
        subject: mail.subject,
        body_text: mail.text,
        body_html: mail.html,
        headers: JSON.stringify(mail.headers),
        created_at: at,
      }));
      await trx
        .insertInto('captured_mail')
        .columns(capturedNames)
        .expression((eb) =>
          eb
            .selectFrom(jsonRows(trx, 'r', capturedColumns, rows))
            .select(capturedNames.map((name) => `r.${name}` as const)),
        )
        .execute();
      await these(mails.map((mail) => mail.id))
        .set((eb) => ({
          state: 'sent',
          attempts: eb('attempts', '+', 1),
          payload: null,
          ...unclaimed,
          sent_at: at,
          updated_at: at,
        }))
        .execute();
    },

    async retry(id, worker, { error, notBefore }, at) {
      await mine([id], worker)
        .set({ state: 'queued', not_before: notBefore, error, ...unclaimed, updated_at: at })
        .execute();
    },

    async fail(ids, worker, error, at) {
      if (ids.length === 0) return;
      await (worker === null ? these(ids).where('state', 'in', ['queued', 'sending']) : mine(ids, worker))
        .set({ state: 'failed', payload: null, error, ...unclaimed, updated_at: at })
        .execute();
    },

    nextDue: () => nextDueIn(trx, 'outbox'),
    forget: (before, limit) => forgetIn(trx, 'outbox', before, limit),
  };
}
