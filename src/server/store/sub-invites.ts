import { type ExpressionBuilder, sql } from 'kysely';
import { looksLikeId } from '../../contract/ids.ts';
import type { Link } from '../../contract/types.ts';
import type {
  Caps,
  LinkFilter,
  SubInvitationsPort,
  SubInviteRow,
  SubInvitesPort,
} from '../domain/ports/sub-invites.ts';
import { inIds } from './json-rows.ts';
import { toPage } from './keyset.ts';
import { mailStates } from './outbox.ts';
import type { Row, Schema } from './schema.ts';
import { anyContains } from './search.ts';
import { sponsorColumns, sponsorOf } from './sponsors.ts';
import type { Trx } from './transaction.ts';

/** No account in particular is meant: no slug is empty. */
const ANY = '';

const capColumns = ({ upload, message }: Caps) => ({ upload_cap: upload, message_cap: message });

function toRow(row: Row<'sub_invites'>): SubInviteRow {
  return {
    id: row.id,
    umbrellaId: row.account_id,
    email: row.email,
    emailFolded: row.email_folded,
    invitee: row.invitee === ANY ? null : row.invitee,
    caps: { upload: row.upload_cap, message: row.message_cap },
    firstName: row.first_name,
    mobile: row.mobile,
    state: row.state,
    sponsor: sponsorOf(row),
    batchId: row.batch_id,
    messageId: row.message_id,
    childId: row.accepted_account_id,
    expiresAt: row.expires_at,
    revision: row.revision,
  };
}

/** With the link that an accepted one became, its other end, the state of its mail and who vouches. */
export function selectLinks(trx: Trx) {
  return trx
    .selectFrom('sub_invites as i')
    .leftJoin('links as l', (join) =>
      join.onRef('l.parent_id', '=', 'i.account_id').onRef('l.id', '=', 'i.id'),
    )
    .leftJoin('accounts as c', 'c.id', 'l.child_id')
    .leftJoin('outbox as o', 'o.id', 'i.message_id')
    .leftJoin('users as s', 's.id', 'i.sponsor_user_id')
    .leftJoin('tokens as t', 't.id', 'i.sponsor_token_id')
    .selectAll('i')
    .select([
      'l.state as link_state',
      'l.revision as link_revision',
      'l.upload_cap as link_upload_cap',
      'l.message_cap as link_message_cap',
      'l.created_at as accepted_at',
    ])
    .select(['l.ended_at', 'l.updated_at as link_updated_at'])
    .select(['c.id as c_id', 'c.slug as c_slug', 'c.name as c_name'])
    .select(['o.state as mail_state', 'o.error as mail_error'])
    .select(['s.email as sponsor_email', 't.name as sponsor_name']);
}

type Selected = Awaited<ReturnType<ReturnType<typeof selectLinks>['executeTakeFirstOrThrow']>>;

/** What an invitation is now, or the link that came of it. */
export function linkStateOf(
  row: Pick<Selected, 'state' | 'expires_at' | 'link_state'>,
  now: string,
): Link['state'] {
  if (row.state === 'accepted') return row.link_state ?? 'ended';
  return row.state === 'invited' && row.expires_at <= now ? 'expired' : row.state;
}

const capOf = (cap: number | null): Link['caps']['upload'] => cap ?? 'none';

/** What was offered, or what the link says since. */
function shownCaps(row: Selected): Link['caps'] {
  const linked = row.link_state !== null;
  return {
    upload: capOf(linked ? row.link_upload_cap : row.upload_cap),
    message: capOf(linked ? row.link_message_cap : row.message_cap),
  };
}

