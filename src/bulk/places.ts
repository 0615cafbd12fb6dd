import type { Client } from '../client/client.ts';
import { type AccountKind, modules, rolesOfKind, workspaceRoles } from '../contract/limits.ts';
import type { Account, BatchDefaults } from '../contract/types.ts';
import type { CheckRules } from './check.ts';
import { contactRules, subAccountRules } from './contact-rules.ts';
import type { RowSource } from './input.ts';
import type { Head } from './kinds.ts';
import { type OfferRules, offerRules } from './offer-rules.ts';
import { personRules, placeRules } from './people-rules.ts';

/** What rows of a batch into this account may say. */
export async function rulesFor(
  client: Client,
  account: Account,
  source: RowSource,
  head: Head,
  map: readonly string[] = [],
): Promise<CheckRules> {
  switch (head.kind) {
    case 'invites':
      return offerRules(await offersOf(client, account, source, head.defaults, map));
    case 'workspace_members':
      return placeRules(head.defaults, (await placesOf(client, account)).workspaces);
    case 'contacts':
      return contactRules(head.defaults);
    case 'sub_accounts':
      return subAccountRules(head.defaults);
    default:
      return personRules;
  }
}

/** What an invitation into this account may offer; the children and workspaces only if the input names any. */
export async function offersOf(
  client: Client,
  account: Account,
  source: RowSource,
  defaults: BatchDefaults<'invites'>,
  map: readonly string[] = [],
): Promise<OfferRules> {
  const rules: OfferRules = {
    roles: rolesOf(account.kind),
    modules,
    moduleRoles: ['user'],
    workspaceRoles,
    defaults,
    modulesRequired: true,
  };
  if (!namesPlaces(source, map) && !defaults.children?.length && !defaults.workspaces?.length) return rules;
  return { ...rules, ...(await placesOf(client, account)) };
}

/** Children and workspaces by whatever they may be named by. */
async function placesOf(client: Client, account: Account) {
  const tree = await client.call('accounts.tree', { params: { account: account.id } });
  const children = tree.children.flatMap(({ id, slug, link_id }) => [
    id,
    slug,
    ...(link_id ? [link_id] : []),
  ]);
  const subs = tree.sub_accounts.flatMap(({ slug, link_id }) => [slug, link_id]);
  const workspaces = tree.account.workspaces.flatMap(({ id, slug }) => [id, slug]);
  return { children: new Set([...children, ...subs]), workspaces: new Set(workspaces) };
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
