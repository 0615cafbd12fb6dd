import { limits } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Entitled, Member } from '../../contract/types.ts';
import type { Standing } from './access.ts';
import { actionNamed } from './actions.ts';
import { type Actor, personActor } from './actor.ts';
import { furtherIn, mayAs } from './explain.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { Page, PageRequest } from './ports/page.ts';
import { emptied, outsidersOf } from './representatives.ts';
import { homesOf, seenFrom, withinFor } from './subjects.ts';
import type { Input, Work } from './work.ts';

/** As what somebody may do it, or null. */
type Ask = (actor: Actor, standing: Standing) => string | null;

function entitledMember({ id, user, role }: Member, as: string): Entitled {
  return { via: 'member', as, member: { id, user, role }, text: user.email };
}

/** People of the master are named as a whole: a managed account learns nothing of who they are (R5). */
function outsiders(standing: Standing, ask: Ask): Entitled[] {
  return outsidersOf(emptied(standing.account, standing.parent)).flatMap((one) => {
    const as = ask(one.actor, one.standing);
    const { kind, text } = one;
    if (as === null || (kind !== 'master' && kind !== 'granted' && kind !== 'staff')) return [];
    return [{ via: kind, as, member: null, text }];
  });
}

/** The order of those from outside, whose key in a page it is. */
const vias: readonly Entitled['via'][] = ['master', 'granted', 'staff'];
const keyOf = ({ member, via }: Entitled): string => member?.id ?? via;

/**
 * Members in their order, then those from outside. A page looks through one page of members, however few of them may: it
 * can be short, or empty, and still have a next one.
 */
async function pageOf(
  others: readonly Entitled[],
  { limit, after }: PageRequest,
  members: (after: readonly string[] | null) => Promise<Page<Entitled>>,
): Promise<Page<Entitled>> {
  const passed = vias.findIndex((via) => via === after?.[0]);
  const inside = passed < 0 ? await members(after) : { items: [], next: null };
  const outside = inside.next === null ? others.filter(({ via }) => vias.indexOf(via) > passed) : [];
  const all = [...inside.items, ...outside];
  const items = all.slice(0, limit);
  const last = items.at(-1);
  const next = all.length > limit && last ? [keyOf(last)] : inside.next;
  return { items, next };
}

export async function whoCan(work: Work, input: Input<'access.who_can'>): Promise<Answer<'access.who_can'>> {
  const action = actionNamed(input.body.action);
  const { account, workspace } = input.body;
  const within = withinFor(action, workspace);
  const standing = await work.authorise(account, 'access.who_can', within ?? undefined);
  const homes = await homesOf(work, standing, 'members.list');
  const further = await furtherIn(work, standing, action);
  const ask: Ask = (actor, where) => mayAs(action, { actor, standing: where }, further);
  const members = async (after: readonly string[] | null): Promise<Page<Entitled>> => {
    const page = await work.tenantOf(standing.account.id).members.list({}, { limit: limits.pageMax, after });
    const ids = page.items.map(({ user }) => user.id);
    const standings = await work.platform.access.standingsOf(ids, standing.account.id, within);
    const items = page.items.flatMap((member) => {
      const own = standings.get(member.user.id);
      const { id: userId, email } = member.user;
      const as = own ? ask(personActor({ userId, email }, work.now), seenFrom(own, homes)) : null;
      return as === null ? [] : [entitledMember(member, as)];
    });
    return { items, next: page.next };
  };
  return listAnswer(await pageOf(outsiders(standing, ask), pageRequest(input), members));
}
