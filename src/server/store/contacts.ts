import { foldAddress } from '../../contract/address.ts';
import { looksLikeId } from '../../contract/ids.ts';
import { keysOf } from '../../contract/keys.ts';
import type { Contact } from '../../contract/types.ts';
import type { ContactFields, ContactsPort } from '../domain/ports/contacts.ts';
import { toStrings } from './columns.ts';
import { inIds, jsonRows } from './json-rows.ts';
import { toPage } from './keyset.ts';
import { anyContains } from './search.ts';
import { linkStateOf } from './sub-invites.ts';
import type { Trx } from './transaction.ts';

/** With the state of the invitation that it led to, and of the link that came of that. */
function selectContacts(trx: Trx, accountId: string) {
  return trx
    .selectFrom('contacts as k')
    .leftJoin('sub_invites as i', (join) =>
      join.onRef('i.account_id', '=', 'k.account_id').onRef('i.id', '=', 'k.link_id'),
    )
    .leftJoin('links as l', (join) =>
      join.onRef('l.parent_id', '=', 'i.account_id').onRef('l.id', '=', 'i.id'),
    )
    .where('k.account_id', '=', accountId)
    .selectAll('k')
    .select(['i.state as invite_state', 'i.expires_at', 'l.state as link_state']);
}

type Selected = Awaited<ReturnType<ReturnType<typeof selectContacts>['executeTakeFirstOrThrow']>>;

function linkOf({ link_id, invite_state, expires_at, link_state }: Selected, now: string): Contact['link'] {
  if (link_id === null || invite_state === null || expires_at === null) return null;
  return { id: link_id, state: linkStateOf({ state: invite_state, expires_at, link_state }, now) };
}

function toContact(row: Selected, now: string): Contact {
  return {
    id: row.id,
    account_id: row.account_id,
    first_name: row.first_name,
    last_name: row.last_name,
    email: row.email,
    mobile: row.mobile,
    organization: row.organization,
    groups: toStrings(row.groups),
    sub_account: row.sub_account === 'yes',
    link: linkOf(row, now),
    revision: row.revision,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

const columnsOf = (fields: ContactFields) => ({
  first_name: fields.firstName,
  last_name: fields.lastName,
  email: fields.email,
  email_folded: fields.emailFolded,
  mobile: fields.mobile,
  organization: fields.organization,
  groups: JSON.stringify(fields.groups),
  sub_account: fields.subAccount ? ('yes' as const) : ('no' as const),
  link_id: fields.linkId,
});

const textColumns = {
  id: 'text',
  first_name: 'text',
  last_name: 'text',
  email: 'text',
  email_folded: 'text',
  mobile: 'text',
  organization: 'text',
  groups: 'text',
  sub_account: 'text',
  link_id: 'text',
} as const;

export function contactsStore(trx: Trx, accountId: string): ContactsPort {
  const select = () => selectContacts(trx, accountId);
  return {
    async list({ q, group, subAccount }, page, now) {
      let query = select()
        .orderBy('k.id')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('k.id', '>', after);
      if (q !== undefined)
        query = query.where((eb) =>
          anyContains(
            [
              eb.ref('k.first_name'),
              eb.ref('k.last_name'),
              eb.ref('k.email'),
              eb.ref('k.mobile'),
              eb.ref('k.organization'),
            ],
            q,
          ),
        );
      // As JSON has it, with its quotes: a whole name and no part of one.
      if (group !== undefined)
        query = query.where((eb) => anyContains([eb.ref('k.groups')], JSON.stringify(group)));
      if (subAccount !== undefined) query = query.where('k.sub_account', '=', subAccount ? 'yes' : 'no');
      return toPage(
        await query.execute(),
        page.limit,
        (row) => [row.id],
        (row) => toContact(row, now),
      );
    },

    async find(reference, now) {
      const row = await select()
        .where(looksLikeId(reference) ? 'k.id' : 'k.email_folded', '=', foldedOr(reference))
        .executeTakeFirst();
      return row ? toContact(row, now) : null;
    },

    async known(emails, mobiles, now) {
      const byAddress = await select().where('k.email_folded', 'in', inIds(trx, emails)).execute();
      const byNumber = await select()
        .where('k.email_folded', 'is', null)
        .where('k.mobile', 'in', inIds(trx, mobiles))
        .orderBy('k.id')
        .execute();
      return [...byAddress, ...byNumber].map((row) => toContact(row, now));
    },

    async insert(contacts, createdBy, at) {
      const values = contacts.map((fields) => ({ id: fields.id, ...columnsOf(fields) }));
      const names = keysOf(textColumns);
      await trx
        .insertInto('contacts')
        .columns([...names, 'account_id', 'created_by', 'created_at', 'updated_at'])
        .expression((eb) =>
          eb
            .selectFrom(jsonRows(trx, 'r', textColumns, values))
            .select(names.map((name) => `r.${name}` as const))
            .select([
              eb.val(accountId).as('account_id'),
              eb.val(createdBy).as('created_by'),
              eb.val(at).as('created_at'),
              eb.val(at).as('updated_at'),
            ]),
        )
        .execute();
    },

    async update(id, fields, at) {
      await trx
        .updateTable('contacts')
        .set((eb) => ({ ...columnsOf(fields), updated_at: at, revision: eb('revision', '+', 1) }))
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .execute();
    },

    async remove(id) {
      await trx.deleteFrom('contacts').where('account_id', '=', accountId).where('id', '=', id).execute();
    },
  };
}

const foldedOr = (reference: string): string =>
  looksLikeId(reference) ? reference : (foldAddress(reference) ?? reference);
