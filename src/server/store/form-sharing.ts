import { type ExpressionBuilder, sql } from 'kysely';
import { exampleFormRole, type FormRole, umbrellaFormRole } from '../../contract/limits.ts';
import type { Schema } from './schema.ts';
import type { Trx } from './transaction.ts';

/**
 * THE place that says what an account `x` has of a form `f` of another account: what the owner chose for it, else what its
 * link gives by itself. Nothing of that is written down when accounts are linked or parted, so that nothing can be left over:
 * a choice that was made under a link counts only while that link is active (D10).
 */
export function formsBeside(trx: Trx) {
  return (
    trx
      .selectFrom('forms as f')
      .innerJoin('accounts as x', (join) => join.onRef('x.id', '<>', 'f.account_id'))
      // Of x to the owner: as its umbrella or its master.
      .leftJoin('links as up', (join) =>
        join
          .onRef('up.child_id', '=', 'f.account_id')
          .onRef('up.parent_id', '=', 'x.id')
          .on('up.state', '=', 'active'),
      )
      // Of the owner to x: as its umbrella.
      .leftJoin('links as down', (join) =>
        join
          .onRef('down.child_id', '=', 'x.id')
          .onRef('down.parent_id', '=', 'f.account_id')
          .on('down.kind', '=', 'sub')
          .on('down.state', '=', 'active'),
      )
      .leftJoin('form_shares as s', (join) =>
        join
          .onRef('s.account_id', '=', 'f.account_id')
          .onRef('s.form_id', '=', 'f.id')
          .onRef('s.to_account_id', '=', 'x.id')
          .on((eb) => eb.or([eb('s.link_id', 'is', null), eb('s.link_id', '=', eb.ref('up.id'))])),
      )
      .where('x.state', '<>', 'gone')
  );
}

/** What the link alone gives: data of a sub-account's forms to its umbrella (R37), examples of that to it (R41). */
export const automaticRole = sql<FormRole>`(case
  when up.kind = 'sub' then ${sql.lit(umbrellaFormRole)}
  when f.example = 'yes' and down.id is not null then ${sql.lit(exampleFormRole)}
  else 'none' end)`;

/** What x has of f. */
export const roleBeside = sql<FormRole>`coalesce(s.role, ${automaticRole})`;

type Eb = ExpressionBuilder<Schema, keyof Schema>;

/** The accounts that can have anything of a form of this account. */
export const accountsBeside = (trx: Trx, accountId: string, formId: string) =>
  trx
    .selectFrom('form_shares')
    .where('account_id', '=', accountId)
    .where('form_id', '=', formId)
    .select('to_account_id as id')
    .union((eb: Eb) => linked(eb, 'parent', accountId))
    .union((eb: Eb) => linked(eb, 'child', accountId));

/** The accounts of which this one can have any form. */
export const ownersBeside = (trx: Trx, accountId: string) =>
  trx
    .selectFrom('form_shares')
    .where('to_account_id', '=', accountId)
    .select('account_id as id')
    .union((eb: Eb) => linked(eb, 'parent', accountId))
    .union((eb: Eb) => linked(eb, 'child', accountId));

/** The other ends of this account's active sub links. */
function linked(eb: Eb, end: 'parent' | 'child', accountId: string) {
  const own = end === 'parent' ? 'child_id' : 'parent_id';
  return eb
    .selectFrom('links')
    .where(own, '=', accountId)
    .where('kind', '=', 'sub')
    .where('state', '=', 'active')
    .select(`${end}_id as id`);
}
