import { looksLikeId } from '../../contract/ids.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { StaffMember } from '../../contract/types.ts';
import { personOf } from './actor.ts';
import { DomainError, notFound } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { UserRow } from './ports/users.ts';
import { readAddress } from './users.ts';
import type { Input, Work } from './work.ts';

export async function listStaff(work: Work, input: Input<'staff.list'>): Promise<Answer<'staff.list'>> {
  return listAnswer(await work.platform.staff.list(pageRequest(input)));
}

/** Makes somebody staff. They get no secret by it: a staff token they make themselves, with their password. */
export async function addStaff(work: Work, { body }: Input<'staff.add'>): Promise<StaffMember> {
  const { platform, actor, now } = work;
  const { emailFolded } = readAddress(body.email);
  const user = await platform.users.findByAddress(emailFolded);
  if (!user) throw notFound('user', body.email);
  const known = await platform.staff.find(user.id);
  if (known) {
    work.existing();
    return known;
  }
  await platform.staff.insert({
    userId: user.id,
    reason: body.reason,
    addedBy: personOf(actor),
    at: now.toISOString(),
  });
  work.record({
    target: { kind: 'user', id: user.id, name: user.email },
    before: { staff: false },
    after: { staff: true },
    reason: body.reason,
  });
  const added = await platform.staff.find(user.id);
  if (!added) throw new DomainError('internal', 'Something went wrong here.');
  return added;
}

/** The last staff member stays (D7). */
export async function mustKeepStaff(work: Work, user: UserRow): Promise<void> {
  if (!user.staff || (await work.platform.staff.count()) > 1) return;
  throw new DomainError('last_staff', `${user.email} is the last staff member. Add somebody else first.`);
}

export async function removeStaff(
  work: Work,
  { params }: Input<'staff.remove'>,
): Promise<{ changed: boolean }> {
  const { platform, now } = work;
  const reference = params.user;
  const user = looksLikeId(reference)
    ? await platform.users.find(reference)
    : await platform.users.findByAddress(readAddress(reference, '{user}').emailFolded);
  if (!user) throw notFound('user', reference);
  if (!user.staff) return { changed: false };
  await mustKeepStaff(work, user);
  await platform.staff.remove(user.id);
  const at = now.toISOString();
  const staffTokens = await platform.tokens.revokeOfUser(user.id, 'staff', at);
  const tokens = staffTokens + (await platform.tokens.revokeOfUser(user.id, 'meter', at));
  work.record({
    target: { kind: 'user', id: user.id, name: user.email },
    before: { staff: true },
    after: { staff: false, tokens_revoked: tokens },
  });
  return { changed: true };
}
