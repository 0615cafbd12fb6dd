import type { StaffPort } from '../domain/ports/staff.ts';
import { toPage } from './keyset.ts';
import type { Trx } from './transaction.ts';

function find(trx: Trx) {
  return trx
    .selectFrom('staff as s')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .where('u.state', '=', 'active')
    .select(['s.user_id', 'u.email', 'u.name', 's.reason', 's.added_by', 's.created_at']);
}

export function staffStore(trx: Trx): StaffPort {
  return {
    async insert({ userId, reason, addedBy, at }) {
      await trx
        .insertInto('staff')
        .values({ user_id: userId, reason, added_by: addedBy, created_at: at })
        .execute();
    },
    find: async (userId) => (await find(trx).where('s.user_id', '=', userId).executeTakeFirst()) ?? null,
    async remove(userId) {
      const { numDeletedRows } = await trx
        .deleteFrom('staff')
        .where('user_id', '=', userId)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    async count() {
      const row = await trx
        .selectFrom('staff')
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },
    async list(page) {
      let query = find(trx)
        .orderBy('s.user_id')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('s.user_id', '>', after);
      return toPage(
        await query.execute(),
        page.limit,
        (row) => [row.user_id],
        (row) => row,
      );
    },
  };
}
