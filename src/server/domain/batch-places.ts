import { parseAddress } from '../../contract/address.ts';
import { type WorkspaceRole, workspaceRoles } from '../../contract/limits.ts';
import type { BatchDefaults, BatchRow, Member, RowResult } from '../../contract/types.ts';
import type { Place } from './access.ts';
import { type Judge, type Plan, rowResult, sameAs } from './batch-rows.ts';
import { DomainError } from './errors.ts';
import type { AccountWork } from './work.ts';
import { changePlaced, mustTakeMembers, placeMember } from './workspace-members.ts';

/** Where a row wants somebody, and as what. */
interface Wish {
  readonly row: number;
  readonly email: string;
  readonly emailFolded: string;
  readonly workspace: string;
  readonly role: WorkspaceRole;
}

type Sent = BatchRow<'workspace_members'>;
type Refused = Pick<RowResult, 'outcome' | 'detail'>;

function wishOf(sent: Sent, defaults: BatchDefaults<'workspace_members'>): Wish | Refused {
  const { row } = sent;
  if (sent.conflicting === true) {
    const detail = 'another row asks for another role of this person in this workspace';
    return { outcome: 'conflicting_rows', detail };
  }
  const address = parseAddress(sent.email);
  if (!address.ok) return { outcome: 'invalid_email', detail: address.reason };
  const workspace = sent.workspace ?? defaults.workspace;
  if (workspace === undefined) return { outcome: 'unknown_workspace', detail: 'names no workspace' };
  const asked = sent.role ?? defaults.role;
  const role = workspaceRoles.find((known) => known === asked);
  if (role === undefined) {
    const named = asked === undefined ? 'names no role' : `${JSON.stringify(asked)} is no workspace role`;
    return { outcome: 'invalid_role', detail: `${named}: there are ${workspaceRoles.join(', ')}` };
  }
  return { row, email: address.written, emailFolded: address.folded, workspace, role };
}

const isWish = (value: Wish | Refused): value is Wish => 'emailFolded' in value;

/** What rows say by themselves: bad ones, and within the chunk the later ones about one person in one workspace. */
function wishesOf(rows: readonly Sent[], defaults: BatchDefaults<'workspace_members'>) {
  const results = new Map<number, RowResult>();
  const first = new Map<string, Wish>();
  for (const sent of rows) {
    const { row, duplicate_of: duplicateOf } = sent;
    if (duplicateOf !== undefined) {
      results.set(row, sameAs(row, duplicateOf));
      continue;
    }
    const wish = wishOf(sent, defaults);
    if (!isWish(wish)) {
      results.set(row, rowResult(row, wish.outcome, wish.detail));
      continue;
    }
    const key = `${wish.emailFolded} ${wish.workspace}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, wish);
    else if (earlier.role === wish.role) results.set(row, sameAs(row, earlier.row));
    else {
      const detail = `row ${earlier.row} asks for another role of this person in this workspace`;
      results.set(row, rowResult(row, 'conflicting_rows', detail));
    }
  }
  return { results, wishes: [...first.values()] };
}

/** The workspace as the actor may place people in it, by the decision that adding one is; else why not. */
async function placeNamed(work: AccountWork, reference: string): Promise<Place | Refused> {
  try {
    const within = { noun: 'workspace', reference } as const;
    const { place } = await work.authorise(work.tenant.accountId, 'workspace_members.add', within);
    if (place !== null) return place;
  } catch (error) {
    if (!(error instanceof DomainError) || !['not_found', 'forbidden'].includes(error.code)) throw error;
    if (error.code === 'forbidden') return { outcome: 'not_permitted', detail: error.message };
  }
  return { outcome: 'unknown_workspace', detail: `there is no workspace ${JSON.stringify(reference)}` };
}

async function placesOf(work: AccountWork, wishes: readonly Wish[]): Promise<Map<string, Place | Refused>> {
  const places = new Map<string, Place | Refused>();
  for (const { workspace } of wishes) {
    if (!places.has(workspace)) places.set(workspace, await placeNamed(work, workspace));
  }
  return places;
}

interface Move {
  readonly row: number;
  readonly place: Place;
  readonly member: Member;
  readonly role: WorkspaceRole;
  /** The role that they have there. */
  readonly had: WorkspaceRole | null;
}

async function sort(
  work: AccountWork,
  rows: readonly Sent[],
  defaults: BatchDefaults<'workspace_members'>,
): Promise<{ results: Map<number, RowResult>; moves: Move[] }> {
  const { results, wishes } = wishesOf(rows, defaults);
  const places = await placesOf(work, wishes);
  const members = await work.tenant.members.findAll(wishes.map(({ emailFolded }) => emailFolded));
  const moves: Move[] = [];
  for (const { row, email, emailFolded, workspace, role } of wishes) {
    const place = places.get(workspace);
    const member = members.get(emailFolded);
    if (place === undefined || 'outcome' in place) {
      if (place) results.set(row, rowResult(row, place.outcome, place.detail));
    } else if (member === undefined) {
      const detail = `${email} is no member of the account: invite them first`;
      results.set(row, rowResult(row, 'unknown_member', detail));
    } else {
      const found = await work.tenant.workspaceMembers.find(place.workspaceId, member.id);
      const had = found?.role ?? null;
      if (had === role) results.set(row, rowResult(row, 'already_placed', `is ${role} there`));
      else moves.push({ row, place, member, role, had });
    }
  }
  return { results, moves };
}

function moved({ row, had }: Move): RowResult {
  return had === null ? rowResult(row, 'placed', null) : rowResult(row, 'role_changed', `was ${had}`);
}

/** Places members in workspaces, or gives them another role there; each as one would be. */
export const placeRows: Judge<'workspace_members'> = {
  admit: async (work) => mustTakeMembers(work),
  async plan(work, rows, defaults): Promise<Plan> {
    const { results, moves } = await sort(work, rows, defaults);
    const settled = () => {
      for (const move of moves) results.set(move.row, moved(move));
      return results;
    };
    return {
      foreseen: settled,
      async carryOut() {
        for (const { place, member, role, had } of moves) {
          if (had === null) await placeMember(work, place, member, role);
          else await changePlaced(work, place, member, { from: had, to: role });
        }
        return settled();
      },
    };
  },
};
