import type { DeviceLoginRow, DeviceLoginsPort } from '../domain/ports/device-logins.ts';
import type { Trx } from './transaction.ts';

export function deviceLoginsStore(trx: Trx): DeviceLoginsPort {
  const find = async (column: 'hash' | 'user_code', value: string): Promise<DeviceLoginRow | null> => {
    const row = await trx
      .selectFrom('device_logins')
      .selectAll()
      .where(column, '=', value)
      .executeTakeFirst();
    if (!row) return null;
    const { hash, client, address, state } = row;
    return {
      hash,
      client,
      address,
      state,
      userCode: row.user_code,
      userId: row.user_id,
      askedAt: row.asked_at,
      expiresAt: row.expires_at,
      createdAt: row.created_at,
    };
  };
  return {
    async insert({ hash, userCode, client, address, expiresAt, at }) {
      await trx
        .insertInto('device_logins')
        .values({
          hash,
          user_code: userCode,
          client,
          address,
          state: 'pending',
          user_id: null,
          asked_at: null,
          expires_at: expiresAt,
          created_at: at,
        })
        .execute();
    },
    byDevice: (hash) => find('hash', hash),
    byUserCode: (userCode) => find('user_code', userCode),
    async asked(hash, at) {
      await trx.updateTable('device_logins').set({ asked_at: at }).where('hash', '=', hash).execute();
    },
    async answer(hash, answer) {
      const { numUpdatedRows } = await trx
        .updateTable('device_logins')
        .set({ state: answer.state, user_id: answer.state === 'approved' ? answer.userId : null })
        .where('hash', '=', hash)
        .where('state', '=', 'pending')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async use(hash) {
      const { numUpdatedRows } = await trx
        .updateTable('device_logins')
        .set({ state: 'used' })
        .where('hash', '=', hash)
        .where('state', '=', 'approved')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async denyAllOf(userId) {
      await trx
        .updateTable('device_logins')
        .set({ state: 'denied' })
        .where('user_id', '=', userId)
        .where('state', '=', 'approved')
        .execute();
    },
  };
}
