import type { PromotionPathsPort } from '../domain/ports/promotion-paths.ts';
import { toStrings } from './columns.ts';
import type { Trx } from './transaction.ts';

export function promotionPathsStore(trx: Trx, accountId: string): PromotionPathsPort {
  return {
    async read() {
      const row = await trx
        .selectFrom('promotion_paths')
        .where('account_id', '=', accountId)
        .select(['accounts', 'revision'])
        .executeTakeFirst();
      return row
        ? { accounts: toStrings(row.accounts), revision: row.revision }
        : { accounts: [], revision: 0 };
    },

    async replace(accounts, at) {
      await trx
        .insertInto('promotion_paths')
        .values({
          account_id: accountId,
          accounts: JSON.stringify(accounts),
          created_at: at,
          updated_at: at,
        })
        .onConflict((conflict) =>
          conflict.column('account_id').doUpdateSet((eb) => ({
            accounts: eb.ref('excluded.accounts'),
            updated_at: at,
            revision: eb('promotion_paths.revision', '+', 1),
          })),
        )
        .execute();
    },
  };
}
