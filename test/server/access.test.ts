import { describe, expect, it } from 'vitest';
import { keysOf } from '../../src/contract/keys.ts';
import type { AccountKind, AccountRole, KeyRole, Module, WorkspaceRole } from '../../src/contract/limits.ts';
import { type OperationId, operationIds, operationOf, operations } from '../../src/contract/operations.ts';
import { pathParams } from '../../src/contract/shapes.ts';
import {
  type AccountFacts,
  canSee,
  canSeePlace,
  type Decision,
  decide,
  isMaster,
  type Place,
  type Standing,
} from '../../src/server/domain/access.ts';
import { type Action, accessTable } from '../../src/server/domain/access-table.ts';
import type { Actor } from '../../src/server/domain/actor.ts';
import { held } from '../support/held.ts';

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
    place?: Place;
  } = {},
): Standing {
  return {
    account: held(facts('acc_a', more.kind ?? 'standard', more.state)),
    membership: own,
    workspaceMember: more.places ?? false,
    place: more.place ?? null,
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

const actions: readonly Action[] = keysOf(accessTable);
const onAccount = operationIds.filter((id) => pathParams(id).includes('account'));
const allowed = (
  actor: Actor,
  where: Standing | null,
  among: readonly OperationId[] = onAccount,
): OperationId[] => among.filter((id) => decide(actor, id, where).allowed);

const said = (decision: Decision) => (decision.allowed ? decision.as : decision.code);

describe('the table', () => {
  it('has a rule for every operation, and public ones are those of the contract', () => {
    const further = Object.keys(accessTable).filter((action) => !(action in operations));
    expect(
      Object.keys(accessTable)
        .filter((action) => action in operations)
        .sort(),
    ).toEqual([...operationIds].sort());
    expect(further.sort()).toEqual([
      'forms.list_shared',
      'parsers.copy_into',
      'resources.write_connector',
      'resources.write_job',
      'resources.write_workflow',
      'workspace_members.remove_other',
    ]);
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

/** What is done with parsers where one may read them, and where one may write them. */
const parserReads = ['list', 'diff', 'copy', 'show', 'revisions', 'revision'].map(
  (verb) => `parsers.${verb}`,
);
const formReads = ['forms.list', 'forms.show'];
const recordReads = ['records.list', 'records.show'];
const recordWrites = ['submit', 'update', 'delete'].map((verb) => `records.${verb}`);
const formWrites = ['create', 'save_copy', 'update', 'delete'].map((verb) => `forms.${verb}`);
const parserWrites = ['create', 'update', 'delete', 'rollback'].map((verb) => `parsers.${verb}`);

describe('a user', () => {
  it('may look at the account and leave, and with settings change some of it, with parsers work with them and resources', () => {
    const none = ['accounts.show', 'accounts.leave', 'access.matrix'];
    const resources = ['list', 'show', 'create', 'update', 'delete', 'run'].map(
      (verb) => `resources.${verb}`,
    );
    expect(allowed(session, standing(membership('user')))).toEqual(none);
    expect(allowed(session, standing(membership('user', ['parsers']))).sort()).toEqual(
      [...none, ...resources, ...parserReads, ...parserWrites].sort(),
    );
    expect(allowed(session, standing(membership('user', ['forms']))).sort()).toEqual(
      [...none, ...formReads, ...formWrites, ...recordReads, ...recordWrites].sort(),
    );
    // Of batches, those of contacts alone: which, the rule looks at (batch-rights.ts).
    const contacts = onAccount.filter((id) => /^(contacts|batches)\./.test(id));
    expect(allowed(session, standing(membership('user', ['contacts']))).sort()).toEqual(
      [...none, ...contacts].sort(),
    );
    // The right to the form besides, which its rule asks for.
    expect(allowed(session, standing(membership('user', ['messages']))).sort()).toEqual(
      [...none, 'forms.sms'].sort(),
    );
    expect(allowed(session, standing(membership('user', ['reports']))).sort()).toEqual(
      [...none, 'sub_accounts.list', 'sub_accounts.show', 'sub_accounts.usage'].sort(),
    );
    const settings = ['accounts.show', 'accounts.update', 'accounts.leave', 'access.matrix'];
    expect(allowed(session, standing(membership('user', ['settings'])))).toEqual(settings);
  });
});

describe('roles of an organization', () => {
  const org = { kind: 'organization' } as const;
  it('read the members, and only a place in a workspace opens workspaces (R26)', () => {
    const reads = ['accounts.show', 'accounts.leave', 'members.list', 'members.show'];
    const money = [
      'subscription.show',
      'subscription.preview',
      'subscription.change',
      'subscription.cancel_change',
      'billing.show',
      'credits.show',
      'credits.ledger',
      'credits.usage',
    ];
    const also = { billing_admin: money, member: [] };
    for (const role of ['billing_admin', 'member'] as const) {
      const anyway = [...reads, ...also[role], 'access.matrix'];
      expect(allowed(session, standing(membership(role), org)).sort()).toEqual(anyway.sort());
      // Their own place: of the others there is nothing to see for them.
      const placed = ['workspaces.list', 'workspaces.show', 'workspace_members.remove'];
      expect(allowed(session, standing(membership(role), { ...org, places: true })).sort()).toEqual(
        [...anyway, ...placed].sort(),
      );
    }
  });

  it('open in a workspace what its role says, each all of the one before, and to a billing_admin nothing', () => {
    const at = (role: WorkspaceRole, as: AccountRole = 'member') =>
      standing(membership(as), { ...org, place: { workspaceId: 'wsp_a', slug: 'ops', role } });
    const inside = actions.filter((action) => /^(resources|workspace_members|workspace_keys)\./.test(action));
    const opened = (role: WorkspaceRole) =>
      inside.filter((action) => decide(session, action, at(role)).allowed);
    const viewer = ['workspace_members.list', 'resources.list', 'resources.show'];
    const operator = ['create', 'update', 'delete', 'run', 'write_workflow', 'write_job'].map(
      (verb) => `resources.${verb}`,
    );
    const developer = [
      'resources.write_connector',
      'workspace_keys.list',
      'workspace_keys.create',
      'workspace_keys.delete',
    ];
    const admin = ['workspace_members.add', 'workspace_members.update', 'workspace_members.remove_other'];
    const sorted = (...lists: string[][]) => lists.flat().sort();
    expect(opened('viewer').sort()).toEqual(sorted(viewer));
    expect(opened('operator').sort()).toEqual(sorted(viewer, operator));
    expect(opened('developer').sort()).toEqual(sorted(viewer, operator, developer));
    expect(opened('workspace_admin').sort()).toEqual(sorted(viewer, operator, developer, admin));
    const billing = at('workspace_admin', 'billing_admin');
    expect(inside.filter((action) => decide(session, action, billing).allowed)).toEqual([]);
    expect(canSeePlace(session, billing)).toBe(true);
    expect(
      decide(session, 'resources.list', billing)
        .reasons.map(({ text }) => text)
        .join(),
    ).toContain('a billing_admin never acts in one');
  });

  it('of super_admins need no place in a workspace', () => {
    const where = standing(membership('super_admin'), {
      ...org,
      place: { workspaceId: 'wsp_a', slug: 'ops', role: null },
    });
    const inside = actions.filter((action) => /^(workspaces|resources|workspace_)/.test(action));
    expect(inside.filter((action) => !decide(session, action, where).allowed)).toEqual([]);
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
    // What it uses, and who pays for it, its own administrators read.
    const content = onAccount.filter((id) =>
      /^(workspaces|workspace_\w+|resources|forms|records|credits|contacts|sub_accounts|umbrella)\./.test(id),
    );
    // Of parsers a master copies and compares (R7); the path is its own.
    const parsers = onAccount.filter((id) => /^(parsers\.(?!copy$|diff$)|promotion_path)/.test(id));
    expect(onAccount.filter((id) => !decide(session, id, where).allowed).sort()).toEqual(
      [...never, ...staffs, ...content, ...parsers].sort(),
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

describe('a workspace’s key', () => {
  const key = (role: KeyRole, workspaceId = 'wsp_a', accountId = 'acc_a'): Actor => ({
    kind: 'key',
    tokenId: 'tok_k',
    name: 'bot',
    accountId,
    workspaceId,
    role,
    expiresAt: who.expiresAt,
  });
  const inside = (kind: AccountKind, state: AccountFacts['state'] = 'active') =>
    standing(null, { kind, state, place: { workspaceId: 'wsp_a', slug: 'ops', role: null } });
  const sees = [
    'accounts.show',
    'workspaces.list',
    'workspaces.show',
    'access.matrix',
    ...parserReads,
    ...formReads,
  ];

  it('does what its role says in its own workspace, in an account of any kind, and nothing outside', () => {
    for (const kind of ['personal', 'standard', 'organization'] as const) {
      const may = (role: KeyRole) => allowed(key(role), inside(kind)).filter((id) => !sees.includes(id));
      const viewer = ['workspace_members.list', 'resources.list', 'resources.show', ...recordReads];
      expect(may('viewer').filter((id) => id !== 'workspace_members.remove')).toEqual(viewer);
      expect(may('operator')).toContain('resources.run');
      expect(said(decide(key('operator'), 'resources.write_connector', inside(kind)))).toBe('forbidden');
      expect(said(decide(key('developer'), 'resources.write_connector', inside(kind)))).toBe('developer');
      expect(said(decide(key('developer'), 'workspace_members.remove_other', inside(kind)))).toBe(
        'forbidden',
      );
      // What makes credentials takes a person.
      expect(said(decide(key('developer'), 'workspace_keys.create', inside(kind)))).toBe('forbidden');
    }
    for (const other of [key('developer', 'wsp_b'), key('developer', 'wsp_a', 'acc_b')]) {
      const may = allowed(other, inside('organization'));
      expect(may.filter((id) => !sees.includes(id) && id !== 'workspace_members.remove')).toEqual([]);
      expect(canSeePlace(other, inside('organization'))).toBe(false);
    }
    expect(canSee(key('viewer', 'wsp_a', 'acc_b'), inside('organization'))).toBe(false);
  });

  it('is refused altogether while its account is suspended', () => {
    expect(allowed(key('developer'), inside('organization', 'suspended'))).toEqual([]);
  });
});

describe('a suspended account', () => {
  const state = { state: 'suspended' } as const;
  it('is read by its administrators and changed by nobody; one may leave or delete it', () => {
    const reads = onAccount.filter(
      (id) =>
        operationOf(id).method === 'GET' ||
        id === 'batches.check' ||
        id === 'subscription.preview' ||
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
    master: { id: 'acc_m', slug: 'acc-m', name: 'acc_m' },
    reason: 'to look',
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

describe('a delegation', () => {
  const by = (
    role: 'admin' | 'user',
    modules: Module[] = [],
    mode: 'full' | 'read_only' = 'full',
  ): Actor => ({
    kind: 'delegation',
    ...who,
    accountId: 'acc_a',
    master: { id: 'acc_m', slug: 'acc-m', name: 'm' },
    role,
    modules,
    mode,
    reason: 'r',
  });
  // Whatever the person is by themselves, in the account or above it.
  const places = [null, membership('admin')].map((own) =>
    standing(own, { parent: above(membership('admin')) }),
  );

  it('has an administrator’s rights or the modules, as far as the table lists it', () => {
    const listed = onAccount.filter((id) => 'delegated' in accessTable[id]);
    for (const where of places) {
      expect(allowed(by('admin'), where)).toEqual(listed);
      expect(allowed(by('user'), where)).toEqual(['accounts.show', 'access.matrix']);
      expect(allowed(by('user', ['settings']), where)).toEqual([
        'accounts.show',
        'accounts.update',
        'access.matrix',
      ]);
    }
  });

  it('changes nothing when it is read-only, but ends itself', () => {
    for (const where of places) {
      const changing = allowed(by('admin', [], 'read_only'), where).filter(
        (id) => operationOf(id).method !== 'GET',
      );
      expect(changing).toEqual([]);
    }
    expect(said(decide(by('admin', [], 'read_only'), 'auth.logout', null))).toBe('delegation');
  });

  it('is nobody in any other account', () => {
    const other = { ...by('admin'), accountId: 'acc_x' };
    for (const where of places) {
      expect(allowed(other, where)).toEqual([]);
      expect(canSee(other, where)).toBe(false);
      expect(isMaster(by('admin'), where)).toBe(false);
    }
  });

  it('is made by administrators of the master and whom it granted the account, in person or by their token', () => {
    const child = (granted: boolean, own: Standing['membership']) => {
      const parent = above(own);
      return standing(null, { parent: parent && { ...parent, granted } });
    };
    const made = (actor: Actor, where: Standing) => said(decide(actor, 'delegations.create', where));
    expect(made(session, child(false, membership('admin')))).toBe('master');
    expect(made(api('admin', [], 'acc_m'), child(false, membership('admin')))).toBe('master');
    expect(made(session, child(true, membership('user')))).toBe('granted');
    expect(made(session, child(false, membership('user')))).toBe('forbidden');
    expect(made(owned('admin', [], 'acc_m'), child(false, null))).toBe('forbidden');
    expect(made(session, standing(membership('admin')))).toBe('forbidden');
  });
});
