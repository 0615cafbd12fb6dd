import { describe, expect, it } from 'vitest';
import type { AccountKind, AccountRole, Module } from '../../src/contract/limits.ts';
import { type OperationId, operationIds, operationOf } from '../../src/contract/operations.ts';
import { pathParams } from '../../src/contract/shapes.ts';
import {
  type AccountFacts,
  accessTable,
  canSee,
  type Decision,
  decide,
  isMaster,
  type Standing,
} from '../../src/server/domain/access.ts';
import type { Actor } from '../../src/server/domain/actor.ts';

const who = {
  userId: 'usr_a',
  email: 'a@acme.example',
  tokenId: 'tok_a',
  expiresAt: '2027-01-01T00:00:00.000Z',
};
const session: Actor = { kind: 'user', ...who, sessionId: 'ses_a' };
const staff: Actor = { kind: 'staff', ...who, name: 's' };
const anonymous: Actor = { kind: 'anonymous' };
const api = (role: AccountRole, modules: Module[] = [], accountId = 'acc_a'): Actor => ({
  kind: 'api',
  ...who,
  name: 't',
  accountId,
  role,
  modules,
});
const owned = (role: AccountRole, modules: Module[] = [], accountId = 'acc_a'): Actor => ({
  kind: 'account_token',
  tokenId: 'tok_b',
  name: 'ci',
  accountId,
  role,
  modules,
  expiresAt: who.expiresAt,
});

const facts = (id: string, kind: AccountKind, state: AccountFacts['state'] = 'active'): AccountFacts => ({
  id,
  slug: id.replace('_', '-'),
  name: id,
  kind,
  state,
  plan: 'basic',
});

const membership = (
  role: AccountRole,
  modules: Module[] = [],
  state: 'active' | 'deactivated' = 'active',
) => ({
  memberId: 'mbr_a',
  role,
  state,
  modules,
});

function standing(
  own: Standing['membership'],
  more: {
    kind?: AccountKind;
    state?: AccountFacts['state'];
    parent?: Standing['parent'];
    places?: boolean;
  } = {},
): Standing {
  return {
    account: facts('acc_a', more.kind ?? 'standard', more.state),
    membership: own,
    workspaceMember: more.places ?? false,
    place: null,
    parent: more.parent ?? null,
  };
}

const above = (
  own: Standing['membership'],
  state: AccountFacts['state'] = 'active',
  kind: 'managed' | 'sub' = 'managed',
): Standing['parent'] => ({
  linkId: 'lnk_a',
  kind,
  account: facts('acc_m', 'standard', state),
  membership: own,
  granted: false,
});

const onAccount = operationIds.filter((id) => pathParams(id).includes('account'));
const allowed = (
  actor: Actor,
  where: Standing | null,
  among: readonly OperationId[] = onAccount,
): OperationId[] => among.filter((id) => decide(actor, id, where).allowed);

const said = (decision: Decision) => (decision.allowed ? decision.as : decision.code);

describe('the table', () => {
  it('has a rule for every operation, and public ones are those of the contract', () => {
    expect(Object.keys(accessTable).sort()).toEqual([...operationIds].sort());
    const open = operationIds.filter((id) =>
      (accessTable[id].grants as readonly string[]).includes('public'),
    );
    expect(open).toEqual(operationIds.filter((id) => operationOf(id).public));
  });

  it('allows nobody anything in an account they have nothing to do with, and does not let them see it', () => {
    for (const actor of [session, api('admin', [], 'acc_x'), owned('admin', [], 'acc_x')]) {
      expect(allowed(actor, standing(null))).toEqual([]);
      expect(canSee(actor, standing(null))).toBe(false);
    }
    expect(decide(session, 'accounts.show', standing(null))).toMatchObject({
      allowed: false,
      unseen: 'account',
    });
  });

  it('tells the anonymous to sign in', () => {
    expect(new Set(onAccount.map((id) => said(decide(anonymous, id, standing(null)))))).toEqual(
      new Set(['unauthenticated']),
    );
  });
});

describe('a deactivated member', () => {
  it('has no right and no view, whatever the role was, by session or token', () => {
    const where = standing(membership('admin', [], 'deactivated'));
    for (const actor of [session, api('admin')]) {
      expect(allowed(actor, where)).toEqual([]);
      expect(canSee(actor, where)).toBe(false);
    }
  });
});

