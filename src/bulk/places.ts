import type { Client } from '../client/client.ts';
import { type AccountKind, modules, rolesOfKind, workspaceRoles } from '../contract/limits.ts';
import type { Account, Batch } from '../contract/types.ts';
import type { CheckRules } from './check.ts';
import type { RowSource } from './input.ts';

/** What rows of an invitation into this account may say; the children and workspaces only if the input names any. */
export async function rulesFor(
  client: Client,
  account: Account,
  source: RowSource,
  defaults: Batch['defaults'],
  map: readonly string[] = [],
): Promise<CheckRules> {
  const rules: CheckRules = {
    roles: rolesOf(account.kind),
    modules,
    moduleRoles: ['user'],
    workspaceRoles,
    defaults,
    modulesRequired: true,
  };
  if (!namesPlaces(source, map) && !defaults.children?.length && !defaults.workspaces?.length) return rules;
  const tree = await client.call('accounts.tree', { params: { account: account.id } });
  const children = tree.children.flatMap(({ id, slug, link_id }) => [
    id,
    slug,
    ...(link_id ? [link_id] : []),
  ]);
  const workspaces = tree.account.workspaces.flatMap(({ id, slug }) => [id, slug]);
  return { ...rules, children: new Set(children), workspaces: new Set(workspaces) };
}

export function rolesOf(kind: AccountKind): readonly string[] {
  return rolesOfKind[kind];
}

/** Lines of NDJSON show their keys only as they are read. */
function namesPlaces(source: RowSource, map: readonly string[]): boolean {
  const headings = source.columns.filter((name) => !source.ignored.includes(name));
  const fields = map.map((entry) => entry.split('=')[0] ?? '');
  return (
    source.format === 'ndjson' ||
    [...headings, ...fields].some((name) => /child|managed|workspace/i.test(name))
  );
}
