import { looksLikeId } from '../../contract/ids.ts';
import { firstWorkspace, linkedPlan, type WorkspaceRole } from '../../contract/limits.ts';
import type { Place, Standing } from '../domain/access.ts';
import { type Actor, personOf } from '../domain/actor.ts';
import type { AccessPort, Within } from '../domain/ports/access.ts';
import { toKeyRole, toModules, toRole } from './columns.ts';
import { delegationActor } from './delegations.ts';
import { formStandings } from './form-standings.ts';
import { inIds, jsonRows } from './json-rows.ts';
import { membershipOf } from './membership.ts';
import { toLinkedTerms, toTerms } from './plans.ts';
import type { Trx } from './transaction.ts';

type TokenRow = Awaited<ReturnType<typeof findToken>>;

function findToken(trx: Trx, by: 't.hash' | 't.id', value: string) {
  return trx
    .selectFrom('tokens as t')
    .leftJoin('users as u', (join) => join.onRef('u.id', '=', 't.user_id').on('u.state', '=', 'active'))
    .leftJoin('sessions as s', (join) => join.onRef('s.id', '=', 't.session_id').on('s.state', '=', 'active'))
    .leftJoin('staff', 'staff.user_id', 't.user_id')
    .leftJoin('accounts as a', (join) => join.onRef('a.id', '=', 't.account_id').on('a.state', '<>', 'gone'))
    .leftJoin('members as m', (join) =>
      join
        .onRef('m.account_id', '=', 't.account_id')
        .onRef('m.user_id', '=', 't.user_id')
        .on('m.state', '=', 'active'),
    )
    .where(by, '=', value)
    .select([
      't.id',
      't.kind',
      't.owner',
      't.state',
      't.name',
      't.role',
      't.modules',
      't.user_id',
      't.account_id',
      't.workspace_id',
    ])
    .select(['t.expires_at', 'u.email', 's.id as session_id', 's.expires_at as session_end'])
    .select(['staff.user_id as staff', 'a.id as live_account', 'm.id as member_id'])
    .executeTakeFirst();
}

/** The actor that a live token row stands for; null when what it hangs on is gone. */
function actorOf(row: NonNullable<TokenRow>): Actor | null {
  const { user_id: userId, email } = row;
  const unnamed = { tokenId: row.id, expiresAt: row.expires_at };
  const token = { ...unnamed, name: row.name ?? '' };
  const person = userId !== null && email !== null ? { userId, email, ...unnamed } : null;
  const role = toRole(row.role);
  const bound = row.live_account !== null && role !== null ? { accountId: row.live_account, role } : null;
  switch (row.kind) {
    case 'user':
      return person && row.session_id !== null
        ? { kind: 'user', ...person, sessionId: row.session_id }
        : null;
    case 'staff':
      return person && row.staff !== null ? { kind: 'staff', ...person, ...token } : null;
    case 'meter':
      // It goes with its maker's staff rights.
      return row.staff !== null ? { kind: 'meter', ...token } : null;
    case 'key': {
      const { live_account: accountId, workspace_id: workspaceId } = row;
      const keyRole = toKeyRole(row.role);
      // A key's row goes with its workspace.
      return accountId !== null && workspaceId !== null && keyRole !== null
        ? { kind: 'key', ...token, accountId, workspaceId, role: keyRole }
        : null;
    }
    case 'api':
      if (!bound) return null;
      if (row.owner === 'account')
        return { kind: 'account_token', ...token, ...bound, modules: toModules(row.modules) };
      return person && row.member_id !== null
        ? { kind: 'api', ...person, ...token, ...bound, modules: toModules(row.modules) }
        : null;
    default:
      return null;
  }
}

function judge(row: TokenRow, now: string): Actor | 'unknown' | 'expired' {
  if (!row || row.state !== 'active') return 'unknown';
  const actor = actorOf(row);
  if (!actor) return 'unknown';
  const over = row.expires_at <= now || (row.session_end !== null && row.session_end <= now);
  return over ? 'expired' : actor;
}

/** Revoked, foreign and unknown tokens are one and the same; of a delegation its own person may know how it ended. */
async function authenticated(trx: Trx, row: TokenRow, now: string): ReturnType<AccessPort['authenticate']> {
  return row?.kind === 'dlg' ? await delegationActor(trx, row, now) : judge(row, now);
}

