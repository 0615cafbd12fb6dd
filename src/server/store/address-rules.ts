import type { AddressRulesPort } from '../domain/ports/address-rules.ts';
import { jsonRows } from './json-rows.ts';
import type { Trx } from './transaction.ts';

export function addressRulesStore(trx: Trx, accountId: string): AddressRulesPort {
  return {
    async read() {
      const rows = await trx
        .selectFrom('address_rules')
        .where('account_id', '=', accountId)
        .select(['domain', 'verdict'])
        .orderBy('domain')
        .execute();
      const domains = (verdict: 'allow' | 'deny') =>
        rows.filter((row) => row.verdict === verdict).map((row) => row.domain);
      return { allow: domains('allow'), deny: domains('deny') };
    },

    async replace(rules, at) {
      await trx.deleteFrom('address_rules').where('account_id', '=', accountId).execute();
      const rows = [
        ...rules.allow.map((domain) => ({ domain, verdict: 'allow' as const })),
        ...rules.deny.map((domain) => ({ domain, verdict: 'deny' as const })),
      ];
      if (rows.length === 0) return;
      await trx
        .insertInto('address_rules')
        .columns(['account_id', 'domain', 'verdict', 'created_at'])
        .expression((eb) =>
          eb
            .selectFrom(jsonRows(trx, 'r', { domain: 'text', verdict: 'text' }, rows))
            .select([
              eb.val(accountId).as('account_id'),
              'r.domain',
              'r.verdict',
              eb.val(at).as('created_at'),
            ]),
        )
        .execute();
    },
  };
}
