import { describe, expect, test } from 'vitest';
import { contentDigest } from '../../../src/contract/parser-digest.ts';
import { settledIn } from '../../../src/estate/apply/moved.ts';
import { type Change, keyOf } from '../../../src/estate/changes.ts';
import { type Estate, noEstate } from '../../../src/estate/model.ts';
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

describe('an invitation with places', () => {
  const offer = (after: string[]): Change => ({
    ...change({ op: 'update', kind: 'member', key: 'bob@x.example', id: 'inv_1', revision: 1 }),
    fields: [
      { name: 'role', before: 'member', after: 'member' },
      { name: 'workspaces', before: placed('ops'), after: placed(...after) },
    ],
  });
  const placed = (...slugs: string[]) => slugs.map((workspace) => ({ workspace, role: 'viewer' }));
  const invitedTo = (id: string, ...slugs: string[]): Partial<Estate> => ({
    members: [{ ...bob, role: 'member', state: 'pending', id, revision: 1 }],
    workspace_members: slugs.map((workspace) => ({
      account: 'acme',
      workspace,
      email: 'bob@x.example',
      role: 'viewer',
    })),
  });
  test.each([
    ['offers what was reviewed', invitedTo('inv_1', 'ops'), 'to do'],
    ['offers the other places already', invitedTo('inv_2', 'dev', 'ops'), 'settled'],
    ['is another one without them', invitedTo('inv_2', 'ops'), moved],
  ])('%s', (_, live, expected) => {
    expect(verdict(offer(['dev', 'ops']), live)).toBe(expected);
  });

  const first = invited('bob@x.example', { role: 'member', workspaces: placed('ops') });
  test.each([
    ['was sent with its places', invitedTo('inv_1', 'ops'), 'settled'],
    ['was sent by somebody else with others', invitedTo('inv_1', 'dev'), moved],
  ])('%s', (_, live, expected) => {
    expect(verdict(first, live)).toBe(expected);
  });
});

describe('a parser that only its digest is known of', () => {
  const text = { document_type: 'invoice', description: null, definition: { fields: [] } };
  const from = { account: 'lab', workspace: 'default', name: 'Invoice' };
  const parser = (account: string, digest: string, revision: number) => ({
    account,
    workspace: 'default',
    name: 'Invoice',
    id: `prs_${account}`,
    digest,
    revision,
  });
  const copy = change({ kind: 'parser', key: 'default/Invoice', fields: { copy_from: from } });
  const again: Change = { ...copy, op: 'update', id: 'prs_acme', revision: 1 };
  const written: Change = {
    ...again,
    fields: change({ kind: 'parser', fields: { copy_from: from, ...text } }).fields,
  };
  const live = (mine: string, revision: number, source = 'new') => ({
    parsers: [parser('acme', mine, revision), parser('lab', source, 7)],
  });
  test.each([
    ['a copy that is not there', copy, { parsers: [parser('lab', 'new', 7)] }, 'to do'],
    ['a copy that was made by an earlier run', copy, live('new', 1), 'settled'],
    ['one that somebody made otherwise', copy, live('own', 1), moved],
    ['a copy that is as reviewed', again, live('old', 1), 'to do'],
    ['a copy that was brought up to date by an earlier run', again, live('new', 2), 'settled'],
    ['one that was changed by hand since', again, live('own', 2), moved],
    ['a text that was written by an earlier run', written, live(contentDigest(text), 2), 'settled'],
    ['a text that is as reviewed', written, live('old', 1), 'to do'],
    ['a text that was changed by hand', written, live('own', 2), moved],
  ])('%s', (_, one, there, expected) => {
    expect(verdict(one, there)).toBe(expected);
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