/** A row for each of the people and each account; one an account where there is none of them, for those who act without a person. */
function selectStandings(trx: Trx, people: readonly string[]) {
  return trx
    .selectFrom('accounts as a')
    .leftJoin('users as who', (join) => join.on('who.id', 'in', people))
    .leftJoin('members as m', (join) =>
      join.onRef('m.account_id', '=', 'a.id').onRef('m.user_id', '=', 'who.id'),
    )
    .leftJoin('links as l', (join) => join.onRef('l.child_id', '=', 'a.id').on('l.state', '=', 'active'))
    .leftJoin('accounts as p', 'p.id', 'l.parent_id')
    .leftJoin('members as pm', (join) =>
      join.onRef('pm.account_id', '=', 'p.id').onRef('pm.user_id', '=', 'who.id'),
    )
    .leftJoin('plans as c', 'c.name', 'a.plan')
    .leftJoin('plans as lp', (join) => join.on('l.kind', '=', 'sub').on('lp.name', '=', linkedPlan))
    .leftJoin('subscriptions as s', 's.account_id', 'a.id')
    .where('a.state', '<>', 'gone')
    .select(['who.id as user_id', 'a.id', 'a.slug', 'a.name', 'a.kind', 'a.state', 'a.plan'])
    .select(['c.entitlements', 'c.limits', 's.period_end'])
    .select(['lp.entitlements as linked_entitlements', 'lp.limits as linked_limits'])
    .select(['m.id as m_id', 'm.role as m_role', 'm.state as m_state', 'm.modules as m_modules'])
    .select(['l.id as link_id', 'l.kind as link_kind'])
    .select([
      'p.id as p_id',
      'p.slug as p_slug',
      'p.name as p_name',
      'p.kind as p_kind',
      'p.state as p_state',
      'p.plan as p_plan',
    ])
    .select(['pm.id as pm_id', 'pm.role as pm_role', 'pm.state as pm_state', 'pm.modules as pm_modules'])
    .select((eb) =>
      eb
        .selectFrom('workspace_members as w')
        .whereRef('w.account_id', '=', 'a.id')
        .whereRef('w.member_id', '=', 'm.id')
        .select((count) => count.cast<number>(count.fn.countAll(), 'integer').as('n'))
        .as('places'),
    )
    .select((eb) =>
      eb
        .selectFrom('member_children as g')
        .whereRef('g.account_id', '=', 'p.id')
        .whereRef('g.member_id', '=', 'pm.id')
        .whereRef('g.link_id', '=', 'l.id')
        .select('g.link_id')
        .as('grant'),
    );
}

/** The tables in which an id of something that lies in a workspace is looked up. */
const holders = { parser: 'parsers', form: 'forms' } as const;

/** The workspace that an operation works in, with the role of the person's membership there. */
async function findPlace(
  trx: Trx,
  { account: { id: accountId }, membership }: Pick<Standing, 'account' | 'membership'>,
  { noun, reference, workspace }: Within,
): Promise<Place | null> {
  const query = trx
    .selectFrom('workspaces as w')
    .leftJoin('workspace_members as wm', (join) =>
      join
        .onRef('wm.account_id', '=', 'w.account_id')
        .onRef('wm.workspace_id', '=', 'w.id')
        .on('wm.member_id', '=', membership?.memberId ?? ''),
    )
    .where('w.account_id', '=', accountId)
    .select(['w.id', 'w.slug', 'wm.role']);
  const held = noun !== 'workspace' && reference !== null && looksLikeId(reference) ? holders[noun] : null;
  const place = (noun === 'workspace' ? reference : workspace) ?? firstWorkspace;
  const found =
    held === null
      ? query.where(looksLikeId(place) ? 'w.id' : 'w.slug', '=', place)
      : query.where('w.id', '=', (eb) =>
          eb
            .selectFrom(held)
            .where('account_id', '=', accountId)
            .where('id', '=', reference)
            .select('workspace_id'),
        );
  const row = await found.executeTakeFirst();
  return row ? { workspaceId: row.id, slug: row.slug, role: row.role } : null;
}

type StandingRow = Awaited<ReturnType<ReturnType<typeof selectStandings>['executeTakeFirstOrThrow']>>;

/** What each of some members is in one workspace; who has no role there is not in the map. */
async function rolesAt(trx: Trx, accountId: string, workspaceId: string, memberIds: readonly string[]) {
  if (memberIds.length === 0) return new Map<string, WorkspaceRole>();
  const rows = await trx
    .selectFrom('workspace_members')
    .where('account_id', '=', accountId)
    .where('workspace_id', '=', workspaceId)
    .where('member_id', 'in', memberIds)
    .select(['member_id', 'role'])
    .execute();
  return new Map(rows.map((row) => [row.member_id, row.role]));
}

