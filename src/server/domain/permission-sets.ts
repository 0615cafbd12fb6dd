import { modules as allModules } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { PermissionSet } from '../../contract/types.ts';
import { mustBeCurrent } from './accounts.ts';
import { personOf } from './actor.ts';
import { mustHavePeople } from './departures.ts';
import { invalid, notFound } from './errors.ts';
import { benchOf } from './invites.ts';
import { listAnswer, pageRequest } from './list.ts';
import { isRefusal, resolveOffer } from './offers.ts';
import type { SavedSet } from './ports/permission-sets.ts';
import type { AccountWork, Input } from './work.ts';

/** How the audit trail names a permission set. */
const targetOf = (name: string) => ({ kind: 'permission_set', id: name, name });

export async function listSets(
  work: AccountWork,
  input: Input<'permission_sets.list'>,
): Promise<Answer<'permission_sets.list'>> {
  return listAnswer(await work.tenant.permissionSets.list({ q: input.query.q }, pageRequest(input)));
}

async function setNamed(work: AccountWork, name: string): Promise<PermissionSet> {
  const set = await work.tenant.permissionSets.find(name);
  if (set === null) throw notFound('permission set', name);
  return set;
}

export function showSet(
  work: AccountWork,
  input: Input<'permission_sets.show'>,
): Promise<Answer<'permission_sets.show'>> {
  return setNamed(work, input.params.name);
}

/** In one order and without repeats, so that saving the same again changes nothing. */
async function wanted(work: AccountWork, { params, body }: Input<'permission_sets.save'>): Promise<SavedSet> {
  const offer = resolveOffer(body, await benchOf(work, {}));
  if (isRefusal(offer)) {
    const pointers = { unknown_child: '/children', unknown_workspace: '/workspaces' } as const;
    const { outcome, detail } = offer;
    throw invalid(
      outcome === 'unknown_child' || outcome === 'unknown_workspace' ? pointers[outcome] : '/role',
      detail,
    );
  }
  return {
    name: params.name,
    role: offer.role,
    modules: allModules.filter((module) => offer.modules.includes(module)),
    children: [...offer.children].sort(),
    workspaces: [...offer.workspaces].sort((a, b) => (a.workspace < b.workspace ? -1 : 1)),
  };
}

function savedOf({ name, role, modules, children, workspaces }: PermissionSet): Record<string, unknown> {
  return {
    name,
    role,
    modules,
    children: children.map(({ link_id }) => link_id).sort(),
    workspaces: workspaces
      .map(({ workspace, role: placed }) => ({ workspace, role: placed }))
      .sort((a, b) => (a.workspace < b.workspace ? -1 : 1)),
  };
}

function factsOf({ role, modules, children, workspaces }: SavedSet) {
  return { role, modules, children, workspaces: workspaces.map(({ workspace }) => workspace) };
}

/** R11: one permission set, chosen by name. What it grants is judged like an invitation's offer (R12, R13, D7). */
export async function saveSet(
  work: AccountWork,
  input: Input<'permission_sets.save'>,
): Promise<Answer<'permission_sets.save'>> {
  mustHavePeople(work);
  const { permissionSets } = work.tenant;
  const { name } = input.params;
  const before = await permissionSets.find(name);
  if (before === null) {
    if (input.expected !== null) throw notFound('permission set', name);
  } else mustBeCurrent('permission set', before.revision, input.expected);
  const set = await wanted(work, input);
  if (before !== null && JSON.stringify(savedOf(before)) === JSON.stringify(set)) return before;
  const at = work.now.toISOString();
  if (before === null) await permissionSets.insert(set, personOf(work.actor), at);
  else await permissionSets.update(set, at);
  work.record({
    target: targetOf(name),
    before: before && { role: before.role, modules: before.modules },
    after: factsOf(set),
  });
  return setNamed(work, name);
}

/** Members and invitations keep what they were given: a set is looked up when it is used, and at no other time. */
export async function deleteSet(
  work: AccountWork,
  { params, expected }: Input<'permission_sets.delete'>,
): Promise<Answer<'permission_sets.delete'>> {
  mustHavePeople(work);
  const { name } = params;
  const { permissionSets, audit } = work.tenant;
  const set = await permissionSets.find(name);
  if (set === null) {
    const filter = { action: 'permission_sets.delete', target: name };
    const { items } = await audit.list(filter, { limit: 1, after: null });
    if (items.length === 0) throw notFound('permission set', name);
    return { changed: false };
  }
  mustBeCurrent('permission set', set.revision, expected);
  await permissionSets.remove(name);
  work.record({ target: targetOf(name), before: { role: set.role, modules: set.modules } });
  return { changed: true };
}
