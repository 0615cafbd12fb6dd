import { sql } from 'kysely';
import { looksLikeId } from '../../contract/ids.ts';
import { umbrellaFormRole } from '../../contract/limits.ts';
import type { FormShare } from '../../contract/types.ts';
import type { FormOnLink, FormSharesPort } from '../domain/ports/form-shares.ts';
import { accountsBeside, automaticRole, formsBeside, roleBeside } from './form-sharing.ts';
import { inIds, jsonRows } from './json-rows.ts';
import { toPage } from './keyset.ts';
import type { Trx } from './transaction.ts';

function selectShares(trx: Trx, accountId: string, formId: string) {
  return formsBeside(trx)
    .where('f.account_id', '=', accountId)
    .where('f.id', '=', formId)
    .select(['x.id', 'x.slug', 'x.name', 's.role as chosen', 's.link_id'])
    .select([roleBeside.as('role'), automaticRole.as('automatic')]);
}

type ShareRow = Awaited<ReturnType<ReturnType<typeof selectShares>['executeTakeFirstOrThrow']>>;

function toShare({ id, slug, name, chosen, link_id, role, automatic }: ShareRow): FormShare {
  const byItself = automatic === umbrellaFormRole ? 'umbrella' : 'example';
  return {
    account: { id, slug, name },
    role,
    by: chosen === null ? byItself : 'chosen',
    automatic,
    ends_with_link: link_id !== null,
  };
}

function selectOnLink(trx: Trx, accountId: string) {
  return trx
    .selectFrom('forms as f')
    .innerJoin('workspaces as w', (join) =>
      join.onRef('w.account_id', '=', 'f.account_id').onRef('w.id', '=', 'f.workspace_id'),
    )
    .where('f.account_id', '=', accountId)
    .orderBy('f.name')
    .orderBy('f.id')
    .select(['f.id', 'f.name', 'f.title', 'w.slug as workspace']);
}

export function formSharesStore(trx: Trx, accountId: string): FormSharesPort {
  const chosen = (formId: string) =>
    trx.selectFrom('form_shares').where('account_id', '=', accountId).where('form_id', '=', formId);
  const among = (formId: string) =>
    selectShares(trx, accountId, formId).where('x.id', 'in', accountsBeside(trx, accountId, formId));

  const umbrella = async () => {
    const row = await trx
      .selectFrom('links')
      .where('child_id', '=', accountId)
      .where('kind', '=', 'sub')
      .where('state', '=', 'active')
      .select(['id as linkId', 'parent_id as accountId'])
      .executeTakeFirst();
    return row ?? null;
  };

  return {
    umbrella,

    async of(formId, page) {
      let query = among(formId)
        .where((eb) => eb.or([eb('s.role', 'is not', null), eb(automaticRole, '<>', 'none')]))
        .orderBy('x.id')
        .limit(page.limit + 1);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('x.id', '>', after);
      return toPage(await query.execute(), page.limit, (row) => [row.id], toShare);
    },

    async ofAccounts(formId, accountIds) {
      const rows = await selectShares(trx, accountId, formId)
        .where('x.id', 'in', inIds(trx, accountIds))
        .orderBy('x.id')
        .execute();
      return rows.map(toShare);
    },

    async count(formId) {
      const rows = among(formId).where(roleBeside, '<>', 'none').as('r');
      const row = await trx
        .selectFrom(rows)
        .select(sql<number>`cast(count(*) as integer)`.as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },

    async chosen(formId) {
      const row = await chosen(formId)
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },

    async choose(formId, choices, { by, at }) {
      if (choices.length === 0) return;
      await trx
        .insertInto('form_shares')
        .columns([
          'account_id',
          'form_id',
          'to_account_id',
          'role',
          'link_id',
          'created_by',
          'created_at',
          'updated_at',
        ])
        .expression((eb) =>
          eb
            .selectFrom(jsonRows(trx, 'r', { accountId: 'text', role: 'text', linkId: 'text' }, choices))
            .select([
              eb.val(accountId).as('account_id'),
              eb.val(formId).as('form_id'),
              'r.accountId',
              'r.role',
            ])
            .select(['r.linkId', eb.val(by).as('created_by'), eb.val(at).as('created_at')])
            .select(eb.val(at).as('updated_at'))
            .where(sql<boolean>`true`),
        )
        .onConflict((oc) =>
          oc.columns(['account_id', 'form_id', 'to_account_id']).doUpdateSet((eb) => ({
            role: eb.ref('excluded.role'),
            link_id: eb.ref('excluded.link_id'),
            created_by: eb.ref('excluded.created_by'),
            updated_at: eb.ref('excluded.updated_at'),
          })),
        )
        .execute();
    },

    async forget(formId, accountIds) {
      await trx
        .deleteFrom('form_shares')
        .where('account_id', '=', accountId)
        .where('form_id', '=', formId)
        .where('to_account_id', 'in', inIds(trx, accountIds))
        .execute();
    },

    async target(reference) {
      const query = trx
        .selectFrom('accounts as a')
        .where('a.state', '<>', 'gone')
        .where('a.id', '<>', accountId)
        .select(['a.id', 'a.slug', 'a.name']);
      if (looksLikeId(reference))
        return (await query.where('a.id', '=', reference).executeTakeFirst()) ?? null;
      const known = await query
        .where('a.slug', '=', reference)
        .where((eb) =>
          eb.exists(
            eb
              .selectFrom('links as l')
              .where('l.state', '=', 'active')
              .where((or) =>
                or.or([
                  or.and([or('l.parent_id', '=', accountId), or('l.child_id', '=', or.ref('a.id'))]),
                  or.and([or('l.child_id', '=', accountId), or('l.parent_id', '=', or.ref('a.id'))]),
                ]),
              )
              .select('l.id'),
          ),
        )
        .executeTakeFirst();
      return known ?? null;
    },

    async onLink(umbrellaId) {
      const link = await umbrella();
      const linkId = link?.accountId === umbrellaId ? link.linkId : null;
      const rows = await selectOnLink(trx, accountId)
        .leftJoin('form_shares as s', (join) =>
          join
            .onRef('s.account_id', '=', 'f.account_id')
            .onRef('s.form_id', '=', 'f.id')
            .on('s.to_account_id', '=', umbrellaId)
            .on((eb) => eb.or([eb('s.link_id', 'is', null), eb('s.link_id', '=', linkId ?? '')])),
        )
        .select('s.role')
        .execute();
      return rows.map(
        ({ role, ...form }): FormOnLink => ({
          ...form,
          role: role ?? umbrellaFormRole,
          chosen: role !== null,
        }),
      );
    },

    async chosenUnder(linkId) {
      const rows = await selectOnLink(trx, accountId)
        .innerJoin('form_shares as s', (join) =>
          join.onRef('s.account_id', '=', 'f.account_id').onRef('s.form_id', '=', 'f.id'),
        )
        .where('s.link_id', '=', linkId)
        .select('s.role')
        .execute();
      return rows.map((form) => ({ ...form, chosen: true }));
    },

    async endLink(linkId, keep, at) {
      if (keep) {
        await trx
          .updateTable('form_shares')
          .set({ link_id: null, updated_at: at })
          .where('account_id', '=', accountId)
          .where('link_id', '=', linkId)
          .execute();
        return;
      }
      await trx
        .deleteFrom('form_shares')
        .where('account_id', '=', accountId)
        .where('link_id', '=', linkId)
        .execute();
    },
  };
}