export function toLink(row: Selected, now: string): Link {
  const { c_id: id, c_slug: slug, c_name: name } = row;
  return {
    id: row.id,
    state: linkStateOf(row, now),
    account: id !== null && slug !== null && name !== null ? { id, slug, name } : null,
    email: row.email,
    invitee: row.invitee === ANY ? null : row.invitee,
    first_name: row.first_name,
    mobile: row.mobile,
    caps: shownCaps(row),
    // The outbox forgets what has left long ago.
    mail: row.mail_state === null ? 'sent' : mailStates[row.mail_state],
    mail_error: row.mail_error,
    sponsor: row.sponsor_email ?? row.sponsor_name,
    batch_id: row.batch_id,
    revision: row.revision + (row.link_revision ?? 0),
    created_at: row.created_at,
    sent_at: row.sent_at,
    expires_at: row.expires_at,
    accepted_at: row.accepted_at,
    ended_at: row.ended_at,
    updated_at:
      row.link_updated_at !== null && row.link_updated_at > row.updated_at
        ? row.link_updated_at
        : row.updated_at,
  };
}

type Joined = ExpressionBuilder<Schema & { i: Schema['sub_invites']; l: Schema['links'] }, 'i' | 'l'>;

function inState(eb: Joined, state: Link['state'], now: string) {
  switch (state) {
    case 'invited':
      return eb.and([eb('i.state', '=', 'invited'), eb('i.expires_at', '>', now)]);
    case 'expired':
      return eb.and([eb('i.state', '=', 'invited'), eb('i.expires_at', '<=', now)]);
    case 'active':
    case 'ended':
      return eb.and([eb('i.state', '=', 'accepted'), eb('l.state', '=', state)]);
    default:
      return eb('i.state', '=', state);
  }
}

