import { looksLikeId } from '../../contract/ids.ts';
import type { FormStanding, Place } from '../domain/access.ts';
import type { Actor } from '../domain/actor.ts';
import { formsBeside, roleBeside } from './form-sharing.ts';
import { membershipOf } from './membership.ts';
import type { Trx } from './transaction.ts';

/**
 * The accounts that a credential acts for: all that the person is in, or the one that a token is bound to. Whoever comes by
 * delegation acts for that account alone and reaches nothing that others share with it (D15).
 */
function actsFor(actor: Actor): { userId: string; accountId: string | null } | null {
  switch (actor.kind) {
    case 'user':
      return { userId: actor.userId, accountId: null };
    case 'api':
      return { userId: actor.userId, accountId: actor.accountId };
    case 'account_token':
      return { userId: '', accountId: actor.accountId };
    default:
      return null;
  }
}

function selectForms(trx: Trx, { userId, accountId }: NonNullable<ReturnType<typeof actsFor>>) {
  return formsBeside(trx)
    .leftJoin('members as m', (join) => join.onRef('m.account_id', '=', 'x.id').on('m.user_id', '=', userId))
    .where((eb) =>
      accountId === null
        ? eb('x.id', 'in', eb.selectFrom('members').where('user_id', '=', userId).select('account_id'))
        : eb('x.id', '=', accountId),
    )
    .where(roleBeside, '<>', 'none')
    .select(['x.id', 'x.slug', 'x.name', 'x.kind', 'x.state', 'x.plan', 'up.id as child'])
    .select(['m.id as m_id', 'm.role as m_role', 'm.state as m_state', 'm.modules as m_modules'])
    .select(roleBeside.as('role'))
    .select((eb) =>
      eb
        .selectFrom('member_children as g')
        .whereRef('g.account_id', '=', 'x.id')
        .whereRef('g.member_id', '=', 'm.id')
        .whereRef('g.link_id', '=', 'up.id')
        .select('g.link_id')
        .as('grant'),
    );
}

type Row = Awaited<ReturnType<ReturnType<typeof selectForms>['executeTakeFirstOrThrow']>>;

function toStanding({ role, child, grant, ...row }: Row): FormStanding[] {
  const { id, slug, name, kind, state, plan } = row;
  if (state === 'gone' || role === 'none') return [];
  const membership = membershipOf({
    id: row.m_id,
    role: row.m_role,
    state: row.m_state,
    modules: row.m_modules,
  });
  const granted = grant === null ? 'not_granted' : 'granted';
  const account = { id, slug, name, kind, state, plan };
  return [{ account, membership, role, child: child === null ? 'no' : granted }];
}

/**
 * What a form has for accounts of the actor's that do not own it.
 * @param reference its id, or its name in the workspace
 */
export async function formStandings(
  trx: Trx,
  actor: Actor,
  ownerId: string,
  { workspaceId }: Place,
  reference: string,
): Promise<readonly FormStanding[]> {
  const who = actsFor(actor);
  if (who === null) return [];
  const rows = await selectForms(trx, who)
    .where('f.account_id', '=', ownerId)
    .where('f.workspace_id', '=', workspaceId)
    .where(looksLikeId(reference) ? 'f.id' : 'f.name', '=', reference)
    .execute();
  return rows.flatMap(toStanding);
}
