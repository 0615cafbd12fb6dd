import type { PermissionSet } from '../../contract/types.ts';
import { inIds } from './json-rows.ts';
import type { Trx } from './transaction.ts';

type Children = PermissionSet['children'];
type Places = PermissionSet['workspaces'];

/** Names of what offers and grants keep by id, as far as it is still there. */
interface Slugs {
  children(linkIds: readonly string[]): Children;
  places(workspaces: readonly Omit<Places[number], 'slug'>[]): Places;
}

/** @param accountIds whose links and workspaces they are: an id of another account names nothing */
export async function slugsOf(
  trx: Trx,
  accountIds: readonly string[],
  ids: { readonly links: readonly string[]; readonly workspaces: readonly string[] },
): Promise<Slugs> {
  const links =
    ids.links.length === 0
      ? []
      : await trx
          .selectFrom('links as l')
          .innerJoin('accounts as c', 'c.id', 'l.child_id')
          .where('l.parent_id', 'in', inIds(trx, accountIds))
          .where('l.state', '=', 'active')
          .where('l.id', 'in', inIds(trx, ids.links))
          .select(['l.id', 'c.slug'])
          .execute();
  const workspaces =
    ids.workspaces.length === 0
      ? []
      : await trx
          .selectFrom('workspaces')
          .where('account_id', 'in', inIds(trx, accountIds))
          .where('id', 'in', inIds(trx, ids.workspaces))
          .select(['id', 'slug'])
          .execute();
  const slugs = new Map([...links, ...workspaces].map(({ id, slug }) => [id, slug]));
  return {
    children: (linkIds) =>
      linkIds.flatMap((link_id) => {
        const slug = slugs.get(link_id);
        return slug === undefined ? [] : [{ link_id, slug }];
      }),
    places: (places) =>
      places.flatMap(({ workspace, role }) => {
        const slug = slugs.get(workspace);
        return slug === undefined ? [] : [{ workspace, slug, role }];
      }),
  };
}
