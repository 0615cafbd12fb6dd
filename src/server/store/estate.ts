import { type Expression, type SqlBool, sql } from 'kysely';
import type { EstateItem } from '../../contract/types.ts';
import type { EstatePort } from '../domain/ports/estate.ts';
import type { Page, PageRequest } from '../domain/ports/page.ts';
import { toView, views } from './accounts.ts';
import { toStrings, toWorkspaces } from './columns.ts';
import { questionsOf } from './forms.ts';
import { selectInvites, toInvite } from './invites.ts';
import { inIds } from './json-rows.ts';
import { toPage } from './keyset.ts';
import { childrenOf, selectMembers, toMember } from './members.ts';
import { definitionsOf, fitting, secretsOf } from './parsers.ts';
import { toSets } from './permission-sets.ts';
import { slugsOf } from './slugs.ts';
import { selectLinks, toLink } from './sub-invites.ts';
import type { Trx } from './transaction.ts';
import { selectPlaced, toWorkspaceMember } from './workspace-members.ts';

/** Joins what a page's rows need besides: asked once for the page, never for a row. */
async function pageOf<Row, Item>(
  rows: readonly Row[],
  { limit }: PageRequest,
  key: (row: Row) => readonly string[],
  shown: (rows: readonly Row[]) => Promise<readonly Item[]>,
): Promise<Page<Item>> {
  const { items, next } = toPage(rows, limit, key, (row) => row);
  return { items: items.length === 0 ? [] : await shown(items), next };
}

const distinct = (ids: readonly string[]): string[] => [...new Set(ids)];

