import { modules as allModules, rolesOfKind } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Member } from '../../contract/types.ts';
import { isAdminRole } from './access.ts';
import { mustBeCurrent } from './accounts.ts';
import { memberTarget, mustHavePeople, mustKeepAnAdmin } from './departures.ts';
import { limitsOf } from './entitlements.ts';
import { DomainError, invalid, notFound } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { Facts } from './ports/audit.ts';
import type { MemberChange } from './ports/members.ts';
import { passSponsorship } from './sponsors.ts';
import type { AccountWork, Input } from './work.ts';

export async function listMembers(
  work: AccountWork,
  input: Input<'members.list'>,
): Promise<Answer<'members.list'>> {
  const { q, role, state } = input.query;
  return listAnswer(await work.tenant.members.list({ q, role, state }, pageRequest(input)));
}

export async function memberNamed(work: AccountWork, reference: string): Promise<Member> {
  const member = await work.tenant.members.find(reference);
  if (member === null) throw notFound('member', reference);
  return member;
}

export async function showMember(work: AccountWork, input: Input<'members.show'>): Promise<Member> {
  return memberNamed(work, input.params.member);
}

type Body = Input<'members.update'>['body'];

function roleFor(work: AccountWork, member: Member, asked: Body['role']): Member['role'] {
  const { kind } = work.standing.account;
  const roles: readonly Member['role'][] = rolesOfKind[kind];
  const role = asked ?? member.role;
  if (roles.includes(role)) return role;
  throw invalid(
    '/role',
    `must be ${roles.join(', ')}: other roles do not exist in an account of kind ${kind}.`,
  );
}

/** Modules and children are a `user`'s; with any other role they go, and asking for them is a mistake (R13, R14). */
function fitting<T>(
  pointer: string,
  role: Member['role'],
  asked: readonly T[] | undefined,
  had: readonly T[],
) {
  if (role === 'user') return asked ?? had;
  if (asked === undefined || asked.length === 0) return [];
  throw invalid(pointer, `cannot be granted to the role ${role}: only a user has them.`);
}

async function childLinks(work: AccountWork, references: readonly string[]): Promise<string[]> {
  const found = await work.tenant.links.resolve(references);
  const links = references.map((reference) => {
    const child = found.get(reference);
    if (!child) throw notFound('child account', reference);
    return child.linkId;
  });
  return [...new Set(links)].sort();
}

const same = (left: readonly string[], right: readonly string[]): boolean =>
  JSON.stringify(left) === JSON.stringify(right);

async function changeOf(work: AccountWork, member: Member, body: Body): Promise<MemberChange> {
  const role = roleFor(work, member, body.role);
  const granted = fitting('/modules', role, body.modules, member.modules);
  const modules = allModules.filter((module) => granted.includes(module));
  const had = member.children.map(({ link_id }) => link_id);
  const asked = body.children === undefined ? undefined : await childLinks(work, body.children);
  const children = fitting('/children', role, asked, had);
  return {
    ...(role !== member.role && { role }),
    ...(!same(modules, member.modules) && { modules }),
    ...(!same(children, had) && { children }),
  };
}

function factsOf(change: MemberChange, of: MemberChange): Facts {
  return {
    ...(of.role !== undefined && change.role !== undefined && { role: change.role }),
    ...(of.modules !== undefined && change.modules !== undefined && { modules: change.modules }),
    ...(of.children !== undefined && change.children !== undefined && { children: change.children }),
    ...(of.state !== undefined && change.state !== undefined && { state: change.state }),
  };
}

/** Writes a change of a member, records it, and answers with the member as they are now. */
async function applyChange(work: AccountWork, member: Member, change: MemberChange): Promise<Member> {
  await work.tenant.members.update(member.id, change, work.now.toISOString());
  const { role, modules, state } = member;
  const children = member.children.map(({ link_id }) => link_id);
  work.record({
    target: memberTarget(member),
    before: factsOf({ role, modules, state, children }, change),
    after: factsOf(change, change),
  });
  return memberNamed(work, member.id);
}

/** D7: an administrator may grant any role, module and child of the account; the last one cannot be demoted. */
export async function updateMember(work: AccountWork, input: Input<'members.update'>): Promise<Member> {
  mustHavePeople(work);
  const member = await memberNamed(work, input.params.member);
  mustBeCurrent('member', member.revision, input.expected);
  const change = await changeOf(work, member, input.body);
  if (Object.keys(change).length === 0) return member;
  if (change.role !== undefined && isAdminRole(member.role) && !isAdminRole(change.role)) {
    await mustKeepAnAdmin(work, member);
    await passSponsorship(work, member.user.id, 'adopt');
  }
  return applyChange(work, member, change);
}

/** D6: frees the seat and keeps role, modules, grants and workspaces; their tokens are dead while it lasts. */
export async function deactivateMember(
  work: AccountWork,
  input: Input<'members.deactivate'>,
): Promise<Member> {
  mustHavePeople(work);
  const member = await memberNamed(work, input.params.member);
  if (member.state === 'deactivated') return member;
  await mustKeepAnAdmin(work, member);
  await passSponsorship(work, member.user.id, 'adopt');
  return applyChange(work, member, { state: 'deactivated' });
}

export async function activateMember(work: AccountWork, input: Input<'members.activate'>): Promise<Member> {
  mustHavePeople(work);
  const member = await memberNamed(work, input.params.member);
  if (member.state === 'active') return member;
  const answer = await applyChange(work, member, { state: 'active' });
  // Counted afterwards: an invitation to the same person holds a seat that now is theirs (D6).
  const { account } = work.standing;
  const used = await work.tenant.account.seatsUsed(work.now.toISOString());
  const limit = limitsOf(account).seats;
  if (limit === null || used <= limit) return answer;
  const text = `All ${limit} seats of the plan ${account.plan} are in use. Free one, or change the plan, then activate.`;
  throw new DomainError('no_seat', text);
}
