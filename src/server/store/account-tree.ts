import type { TreeAccount } from '../../contract/types.ts';
import { toLabels } from './columns.ts';
import type { Trx } from './transaction.ts';

/** An account and its managed accounts in two queries, however many there are. */
export async function accountTree(
  trx: Trx,
  accountId: string,
  now: string,
): Promise<{ account: TreeAccount; children: TreeAccount[] }> {
  const rows = await trx
    .selectFrom('accounts as a')
    .leftJoin('links as l', (join) =>
      join
        .onRef('l.child_id', '=', 'a.id')
        .on('l.parent_id', '=', accountId)
        .on('l.kind', '=', 'managed')
        .on('l.state', '=', 'active'),
    )
    .where('a.state', '<>', 'gone')
    .where((eb) =>
      eb.or([
        eb('a.id', '=', accountId),
        eb(
          'a.id',
          'in',
          eb
            .selectFrom('links as c')
            .where('c.parent_id', '=', accountId)
            .where('c.kind', '=', 'managed')
            .where('c.state', '=', 'active')
            .select('c.child_id'),
        ),
      ]),
    )
    .select(['a.id', 'a.slug', 'a.name', 'a.kind', 'a.state', 'a.plan', 'a.labels', 'l.id as link_id'])
    .select((eb) => [
      eb
        .selectFrom('members')
        .whereRef('members.account_id', '=', 'a.id')
        .where('members.state', '=', 'active')
        .select((c) => c.cast<number>(c.fn.countAll(), 'integer').as('n'))
        .as('members'),
      eb
        .selectFrom('invites')
        .whereRef('invites.account_id', '=', 'a.id')
        .where('invites.state', '=', 'pending')
        .where('invites.expires_at', '>', now)
        .select((c) => c.cast<number>(c.fn.countAll(), 'integer').as('n'))
        .as('pending_invites'),
    ])
    .orderBy('a.id')
    .execute();
  const places = await trx
    .selectFrom('workspaces')
    .where('account_id', 'in', (eb) =>
      eb
        .selectFrom('links as c')
        .where('c.parent_id', '=', accountId)
        .where('c.kind', '=', 'managed')
        .where('c.state', '=', 'active')
        .select('c.child_id as id')
        .union(eb.selectFrom('accounts as self').where('self.id', '=', accountId).select('self.id')),
    )
    .select(['account_id', 'id', 'slug', 'name'])
    .orderBy('id')
    .execute();
  const byAccount = Map.groupBy(places, (place) => place.account_id);
  const nodes = rows.map(({ labels, state, link_id, ...row }): TreeAccount => {
    if (state === 'gone') throw new Error(`account ${row.id} is gone`);
    return {
      ...row,
      state,
      labels: toLabels(labels),
      link_id,
      members: row.members ?? 0,
      pending_invites: row.pending_invites ?? 0,
      workspaces: (byAccount.get(row.id) ?? []).map(({ id, slug, name }) => ({ id, slug, name })),
    };
  });
  const account = nodes.find((node) => node.id === accountId);
  if (!account) throw new Error(`no account ${accountId}`);
  return { account, children: nodes.filter((node) => node.id !== accountId) };
}
