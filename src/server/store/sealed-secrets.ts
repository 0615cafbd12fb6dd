import { sql } from 'kysely';
import type { SealedSecretsPort } from '../domain/ports/sealed-secrets.ts';
import type { Trx } from './transaction.ts';

export function sealedSecretsStore(trx: Trx): SealedSecretsPort {
  return {
    async underOtherKeys(keyId, after, limit) {
      let query = trx
        .selectFrom('parser_secrets')
        .where('key_id', '<>', keyId)
        .select(['account_id as accountId', 'parser_id as parserId', 'name', 'sealed', 'key_id as keyId'])
        .orderBy('account_id')
        .orderBy('parser_id')
        .orderBy('name')
        .limit(limit);
      if (after !== null) {
        const { accountId, parserId, name } = after;
        query = query.where(
          sql<boolean>`(account_id, parser_id, name) > (${accountId}, ${parserId}, ${name})`,
        );
      }
      return query.execute();
    },

    async reseal(before, { sealed, keyId }) {
      await trx
        .updateTable('parser_secrets')
        .set({ sealed, key_id: keyId })
        .where('account_id', '=', before.accountId)
        .where('parser_id', '=', before.parserId)
        .where('name', '=', before.name)
        .where('sealed', '=', before.sealed)
        .execute();
    },
  };
}
