import type { SettingsPort } from '../domain/ports/settings.ts';
import type { Trx } from './transaction.ts';

export function settingsStore(trx: Trx): SettingsPort {
  return {
    async get(key) {
      const row = await trx.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();
      return row?.value ?? null;
    },
    async set(key, value, at) {
      await trx
        .insertInto('settings')
        .values({ key, value, updated_at: at })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: at }))
        .execute();
    },
  };
}
