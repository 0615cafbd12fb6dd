import type { Estate } from '../model.ts';

/** A live estate as files would ask for it: what is the server's own is left out, and who is gone is not asked for. */
export function wantedOf(live: Estate): Estate {
  const stays = (state: string | undefined) => state !== 'removed' && state !== 'declined';
  return {
    ...live,
    accounts: live.accounts.map(({ id: _, revision: __, state: ___, ...account }) => account),
    members: live.members
      .filter(({ state }) => stays(state))
      .map(({ id: _, revision: __, state, ...member }) => ({
        ...member,
        ...(state === 'deactivated' && { state }),
        ...(state === 'active' && { state }),
      })),
    parsers: live.parsers.map(({ id: _, revision: __, digest: ___, secrets: ____, ...parser }) => parser),
    forms: live.forms.map(({ id: _, revision: __, ...form }) => form),
    sub_accounts: live.sub_accounts
      .filter(({ state }) => state === 'active' || state === 'invited' || state === 'expired')
      .map(({ id: _, revision: __, state: ___, ...link }) => link),
  };
}

/** With other slugs for accounts, wherever they are named; of those that are not in the map the old ones. */
export function renamed(estate: Estate, slugs: ReadonlyMap<string, string>): Estate {
  const to = (slug: string) => slugs.get(slug) ?? slug;
  const list = (children: readonly string[] | undefined) => children?.map(to).sort();
  const entry = <E extends { readonly account: string }>(one: E): E => ({ ...one, account: to(one.account) });
  return {
    accounts: estate.accounts.map((one) => ({
      ...entry(one),
      ...(typeof one.master === 'string' && { master: to(one.master) }),
      promotion_path: one.promotion_path?.map(to),
    })),
    workspaces: estate.workspaces.map(entry),
    permission_sets: estate.permission_sets.map((one) => ({ ...entry(one), children: list(one.children) })),
    members: estate.members.map((one) => ({ ...entry(one), children: list(one.children) })),
    workspace_members: estate.workspace_members.map(entry),
    parsers: estate.parsers.map(entry),
    forms: estate.forms.map(entry),
    sub_accounts: estate.sub_accounts.map((one) => ({
      ...entry(one),
      ...(one.child !== undefined && { child: to(one.child) }),
    })),
  };
}
