import { describe, expect, test } from 'vitest';
import { type Change, keyOf } from '../../src/estate/changes.ts';
import { type Estate, noEstate } from '../../src/estate/model.ts';
import { settledIn } from '../../src/estate/moved.ts';
import { change, invited, reviewed } from './apply.world.ts';

const acme = {
  account: 'acme',
  id: 'acc_1',
  revision: 3,
  name: 'Acme',
  plan: 'business',
  labels: { env: 'prod' },
};
const bob = {
  account: 'acme',
  email: 'bob@x.example',
  id: 'mbr_1',
  revision: 2,
  role: 'user',
  modules: [],
  children: [],
  state: 'active',
} as const;

const verdict = (one: Change, live: Partial<Estate>): string => {
  try {
    const settled = settledIn(reviewed([one], { accounts: { acme: 'acc_1' } }), 'changes.json', {
      ...noEstate,
      accounts: [acme],
      ...live,
    });
    return settled.has(keyOf(one)) ? 'settled' : 'to do';
  } catch (thrown) {
    return thrown instanceof Error ? `moved: ${thrown.message}` : String(thrown);
  }
};

const moved = 'moved: 1 of what changes.json changes moved since it was reviewed';
const workspace = (name: string, revision = 1) => ({
  account: 'acme',
  workspace: 'ops',
  id: 'wsp_1',
  revision,
  name,
});

describe('what was to be made', () => {
  const ops = change({ kind: 'workspace', key: 'ops', fields: { name: 'Operations' } });
  test.each([
    ['is not there', ops, {}, 'to do'],
    ['was made by an earlier run', ops, { workspaces: [workspace('Operations')] }, 'settled'],
    ['was made by somebody otherwise', ops, { workspaces: [workspace('Ops')] }, moved],
  ])('%s', (_, one, live, expected) => {
    expect(verdict(one, live)).toBe(expected);
  });

  const eve = invited('bob@x.example', { role: 'user', modules: [], state: 'active' });
  const was = (state: 'pending' | 'expired' | 'declined' | 'removed', id: string) => ({
    members: [{ ...bob, id, state }],
  });
  test.each([
    ['an invitation that is out', eve, was('pending', 'inv_1'), 'settled'],
    [
      'one that is out with another role',
      { ...eve, fields: invited('', { role: 'admin' }).fields },
      was('pending', 'inv_1'),
      moved,
    ],
    ['one who declined as reviewed', { ...eve, id: 'inv_1' }, was('declined', 'inv_1'), 'to do'],
    ['one who declined since', eve, was('declined', 'inv_1'), moved],
    ['one who was removed since', eve, was('removed', 'mbr_1'), moved],
    ['one whose invitation has expired since', { ...eve, id: 'inv_0' }, was('expired', 'inv_1'), moved],
    [
      'one whose invitation had expired as reviewed',
      { ...eve, id: 'inv_1' },
      was('expired', 'inv_1'),
      'to do',
    ],
  ])('%s', (_, one, live, expected) => {
    expect(verdict(one, live)).toBe(expected);
  });
});

describe('what was to be changed', () => {
  const rename: Change = {
    ...change({ op: 'update', kind: 'workspace', key: 'ops', id: 'wsp_1', revision: 1 }),
    fields: [{ name: 'name', before: 'Ops', after: 'Operations' }],
  };
  test.each([
    ['is as reviewed', workspace('Ops'), 'to do'],
    ['is so already', workspace('Operations', 2), 'settled'],
    ['was changed to something else', workspace('Opus', 2), moved],
    ['is another one by that name', { ...workspace('Ops'), id: 'wsp_2' }, moved],
  ])('%s', (_, there, expected) => {
    expect(verdict(rename, { workspaces: [there] })).toBe(expected);
  });

  test('is not there any more', () => {
    expect(verdict(rename, {})).toBe(moved);
  });

  test('half of it was done when a run was cut', () => {
    const both: Change = {
      ...change({ op: 'update', kind: 'member', key: 'bob@x.example', id: 'mbr_1', revision: 1 }),
      fields: [
        { name: 'role', before: 'admin', after: 'user' },
        { name: 'state', before: 'active', after: 'deactivated' },
      ],
    };
    expect(verdict(both, { members: [bob] })).toBe('to do');
    expect(verdict(both, { members: [{ ...bob, role: 'admin' }] })).toBe(moved);
  });

  const plan: Change = {
    ...change({ op: 'update', kind: 'plan' }),
    fields: [{ name: 'plan', before: 'business', after: 'basic' }],
  };
  test.each([
    ['business', 'to do'],
    ['basic', 'settled'],
    ['professional', moved],
  ])('a plan that is %s', (now, expected) => {
    expect(verdict(plan, { accounts: [{ ...acme, plan: now }] })).toBe(expected);
  });
});

describe('what was to be removed', () => {
  const removal = change({ op: 'delete', kind: 'member', key: 'bob@x.example', id: 'mbr_1', revision: 2 });
  test.each([
    ['is as reviewed', [bob], 'to do'],
    ['was changed since', [{ ...bob, revision: 3 }], moved],
    ['is gone', [], 'settled'],
    ['was removed by hand', [{ ...bob, state: 'removed' as const }], 'settled'],
  ])('%s', (_, members, expected) => {
    expect(verdict(removal, { members })).toBe(expected);
  });
});

test('an account that bears the name of the reviewed one is not it', () => {
  const one = change({ kind: 'workspace', key: 'ops', fields: { name: 'Operations' } });
  expect(verdict(one, { accounts: [{ ...acme, id: 'acc_2' }] })).toBe(moved);
});
