import { sql } from 'kysely';
import type { UsersPort } from '../domain/ports/users.ts';
import type { Trx } from './transaction.ts';

function find(trx: Trx) {
  return trx
    .selectFrom('users as u')
    .leftJoin('staff as s', 's.user_id', 'u.id')
    .leftJoin('accounts as a', (join) =>
      join.onRef('a.owner_user_id', '=', 'u.id').on('a.state', '<>', 'gone'),
    )
    .where('u.state', '=', 'active')
    .select(['u.id', 'u.email', 'u.email_folded', 'u.name', 'u.password_hash', 'u.revision'])
    .select(['u.created_at', 'u.updated_at', 's.user_id as staff', 'a.id as personal']);
}

type Found = Awaited<ReturnType<ReturnType<typeof find>['executeTakeFirst']>>;

function toUser(row: Found) {
  if (!row) return null;
  return {
    id: row.id,
    email: row.email,
    emailFolded: row.email_folded,
    name: row.name,
    passwordHash: row.password_hash,
    staff: row.staff !== null,
    personalAccountId: row.personal,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function usersStore(trx: Trx): UsersPort {
  const change = (id: string, at: string) =>
    trx
      .updateTable('users')
      .set({ revision: sql`revision + 1`, updated_at: at })
      .where('id', '=', id)
      .where('state', '=', 'active');
  return {
    async insert({ id, email, emailFolded, name, passwordHash, at }) {
      await trx
        .insertInto('users')
        .values({
          id,
          email,
          email_folded: emailFolded,
          name,
          password_hash: passwordHash,
          state: 'active',
          last_login_at: null,
          password_changed_at: passwordHash === null ? null : at,
          created_at: at,
          updated_at: at,
        })
        .execute();
    },
    find: async (id) => toUser(await find(trx).where('u.id', '=', id).executeTakeFirst()),
    findByAddress: async (emailFolded) =>
      toUser(await find(trx).where('u.email_folded', '=', emailFolded).executeTakeFirst()),
    async setName(id, name, at) {
      await change(id, at).set({ name }).execute();
    },
    async setAddress(id, { email, emailFolded }, at) {
      await change(id, at).set({ email, email_folded: emailFolded }).execute();
    },
    async setPassword(id, hash, at) {
      await change(id, at).set({ password_hash: hash, password_changed_at: at }).execute();
    },
    async signedIn(id, at) {
      await trx.updateTable('users').set({ last_login_at: at }).where('id', '=', id).execute();
    },
    async markGone(id, at) {
      await change(id, at).set({ state: 'gone', password_hash: null }).execute();
    },
    membershipsOf: async (id) =>
      await trx
        .selectFrom('members as m')
        .innerJoin('accounts as a', 'a.id', 'm.account_id')
        .where('m.user_id', '=', id)
        .where('a.state', '<>', 'gone')
        .orderBy('a.id')
        .select(['a.id as accountId', 'a.slug', 'a.kind'])
        .execute(),
    any: async () => (await trx.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined,
  };
}