export function subInvitesStore(trx: Trx, accountId: string): SubInvitesPort {
  const own = () => trx.selectFrom('sub_invites').selectAll().where('account_id', '=', accountId);
  const change = (id: string) =>
    trx.updateTable('sub_invites').where('account_id', '=', accountId).where('id', '=', id);
  return {
    async known(emailFolded, invitee) {
      const rows = await trx
        .selectFrom('sub_invites as i')
        .leftJoin('links as l', (join) =>
          join
            .onRef('l.parent_id', '=', 'i.account_id')
            .onRef('l.id', '=', 'i.id')
            .on('l.state', '=', 'active'),
        )
        .leftJoin('accounts as c', 'c.id', 'l.child_id')
        .where('i.account_id', '=', accountId)
        .where('i.email_folded', '=', emailFolded)
        .selectAll('i')
        .select(['l.id as link_id', 'c.slug as child_slug'])
        .orderBy('i.id')
        .execute();
      const open = rows.find((row) => row.state === 'invited' && row.invitee === (invitee ?? ANY));
      const linked = rows.find(
        (row) => row.link_id !== null && (invitee === null || row.child_slug === invitee),
      );
      return {
        open: open ? toRow(open) : null,
        linked: linked?.link_id ?? null,
        declined: rows.some((row) => row.state === 'declined' && row.invitee === (invitee ?? ANY)),
      };
    },

    async insert(invite) {
      await trx
        .insertInto('sub_invites')
        .values({
          account_id: accountId,
          id: invite.id,
          email: invite.email,
          email_folded: invite.emailFolded,
          invitee: invite.invitee ?? ANY,
          ...capColumns(invite.caps),
          first_name: invite.firstName,
          mobile: invite.mobile,
          state: 'invited',
          secret_hash: invite.secretHash,
          message_id: invite.messageId,
          ...sponsorColumns(invite.sponsor),
          batch_id: invite.batchId,
          sent_at: invite.at,
          expires_at: invite.expiresAt,
          created_at: invite.at,
          updated_at: invite.at,
        })
        .execute();
    },

    async renew(id, fresh) {
      await change(id)
        .set((eb) => ({
          secret_hash: fresh.secretHash,
          message_id: fresh.messageId,
          ...capColumns(fresh.caps),
          first_name: fresh.firstName,
          mobile: fresh.mobile,
          ...sponsorColumns(fresh.sponsor),
          sent_at: fresh.at,
          expires_at: fresh.expiresAt,
          updated_at: fresh.at,
          revision: eb('revision', '+', 1),
        }))
        .where('state', '=', 'invited')
        .execute();
    },

    async row(id) {
      const row = await own().where('id', '=', id).executeTakeFirst();
      return row ? toRow(row) : null;
    },

    async close(id, state, at) {
      const { numUpdatedRows } = await change(id)
        .set((eb) => ({ state, closed_at: at, updated_at: at, revision: eb('revision', '+', 1) }))
        .where('state', '=', 'invited')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async accept(id, { childId, userId, at }) {
      const { numUpdatedRows } = await change(id)
        .set((eb) => ({
          state: 'accepted' as const,
          accepted_account_id: childId,
          accepted_by: userId,
          closed_at: at,
          updated_at: at,
          revision: eb('revision', '+', 1),
        }))
        .where('state', '=', 'invited')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async setCaps(id, caps, at) {
      await change(id)
        .set((eb) => ({ ...capColumns(caps), updated_at: at, revision: eb('revision', '+', 1) }))
        .where('state', '=', 'invited')
        .execute();
    },

    async openOfBatch(batchId, limit) {
      const rows = await own()
        .where('batch_id', '=', batchId)
        .where('state', '=', 'invited')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toRow);
    },

    async find(reference, now) {
      const row = await selectLinks(trx)
        .where('i.account_id', '=', accountId)
        .where((eb) =>
          looksLikeId(reference)
            ? eb.or([eb('i.id', '=', reference), eb('c.id', '=', reference)])
            : eb.or([eb('c.slug', '=', reference), eb('i.email_folded', '=', reference)]),
        )
        .orderBy(sql`case when l.state = 'active' then 0 when i.state = 'invited' then 1 else 2 end`)
        .orderBy('i.id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? toLink(row, now) : null;
    },

    async list(filter: LinkFilter, page, now) {
      let query = selectLinks(trx)
        .where('i.account_id', '=', accountId)
        .orderBy('i.id')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('i.id', '>', after);
      const { q, state, batch, only } = filter;
      if (q !== undefined)
        query = query.where((eb) => anyContains([eb.ref('i.email'), eb.ref('c.slug'), eb.ref('c.name')], q));
      if (state !== undefined) query = query.where((eb) => inState(eb, state, now));
      if (batch !== undefined) query = query.where('i.batch_id', '=', batch);
      if (only !== undefined) query = query.where('i.id', 'in', inIds(trx, only));
      return toPage(
        await query.execute(),
        page.limit,
        (row) => [row.id],
        (row) => toLink(row, now),
      );
    },
  };
}

export function subInvitationsStore(trx: Trx): SubInvitationsPort {
  const rows = () => trx.selectFrom('sub_invites').selectAll();
  return {
    async row(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst();
      return row ? toRow(row) : null;
    },

    async findBySecret(secretHash) {
      const row = await rows().where('secret_hash', '=', secretHash).executeTakeFirst();
      return row ? toRow(row) : null;
    },

    async addressedTo(emailFolded, page, now) {
      let query = trx
        .selectFrom('sub_invites as i')
        .innerJoin('accounts as a', 'a.id', 'i.account_id')
        .where('i.email_folded', '=', emailFolded)
        .where('i.state', '=', 'invited')
        .where('i.expires_at', '>', now)
        .where('a.state', '<>', 'gone')
        .select(['i.id', 'i.email', 'i.invitee', 'i.upload_cap', 'i.message_cap', 'i.expires_at'])
        .select(['a.slug', 'a.name'])
        .orderBy('i.id')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('i.id', '>', after);
      return toPage(
        await query.execute(),
        page.limit,
        (row) => [row.id],
        ({ id, email, invitee, expires_at, slug, name, ...row }) => ({
          id,
          umbrella: { slug, name },
          email,
          invitee: invitee === ANY ? null : invitee,
          caps: { upload: capOf(row.upload_cap), message: capOf(row.message_cap) },
          expires_at,
        }),
      );
    },
  };
}
