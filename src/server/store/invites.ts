import { sql } from 'kysely';
import { keysOf } from '../../contract/keys.ts';
import type { Invite } from '../../contract/types.ts';
import type { InviteRow, InviteSecretsPort, InvitesPort } from '../domain/ports/invites.ts';
import { toModules, toStrings, toWorkspaces, unknownModules } from './columns.ts';
import { jsonRows } from './json-rows.ts';
import { toPage } from './keyset.ts';
import { mailStates } from './outbox.ts';
import type { Row } from './schema.ts';
import { sponsorColumns, sponsorOf } from './sponsors.ts';
import type { Trx } from './transaction.ts';

function toRow(row: Row<'invites'>): InviteRow {
  return {
    id: row.id,
    accountId: row.account_id,
    email: row.email,
    emailFolded: row.email_folded,
    firstName: row.first_name,
    role: row.role,
    modules: toModules(row.modules),
    children: toStrings(row.children),
    workspaces: toWorkspaces(row.workspaces),
    state: row.state,
    sponsor: sponsorOf(row),
    batchId: row.batch_id,
    goneModules: unknownModules(row.modules),
    expiresAt: row.expires_at,
    revision: row.revision,
  };
}

/** Invitations with the state of their last mail and the address of their sponsor. */
export function selectInvites(trx: Trx) {
  return trx
    .selectFrom('invites as i')
    .leftJoin('outbox as o', 'o.id', 'i.message_id')
    .leftJoin('users as s', 's.id', 'i.sponsor_user_id')
    .leftJoin('tokens as t', 't.id', 'i.sponsor_token_id')
    .selectAll('i')
    .select([
      'o.state as mail_state',
      'o.error as mail_error',
      's.email as sponsor_email',
      't.name as sponsor_name',
    ]);
}

type Selected = Awaited<ReturnType<ReturnType<typeof selectInvites>['execute']>>[number];

export function toInvite(row: Selected, now: string): Invite {
  const expired = row.state === 'pending' && row.expires_at <= now;
  return {
    id: row.id,
    account_id: row.account_id,
    email: row.email,
    role: row.role,
    modules: toModules(row.modules),
    children: toStrings(row.children),
    workspaces: toWorkspaces(row.workspaces),
    first_name: row.first_name,
    state: expired ? 'expired' : row.state,
    // The outbox forgets what has left long ago.
    mail: row.mail_state === null ? 'sent' : mailStates[row.mail_state],
    mail_error: row.mail_error,
    sponsor: row.sponsor_email ?? row.sponsor_name,
    batch_id: row.batch_id,
    revision: row.revision,
    created_at: row.created_at,
    sent_at: row.sent_at,
    expires_at: row.expires_at,
    updated_at: row.updated_at,
  };
}

const newColumns = {
  id: 'text',
  email: 'text',
  email_folded: 'text',
  first_name: 'text',
  role: 'text',
  modules: 'text',
  children: 'text',
  workspaces: 'text',
  secret_hash: 'text',
  message_id: 'text',
} as const;
const newNames = keysOf(newColumns);

