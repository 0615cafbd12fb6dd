import { sql } from 'kysely';
import { foldAddress } from '../../contract/address.ts';
import { looksLikeId } from '../../contract/ids.ts';
import type { ReceiptsPort } from '../domain/ports/receipts.ts';
import type { Trx } from './transaction.ts';

export function receiptsStore(trx: Trx, accountId: string): ReceiptsPort {
  return {
    async insert(receipt) {
      await trx
        .insertInto('receipts')
        .values({
          account_id: accountId,
          id: receipt.id,
          user_id: receipt.userId,
          kind: receipt.kind,
          data: JSON.stringify(receipt.data),
          created_by: receipt.createdBy,
          expires_at: receipt.expiresAt,
          created_at: receipt.at,
        })
        .execute();
    },

    async latest(reference) {
      let query = trx
        .selectFrom('receipts as r')
        .where('r.account_id', '=', accountId)
        .orderBy('r.id', 'desc')
        .select(['r.id', 'r.kind']);
      if (reference.startsWith('usr_')) query = query.where('r.user_id', '=', reference);
      else if (looksLikeId(reference)) {
        // Only a removal that is repeated asks by the old id, so it is not worth a column and an index.
        const pattern = `%"member_id":"${reference.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}"%`;
        query = query.where(sql<boolean>`r.data like ${pattern} escape '\\'`);
      } else {
        const folded = foldAddress(reference);
        if (folded === null) return null;
        query = query.where('r.user_id', 'in', (eb) =>
          eb
            .selectFrom('users')
            .where('email_folded', '=', folded)
            .where('state', '=', 'active')
            .select('users.id'),
        );
      }
      return (await query.executeTakeFirst()) ?? null;
    },
  };
}