export function estateStore(trx: Trx, accountIds: readonly string[]): EstatePort {
  /**
   * The tenants of a query, and where its page begins: rows of these accounts and no others, behind the key. The columns
   * are those of its order, the account's first.
   */
  function within(columns: readonly [string, ...string[]], { after }: PageRequest): Expression<SqlBool> {
    const [account] = columns;
    const [first] = after ?? [];
    // Accounts that earlier pages have told in full are not looked at again.
    const left = first === undefined ? accountIds : accountIds.filter((id) => id >= first);
    const bound = sql<SqlBool>`${sql.ref(account)} in ${inIds(trx, left)}`;
    if (after === null || after.length === 0) return bound;
    const order = sql.join(columns.map((column) => sql.ref(column)));
    return sql<SqlBool>`(${bound} and (${order}) > (${sql.join(after)}))`;
  }

  return {
    async accounts(userId, page, now) {
      const rows = await views(trx, userId, now)
        .where(within(['a.id'], page))
        .orderBy('a.id')
        .limit(page.limit + 1)
        .execute();
      return toPage(rows, page.limit, (row) => [row.id], toView);
    },

    async subscriptions(page) {
      const rows = await trx
        .selectFrom('subscriptions as s')
        .innerJoin('accounts as a', 'a.id', 's.account_id')
        .where(within(['s.account_id'], page))
        .select(['s.account_id', 'a.plan', 's.price_cents', 's.period_end', 's.scheduled_plan', 's.revision'])
        .orderBy('s.account_id')
        .limit(page.limit + 1)
        .execute();
      return toPage(
        rows,
        page.limit,
        (row) => [row.account_id],
        ({ scheduled_plan: plan, ...row }) => ({
          ...row,
          scheduled: plan === null ? null : { plan, at: row.period_end },
        }),
      );
    },

    async promotionPaths(page) {
      const rows = await trx
        .selectFrom('promotion_paths as p')
        .innerJoin('accounts as a', 'a.id', 'p.account_id')
        .where(within(['p.account_id'], page))
        .select(['p.account_id', 'p.accounts', 'p.revision', 'a.slug', 'a.name'])
        .orderBy('p.account_id')
        .limit(page.limit + 1)
        .execute();
      return await pageOf(
        rows,
        page,
        (row) => [row.account_id],
        async (shown) => {
          const children = await managedBelow(
            trx,
            shown.map((row) => row.account_id),
          );
          return shown.map((row): EstateItem<'promotion_path'> => {
            const steps = new Map(children.get(row.account_id)).set(row.account_id, row);
            const accounts = toStrings(row.accounts).flatMap((id) => {
              const step = steps.get(id);
              return step === undefined ? [] : [{ id, slug: step.slug, name: step.name }];
            });
            return { account_id: row.account_id, accounts, revision: row.revision };
          });
        },
      );
    },

    async workspaces(userId, page) {
      const rows = await trx
        .selectFrom('workspaces as w')
        .leftJoin('members as m', (join) =>
          join.onRef('m.account_id', '=', 'w.account_id').on('m.user_id', '=', userId ?? ''),
        )
        .leftJoin('workspace_members as p', (join) =>
          join
            .onRef('p.account_id', '=', 'w.account_id')
            .onRef('p.workspace_id', '=', 'w.id')
            .onRef('p.member_id', '=', 'm.id'),
        )
        .where(within(['w.account_id', 'w.id'], page))
        .select(['w.id', 'w.account_id', 'w.slug', 'w.name', 'p.role'])
        .select(['w.revision', 'w.created_at', 'w.updated_at'])
        .orderBy('w.account_id')
        .orderBy('w.id')
        .limit(page.limit + 1)
        .execute();
      return toPage(
        rows,
        page.limit,
        (row) => [row.account_id, row.id],
        (row): EstateItem<'workspace'> => row,
      );
    },

    async permissionSets(page) {
      const rows = await trx
        .selectFrom('permission_sets')
        .where(within(['account_id', 'name'], page))
        .selectAll()
        .orderBy('account_id')
        .orderBy('name')
        .limit(page.limit + 1)
        .execute();
      return await pageOf(
        rows,
        page,
        (row) => [row.account_id, row.name],
        (shown) => toSets(trx, distinct(shown.map((row) => row.account_id)), shown),
      );
    },

    async members(page) {
      const rows = await selectMembers(trx)
        .where(within(['m.account_id', 'm.id'], page))
        .orderBy('m.account_id')
        .orderBy('m.id')
        .limit(page.limit + 1)
        .execute();
      return await pageOf(
        rows,
        page,
        (row) => [row.account_id, row.id],
        async (shown) => {
          const accounts = distinct(shown.map((row) => row.account_id));
          const children = await childrenOf(
            trx,
            accounts,
            shown.map((row) => row.id),
          );
          return shown.map((row) => toMember(row, children.get(row.id) ?? []));
        },
      );
    },

    async invites(page, now) {
      const rows = await selectInvites(trx)
        .where(within(['i.account_id', 'i.id'], page))
        .where('i.state', 'in', ['pending', 'expired', 'declined'])
        .orderBy('i.account_id')
        .orderBy('i.id')
        .limit(page.limit + 1)
        .execute();
      return await pageOf(
        rows,
        page,
        (row) => [row.account_id, row.id],
        async (shown) => {
          const slugs = await slugsOf(trx, distinct(shown.map((row) => row.account_id)), {
            links: shown.flatMap((row) => toStrings(row.children)),
            workspaces: shown.flatMap((row) =>
              toWorkspaces(row.workspaces).map(({ workspace }) => workspace),
            ),
          });
          return shown.map((row) => {
            const invite = toInvite(row, now);
            return {
              ...invite,
              children: slugs.children(invite.children),
              workspaces: slugs.places(toWorkspaces(row.workspaces)),
            };
          });
        },
      );
    },

    async removals(page) {
      const rows = await trx
        .selectFrom('receipts as r')
        .innerJoin('users as u', 'u.id', 'r.user_id')
        .where(within(['r.account_id', 'r.id'], page))
        .where('r.restored_at', 'is', null)
        // Who deleted themselves is nobody who could be invited again.
        .where('u.state', '=', 'active')
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('members as m')
                .whereRef('m.account_id', '=', 'r.account_id')
                .whereRef('m.user_id', '=', 'r.user_id')
                .select('m.id'),
            ),
          ),
        )
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('receipts as later')
                .whereRef('later.account_id', '=', 'r.account_id')
                .whereRef('later.user_id', '=', 'r.user_id')
                .whereRef('later.id', '>', 'r.id')
                .select('later.id'),
            ),
          ),
        )
        .select(['r.id', 'r.account_id', 'u.email', 'r.kind as how', 'r.created_at as at'])
        .orderBy('r.account_id')
        .orderBy('r.id')
        .limit(page.limit + 1)
        .execute();
      return toPage(
        rows,
        page.limit,
        (row) => [row.account_id, row.id],
        (row): EstateItem<'removal'> => row,
      );
    },

    async workspaceMembers(page) {
      const rows = await selectPlaced(trx)
        .where(within(['p.account_id', 'p.workspace_id', 'p.member_id'], page))
        .orderBy('p.account_id')
        .orderBy('p.workspace_id')
        .orderBy('p.member_id')
        .limit(page.limit + 1)
        .execute();
      return toPage(rows, page.limit, (row) => [row.account_id, row.workspace_id, row.id], toWorkspaceMember);
    },

    async parsers(open, page) {
      const rows = await trx
        .selectFrom('parsers as p')
        .innerJoin('workspaces as w', (join) =>
          join.onRef('w.account_id', '=', 'p.account_id').onRef('w.id', '=', 'p.workspace_id'),
        )
        .where(within(['p.account_id', 'p.id'], page))
        .select(['p.id', 'p.account_id', 'p.name', 'p.document_type', 'p.description', 'p.digest'])
        .select(['p.declared_secrets', 'p.revision', 'w.id as workspace_id', 'w.slug as workspace_slug'])
        .select(sql<number>`cast(length(p.definition) as integer)`.as('size'))
        .orderBy('p.account_id')
        .orderBy('p.id')
        .limit(page.limit + 1)
        .execute();
      const sizes = rows.map(({ account_id, size }) => (open.has(account_id) ? size : 0));
      const limit = Math.min(page.limit, fitting(sizes));
      return await pageOf(
        rows,
        { ...page, limit },
        (row) => [row.account_id, row.id],
        async (shown) => {
          const accounts = distinct(shown.map((row) => row.account_id));
          const ids = shown.map((row) => row.id);
          const setAt = await secretsOf(trx, accounts, ids);
          const definitions = await definitionsOf(
            trx,
            accounts.filter((id) => open.has(id)),
            ids,
          );
          return shown.map((row): EstateItem<'parser'> => {
            const { id, account_id, name, document_type, description, digest, revision } = row;
            const secrets = toStrings(row.declared_secrets).map((secret) => {
              const at = setAt.get(id)?.get(secret) ?? null;
              return {
                name: secret,
                state: at === null ? ('missing' as const) : ('set' as const),
                set_at: at,
              };
            });
            return {
              id,
              account_id,
              workspace: { id: row.workspace_id, slug: row.workspace_slug },
              name,
              document_type,
              description,
              digest,
              secrets,
              revision,
              definition: definitions.get(id) ?? null,
            };
          });
        },
      );
    },

    async forms(page) {
      const rows = await trx
        .selectFrom('forms as f')
        .innerJoin('workspaces as w', (join) =>
          join.onRef('w.account_id', '=', 'f.account_id').onRef('w.id', '=', 'f.workspace_id'),
        )
        .where(within(['f.account_id', 'f.id'], page))
        .select(['f.id', 'f.account_id', 'f.name', 'f.title', 'f.description', 'f.revision'])
        .select(['w.id as workspace_id', 'w.slug as workspace_slug'])
        .select(sql<number>`cast(length(f.questions) as integer)`.as('size'))
        .orderBy('f.account_id')
        .orderBy('f.id')
        .limit(page.limit + 1)
        .execute();
      const limit = Math.min(page.limit, fitting(rows.map(({ size }) => size)));
      return await pageOf(
        rows,
        { ...page, limit },
        (row) => [row.account_id, row.id],
        async (shown) => {
          const accounts = distinct(shown.map((row) => row.account_id));
          const ids = shown.map((row) => row.id);
          const questions = await questionsOf(trx, accounts, ids);
          return shown.map((row): EstateItem<'form'> => {
            const { id, account_id, name, title, description, revision } = row;
            const asked = questions.get(id);
            if (asked === undefined) throw new Error(`form ${id} is gone within its own transaction`);
            const workspace = { id: row.workspace_id, slug: row.workspace_slug };
            return { id, account_id, workspace, name, title, description, questions: asked, revision };
          });
        },
      );
    },

    async links(page, now) {
      const rows = await selectLinks(trx)
        .where(within(['i.account_id', 'i.id'], page))
        .where('i.state', '<>', 'revoked')
        .orderBy('i.account_id')
        .orderBy('i.id')
        .limit(page.limit + 1)
        .execute();
      return toPage(
        rows,
        page.limit,
        (row) => [row.account_id, row.id],
        (row): EstateItem<'link'> => {
          const { id, state, account, email, invitee, caps, revision } = toLink(row, now);
          return { id, account_id: row.account_id, state, account, email, invitee, caps, revision };
        },
      );
    },
  };
}

type Named = Pick<EstateItem<'promotion_path'>['accounts'][number], 'slug' | 'name'>;

/** The managed accounts of masters, by master and id. */
async function managedBelow(
  trx: Trx,
  masters: readonly string[],
): Promise<Map<string, ReadonlyMap<string, Named>>> {
  const rows = await trx
    .selectFrom('links as l')
    .innerJoin('accounts as c', 'c.id', 'l.child_id')
    .where('l.parent_id', 'in', inIds(trx, masters))
    .where('l.kind', '=', 'managed')
    .where('l.state', '=', 'active')
    .where('c.state', '<>', 'gone')
    .select(['l.parent_id', 'c.id', 'c.slug', 'c.name'])
    .execute();
  return new Map(
    [...Map.groupBy(rows, (row) => row.parent_id)].map(([id, children]) => [
      id,
      new Map(children.map((child) => [child.id, child])),
    ]),
  );
}