/** For LIKE with `\` as its escape. */
export function likePattern(text: string): string {
  return `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
}

export function invitesStore(trx: Trx, accountId: string): InvitesPort {
  const idRows = (list: readonly string[]) =>
    jsonRows(
      trx,
      'r',
      { id: 'text' },
      list.map((id) => ({ id })),
    );
  const resendable = (filter: { expired: boolean; sentBefore: string | null }, now: string) => {
    const pending = trx
      .selectFrom('invites')
      .where('account_id', '=', accountId)
      .where('state', '=', 'pending')
      .where('expires_at', filter.expired ? '<=' : '>', now);
    return filter.sentBefore === null ? pending : pending.where('sent_at', '<', filter.sentBefore);
  };
  return {
    async places() {
      const children = await trx
        .selectFrom('links as l')
        .innerJoin('accounts as a', 'a.id', 'l.child_id')
        .where('l.parent_id', '=', accountId)
        .where('l.state', '=', 'active')
        .select(['l.id as linkId', 'a.id as accountId', 'a.slug'])
        .execute();
      const workspaces = await trx
        .selectFrom('workspaces')
        .where('account_id', '=', accountId)
        .select(['id', 'slug'])
        .execute();
      return { children, workspaces };
    },

    async domainRules() {
      const rows = await trx
        .selectFrom('address_rules')
        .where('account_id', '=', accountId)
        .select(['domain', 'verdict'])
        .execute();
      return new Map(rows.map((row) => [row.domain, row.verdict]));
    },

    async known(emailsFolded) {
      const asked = emailsFolded.map((email) => ({ email }));
      const rows = await trx
        .selectFrom(jsonRows(trx, 'r', { email: 'text' }, asked))
        .leftJoin('users as u', (join) =>
          join.onRef('u.email_folded', '=', 'r.email').on('u.state', '=', 'active'),
        )
        .leftJoin('members as m', (join) =>
          join.on('m.account_id', '=', accountId).onRef('m.user_id', '=', 'u.id'),
        )
        .leftJoin('invites as p', (join) =>
          join
            .on('p.account_id', '=', accountId)
            .onRef('p.email_folded', '=', 'r.email')
            .on('p.state', '=', 'pending'),
        )
        .select(['r.email', 'm.role as m_role', 'm.state as m_state', 'm.modules as m_modules'])
        .select([
          'p.id as p_id',
          'p.role as p_role',
          'p.modules as p_modules',
          'p.batch_id as p_batch',
          'p.expires_at as p_expires',
        ])
        .select((eb) =>
          eb
            .selectFrom('invites as d')
            .where('d.account_id', '=', accountId)
            .whereRef('d.email_folded', '=', 'r.email')
            .where('d.state', '=', 'declined')
            .select((one) => one.cast<number>(one.fn.countAll(), 'integer').as('n'))
            .as('declined'),
        )
        .execute();
      return rows
        .filter((row) => row.m_role !== null || row.p_id !== null || (row.declined ?? 0) > 0)
        .map((row) => ({
          emailFolded: row.email,
          member:
            row.m_role === null || row.m_state === null || row.m_modules === null
              ? null
              : { role: row.m_role, state: row.m_state, modules: toModules(row.m_modules) },
          pending:
            row.p_id === null || row.p_role === null || row.p_modules === null || row.p_expires === null
              ? null
              : {
                  id: row.p_id,
                  role: row.p_role,
                  modules: toModules(row.p_modules),
                  batchId: row.p_batch,
                  expiresAt: row.p_expires,
                },
          declined: (row.declined ?? 0) > 0,
        }));
    },

    async insert(invites, sending) {
      if (invites.length === 0) return new Set();
      const rows = invites.map((invite) => ({
        id: invite.id,
        email: invite.email,
        email_folded: invite.emailFolded,
        first_name: invite.firstName,
        role: invite.role,
        modules: JSON.stringify(invite.modules),
        children: JSON.stringify(invite.children),
        workspaces: JSON.stringify(invite.workspaces),
        secret_hash: invite.secretHash,
        message_id: invite.messageId,
      }));
      const { at, expiresAt, batchId, sponsor } = sending;
      const common = {
        account_id: accountId,
        state: 'pending' as const,
        batch_id: batchId,
        ...sponsorColumns(sponsor),
        sent_at: at,
        expires_at: expiresAt,
        created_at: at,
        updated_at: at,
      };
      const commonNames = keysOf(common);
      const inserted = await trx
        .insertInto('invites')
        .columns([...newNames, ...commonNames])
        .expression((eb) =>
          eb
            .selectFrom(jsonRows(trx, 'r', newColumns, rows))
            .select(newNames.map((name) => `r.${name}` as const))
            .select(commonNames.map((name) => sql<string | null>`cast(${common[name]} as text)`.as(name)))
            .where(sql<boolean>`true`),
        )
        .onConflict((oc) => oc.doNothing())
        .returning('email_folded')
        .execute();
      return new Set(inserted.map((row) => row.email_folded));
    },

    async find(id, now) {
      const row = await selectInvites(trx)
        .where('i.account_id', '=', accountId)
        .where('i.id', '=', id)
        .executeTakeFirst();
      return row ? toInvite(row, now) : null;
    },

    async findByAddress(emailFolded, now) {
      const row = await selectInvites(trx)
        .where('i.account_id', '=', accountId)
        .where('i.email_folded', '=', emailFolded)
        .orderBy(sql`case i.state when 'pending' then 0 else 1 end`)
        .orderBy('i.id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? toInvite(row, now) : null;
    },

    async row(id) {
      const row = await trx
        .selectFrom('invites')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .executeTakeFirst();
      return row ? toRow(row) : null;
    },

    async list(filter, page, now) {
      let query = selectInvites(trx)
        .where('i.account_id', '=', accountId)
        .orderBy('i.id')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('i.id', '>', after);
      if (filter.role !== undefined) query = query.where(sql<boolean>`i.role = ${filter.role}`);
      if (filter.batch !== undefined) query = query.where('i.batch_id', '=', filter.batch);
      if (filter.q !== undefined) {
        query = query.where(sql<boolean>`lower(i.email) like ${likePattern(filter.q)} escape '\\'`);
      }
      if (filter.state === 'expired') {
        query = query.where((eb) =>
          eb.or([
            eb('i.state', '=', 'expired'),
            eb.and([eb('i.state', '=', 'pending'), eb('i.expires_at', '<=', now)]),
          ]),
        );
      } else if (filter.state === 'pending') {
        query = query.where('i.state', '=', 'pending').where('i.expires_at', '>', now);
      } else if (filter.state !== undefined) {
        query = query.where('i.state', '=', filter.state);
      }
      return toPage(
        await query.execute(),
        page.limit,
        (row) => [row.id],
        (row) => toInvite(row, now),
      );
    },

    async renew(id, fresh) {
      const { offer } = fresh;
      await trx
        .updateTable('invites')
        .set((eb) => ({
          ...(offer && {
            role: offer.role,
            modules: JSON.stringify(offer.modules),
            children: JSON.stringify(offer.children),
            workspaces: JSON.stringify(offer.workspaces),
          }),
          ...sponsorColumns(fresh.sponsor),
          state: 'pending' as const,
          secret_hash: fresh.secretHash,
          message_id: fresh.messageId,
          sent_at: fresh.at,
          expires_at: fresh.expiresAt,
          updated_at: fresh.at,
          revision: eb('revision', '+', 1),
        }))
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .execute();
    },

    async close(list, state, at) {
      const closed = await trx
        .updateTable('invites')
        .set((eb) => ({ state, closed_at: at, updated_at: at, revision: eb('revision', '+', 1) }))
        .where('account_id', '=', accountId)
        .where('state', '=', 'pending')
        .where('id', 'in', (eb) => eb.selectFrom(idRows(list)).select('r.id'))
        .returning('id')
        .execute();
      return closed.map((row) => row.id);
    },

    async accept(id, { userId, memberId, at }) {
      await trx
        .updateTable('invites')
        .set((eb) => ({
          state: 'accepted' as const,
          accepted_at: at,
          accepted_user_id: userId,
          accepted_member_id: memberId,
          updated_at: at,
          revision: eb('revision', '+', 1),
        }))
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .execute();
    },

    async resendable(filter, limit, now) {
      const rows = await resendable(filter, now)
        .selectAll()
        .orderBy('sent_at')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toRow);
    },

    async countResendable(filter, now) {
      const row = await resendable(filter, now)
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },

    async sponsoredBy(userId) {
      return await trx
        .selectFrom('invites')
        .select(['id', 'email', 'role'])
        .where('account_id', '=', accountId)
        .where('state', '=', 'pending')
        .where('sponsor_user_id', '=', userId)
        .execute();
    },

    async sponsorsAmong(userIds) {
      const rows = await trx
        .selectFrom('invites')
        .where('account_id', '=', accountId)
        .where('state', '=', 'pending')
        .where('sponsor_user_id', 'in', (eb) => eb.selectFrom(idRows(userIds)).select('r.id'))
        .select('sponsor_user_id')
        .distinct()
        .execute();
      return new Set(rows.flatMap((row) => row.sponsor_user_id ?? []));
    },

    async adopt(list, sponsor, at) {
      await trx
        .updateTable('invites')
        .set((eb) => ({ ...sponsorColumns(sponsor), updated_at: at, revision: eb('revision', '+', 1) }))
        .where('account_id', '=', accountId)
        .where('id', 'in', (eb) => eb.selectFrom(idRows(list)).select('r.id'))
        .execute();
    },

    async activeMembers() {
      const row = await trx
        .selectFrom('members')
        .where('account_id', '=', accountId)
        .where('state', '=', 'active')
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },

    async mailsSince(at) {
      const row = await trx
        .selectFrom('outbox')
        .where('account_id', '=', accountId)
        .where('created_at', '>=', at)
        .where('state', '<>', 'cancelled')
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },
  };
}

export function inviteSecretsStore(trx: Trx): InviteSecretsPort {
  return {
    async find(secretHash) {
      const row = await trx
        .selectFrom('invites')
        .selectAll()
        .where('secret_hash', '=', secretHash)
        .executeTakeFirst();
      return row ? toRow(row) : null;
    },
  };
}