function toStanding(row: StandingRow): Standing | null {
  if (row.state === 'gone') return null;
  const { id, slug, name, kind, state, plan, period_end: dueOn } = row;
  const { link_id: linkId, link_kind: linkKind, p_id, p_slug, p_name, p_kind, p_state, p_plan } = row;
  const linked = linkId !== null && linkKind !== null && p_id !== null && p_slug !== null && p_name !== null;
  const above = linked && p_kind !== null && p_state !== null && p_state !== 'gone' && p_plan !== null;
  return {
    account: { id, slug, name, kind, state, plan, terms: toTerms(row), linked: toLinkedTerms(row), dueOn },
    membership: membershipOf({ id: row.m_id, role: row.m_role, state: row.m_state, modules: row.m_modules }),
    workspaceMember: (row.places ?? 0) > 0,
    place: null,
    parent: above
      ? {
          linkId,
          kind: linkKind,
          account: {
            id: p_id,
            slug: p_slug,
            name: p_name,
            kind: p_kind,
            state: p_state,
            plan: p_plan,
          },
          membership: membershipOf({
            id: row.pm_id,
            role: row.pm_role,
            state: row.pm_state,
            modules: row.pm_modules,
          }),
          granted: row.grant !== null,
        }
      : null,
  };
}

/** The column by which an account is named. */
const named = (reference: string) => (looksLikeId(reference) ? 'a.id' : 'a.slug');

export function accessStore(trx: Trx): AccessPort {
  return {
    authenticate: async (tokenHash, now) =>
      authenticated(trx, await findToken(trx, 't.hash', tokenHash), now),

    actorOfToken: async (tokenId, now) => authenticated(trx, await findToken(trx, 't.id', tokenId), now),

    async standing(actor, reference, within = null) {
      const row = await selectStandings(trx, [personOf(actor) ?? ''])
        .where(named(reference), '=', reference)
        .executeTakeFirst();
      const standing = row ? toStanding(row) : null;
      if (standing === null || within === null) return standing;
      const place = await findPlace(trx, standing, within);
      if (place === null || within.noun !== 'form' || within.reference === null)
        return { ...standing, place };
      const forms = await formStandings(trx, actor, standing.account.id, place, within.reference);
      return { ...standing, place, forms };
    },

    async standings(actor, accountIds) {
      if (accountIds.length === 0) return [];
      const ids = jsonRows(
        trx,
        'r',
        { id: 'text' },
        accountIds.map((id) => ({ id })),
      );
      const rows = await selectStandings(trx, [personOf(actor) ?? ''])
        .where('a.id', 'in', (eb) => eb.selectFrom(ids).select('r.id'))
        .execute();
      return rows.flatMap((row) => toStanding(row) ?? []);
    },

    async standingsNamed(actor, references) {
      const ids = references.filter(looksLikeId);
      const slugs = references.filter((reference) => !looksLikeId(reference));
      const rows = await selectStandings(trx, [personOf(actor) ?? ''])
        .where((eb) => eb.or([eb('a.id', 'in', inIds(trx, ids)), eb('a.slug', 'in', inIds(trx, slugs))]))
        .execute();
      const found = new Map<string, Standing>();
      for (const row of rows) {
        const standing = toStanding(row);
        if (standing) found.set(row.id, standing).set(row.slug, standing);
      }
      return new Map(
        references.flatMap((reference) => {
          const standing = found.get(reference);
          return standing ? [[reference, standing] as const] : [];
        }),
      );
    },

    async standingsOf(userIds, reference, within = null) {
      const found = new Map<string, Standing>();
      if (userIds.length === 0) return found;
      const rows = await selectStandings(trx, userIds).where(named(reference), '=', reference).execute();
      for (const row of rows) {
        const standing = toStanding(row);
        if (standing && row.user_id !== null) found.set(row.user_id, standing);
      }
      const [first] = found.values();
      if (!first || within === null) return found;
      const place = await findPlace(trx, { ...first, membership: null }, within);
      const members = [...found.values()].flatMap(({ membership }) => membership?.memberId ?? []);
      const roles = place && (await rolesAt(trx, first.account.id, place.workspaceId, members));
      for (const [userId, standing] of found) {
        const role = roles?.get(standing.membership?.memberId ?? '') ?? null;
        found.set(userId, { ...standing, place: place && { ...place, role } });
      }
      return found;
    },
  };
}