describe('a user', () => {
  it('may look at the account and leave, and with settings change some of it; no other module opens more', () => {
    const none = ['accounts.show', 'accounts.leave', 'access.matrix'];
    expect(allowed(session, standing(membership('user')))).toEqual(none);
    for (const module of ['parsers', 'forms', 'contacts', 'messages', 'reports'] as const) {
      expect(allowed(session, standing(membership('user', [module])))).toEqual(none);
    }
    const settings = ['accounts.show', 'accounts.update', 'accounts.leave', 'access.matrix'];
    expect(allowed(session, standing(membership('user', ['settings'])))).toEqual(settings);
  });
});

describe('roles of an organization', () => {
  const org = { kind: 'organization' } as const;
  it('read the members, and only a place in a workspace opens workspaces (R26)', () => {
    const reads = ['accounts.show', 'accounts.leave', 'members.list', 'members.show'];
    for (const role of ['billing_admin', 'member'] as const) {
      expect(allowed(session, standing(membership(role), org))).toEqual([...reads, 'access.matrix']);
      expect(allowed(session, standing(membership(role), { ...org, places: true }))).toEqual([
        ...reads,
        'workspaces.list',
        'workspaces.show',
        'access.matrix',
      ]);
    }
  });

  it('do not delete it: staff do (R27)', () => {
    expect(said(decide(session, 'accounts.delete', standing(membership('super_admin'), org)))).toBe(
      'forbidden',
    );
    expect(said(decide(staff, 'accounts.delete', standing(null, org)))).toBe('staff');
    expect(said(decide(staff, 'accounts.delete', standing(null)))).toBe('forbidden');
  });
});

describe('a master', () => {
  it('administers a managed account from outside, but for what only its own people do', () => {
    const where = standing(null, { parent: above(membership('admin')) });
    const never = ['account_tokens.list', 'account_tokens.create', 'account_tokens.revoke', 'accounts.leave'];
    const staffs = ['accounts.lock', 'accounts.unlock'];
    const content = ['workspaces.list', 'workspaces.show'];
    expect(onAccount.filter((id) => !decide(session, id, where).allowed).sort()).toEqual(
      [...never, ...staffs, ...content].sort(),
    );
    expect(isMaster(session, where)).toBe(true);
  });

  it('is its administrators and tokens only, and only while it is active (D16)', () => {
    const none: [Actor, Standing['parent']][] = [
      [session, above(membership('user', ['settings']))],
      [session, above(membership('admin', [], 'deactivated'))],
      [session, above(membership('admin'), 'suspended')],
      [session, above(membership('admin'), 'active', 'sub')],
      [api('user', [], 'acc_m'), above(membership('user'))],
      [owned('user', [], 'acc_m'), above(null)],
      [api('admin', [], 'acc_m'), above(membership('user'))],
    ];
    for (const [actor, parent] of none) {
      expect(allowed(actor, standing(null, { parent }))).toEqual([]);
      expect(isMaster(actor, standing(null, { parent }))).toBe(false);
    }
    for (const actor of [api('admin', [], 'acc_m'), owned('admin', [], 'acc_m')]) {
      expect(isMaster(actor, standing(null, { parent: above(membership('admin')) }))).toBe(true);
    }
  });

  it('deletes a managed account; the account’s own administrators do not', () => {
    const parent = above(membership('admin'));
    expect(said(decide(session, 'accounts.delete', standing(null, { parent })))).toBe('master');
    const own = standing(membership('admin'), { parent: above(null) });
    expect(said(decide(session, 'accounts.delete', own))).toBe('forbidden');
    expect(said(decide(session, 'accounts.delete', standing(membership('admin'))))).toBe('admin');
  });
});

describe('tokens', () => {
  it('of a member never exceed what the member may now (D24)', () => {
    const settings = standing(membership('user', ['settings']));
    expect(said(decide(api('admin'), 'members.list', settings))).toBe('forbidden');
    expect(said(decide(api('admin'), 'accounts.update', settings))).toBe('settings');
    expect(said(decide(api('user', ['forms']), 'accounts.update', settings))).toBe('forbidden');
    expect(said(decide(api('user', ['forms']), 'accounts.update', standing(membership('admin'))))).toBe(
      'forbidden',
    );
    expect(said(decide(api('admin'), 'members.list', standing(membership('admin'))))).toBe('admin');
  });

  it('make no tokens and leave nothing', () => {
    for (const actor of [api('admin'), owned('admin')]) {
      expect(said(decide(actor, 'account_tokens.create', standing(membership('admin'))))).toBe('forbidden');
      expect(said(decide(actor, 'accounts.leave', standing(membership('admin'))))).toBe('forbidden');
    }
  });
});

describe('a suspended account', () => {
  const state = { state: 'suspended' } as const;
  it('is read by its administrators and changed by nobody; one may leave or delete it', () => {
    const reads = onAccount.filter(
      (id) =>
        operationOf(id).method === 'GET' ||
        id === 'batches.check' ||
        id === 'accounts.leave' ||
        id === 'accounts.delete',
    );
    expect(allowed(session, standing(membership('admin'), state))).toEqual(
      onAccount.filter((id) => reads.includes(id)),
    );
    expect(said(decide(session, 'accounts.update', standing(membership('admin'), state)))).toBe(
      'account_suspended',
    );
    expect(allowed(session, standing(membership('user', ['settings']), state))).toEqual([
      'accounts.leave',
      'access.matrix',
    ]);
  });

  it('answers no token of its own, and its master may still activate it', () => {
    for (const actor of [api('admin'), owned('admin')]) {
      expect(
        allowed(
          actor,
          standing(membership('admin'), state),
          onAccount.filter((id) => operationOf(id).method === 'GET'),
        ),
      ).toEqual([]);
    }
    const below = standing(null, { ...state, parent: above(membership('admin')) });
    expect(said(decide(session, 'accounts.activate', below))).toBe('master');
    expect(said(decide(session, 'accounts.show', below))).toBe('master');
    expect(said(decide(session, 'members.remove', below))).toBe('account_suspended');
  });
});

describe('the chain of every decision', () => {
  const places: readonly (Standing | null)[] = [
    null,
    standing(null),
    standing(membership('user', ['settings'])),
    standing(membership('admin', [], 'deactivated')),
    standing(membership('admin'), { state: 'suspended' }),
    standing(membership('member'), { kind: 'organization', places: true }),
    standing(null, { parent: above(membership('admin')) }),
    standing(null, { parent: above(membership('admin'), 'suspended') }),
  ];
  const delegation: Actor = {
    kind: 'delegation',
    ...who,
    accountId: 'acc_a',
    masterId: 'acc_m',
    role: 'admin',
    modules: [],
    mode: 'read_only',
  };
  const actors = [session, staff, anonymous, api('admin'), owned('user', ['settings']), delegation];
  const decisions = actors.flatMap((actor) =>
    places.flatMap((where) =>
      operationIds.flatMap((id) => [decide(actor, id, where), decide(actor, id, where, true)]),
    ),
  );

  it('comes to what was decided: every must, and one of the ways in', () => {
    const holds = ({ chain }: Decision) =>
      chain.every(({ need, ok }) => need !== 'must' || ok) &&
      chain.some(({ need, ok }) => need === 'one_of' && ok);
    expect(decisions.filter((decision) => holds(decision) !== decision.allowed)).toEqual([]);
    expect(new Set(decisions.map(({ allowed }) => allowed))).toEqual(new Set([true, false]));
  });

  it('holds every reason that is given, but for the first sentence, which says who is meant', () => {
    const beyond = decisions.flatMap(({ reasons, chain }) =>
      reasons.filter(
        ({ check, ok, text }) =>
          check !== 'membership' &&
          !chain.some((link) => link.check === check && link.ok === ok && link.text === text),
      ),
    );
    expect(beyond).toEqual([]);
  });

  it('names what it looked at, in order', () => {
    const where = standing(membership('user', ['forms']), { parent: above(null) });
    expect(
      decide(delegation, 'accounts.update', where).chain.map(({ check, ok, need }) => [check, ok, need]),
    ).toEqual([
      ['credential', true, 'fact'],
      ['account_state', true, 'must'],
      ['membership', true, 'fact'],
      ['link', true, 'fact'],
      ['admin', true, 'one_of'],
      ['settings', false, 'one_of'],
      ['master', false, 'one_of'],
      ['delegation', true, 'must'],
      ['read_only', false, 'must'],
    ]);
  });
});

describe('every refusal', () => {
  it('says why', () => {
    const places = [
      standing(null),
      standing(membership('user')),
      standing(membership('owner'), { kind: 'personal' }),
    ];
    const silent = places.flatMap((where) =>
      operationIds.filter((id) => {
        const decision = decide(session, id, where);
        return !decision.allowed && !decision.reasons.some((reason) => !reason.ok && reason.text !== '');
      }),
    );
    expect(silent).toEqual([]);
  });
});
