import { describe, expect, test } from 'vitest';
import { graphOf } from '../../../src/estate/apply/steps.ts';
import { type Change, keyOf } from '../../../src/estate/changes.ts';
import { applyWorld, change, invited, reviewed, told } from './apply.world.ts';

/** Everything that a change waits for, points in between walked through. */
function waitsFor(changes: readonly Change[], one: Change): { needs: string[]; after: string[] } {
  const { nodes } = graphOf(changes);
  const names = new Map(
    changes.map((change) => [keyOf(change), `${change.kind} ${change.key || change.account}`]),
  );
  const walk = (keys: readonly string[]): string[] =>
    keys.flatMap((key) => {
      const node = nodes.get(key);
      if (names.has(key)) return [names.get(key) ?? ''];
      return node === undefined ? [] : walk([...node.needs, ...node.after]);
    });
  const node = nodes.get(keyOf(one));
  return {
    needs: walk(node?.needs ?? []).toSorted(),
    after: walk(node?.after ?? []).toSorted(),
  };
}

const acme = change({ kind: 'account', fields: { plan: 'business' } });
const dev = change({ kind: 'account', account: 'acme-dev', fields: { master: 'acme' } });
const ops = change({ kind: 'workspace', key: 'ops' });
const eve = invited('eve@x.example');
const placed = change({ kind: 'workspace_member', key: 'ops/eve@x.example', fields: { role: 'viewer' } });
const upgrade = change({ op: 'update', kind: 'plan', fields: { plan: 'business' } });

describe('what waits for what', () => {
  test.each<[string, Change, Change[], string[], string[]]>([
    ['a managed account for its master', dev, [acme], ['account acme'], []],
    ['a managed account for the plan that allows it', dev, [upgrade], [], ['plan acme']],
    ['a workspace for its account and not for others', ops, [acme, dev], ['account acme'], []],
    ['who is invited for the places of the invitation', eve, [ops, placed], ['workspace ops'], []],
    ['a place like the invitation that takes it along', placed, [ops, eve], ['workspace ops'], []],
    [
      'a place of somebody who is there for the workspace',
      placed,
      [ops, change({ op: 'update', kind: 'member', key: 'eve@x.example', fields: { state: 'active' } })],
      ['workspace ops'],
      ['member eve@x.example'],
    ],
    [
      'who is invited for who frees a seat',
      eve,
      [change({ op: 'update', kind: 'member', key: 'bob@x.example', fields: { state: 'deactivated' } })],
      [],
      ['member bob@x.example'],
    ],
    [
      'members for the children that they are granted',
      invited('a@x.example', { children: ['acme-dev'] }),
      [dev],
      ['account acme-dev'],
      [],
    ],
    [
      'the path for its accounts',
      change({ kind: 'promotion_path', fields: { accounts: ['acme-dev'] } }),
      [dev],
      ['account acme-dev'],
      [],
    ],
    [
      'a plan for the account that it is of',
      upgrade,
      [change({ op: 'update', kind: 'account', fields: { name: 'A' } })],
      [],
      ['account acme'],
    ],
    [
      'a removed workspace for all that is made, and for what was in it',
      change({ op: 'delete', kind: 'workspace', key: 'old' }),
      [ops, change({ op: 'delete', kind: 'parser', key: 'old/a' })],
      ['workspace ops'],
      ['parser old/a'],
    ],
    [
      'a removed parser for who copies it elsewhere',
      change({ op: 'delete', kind: 'parser', key: 'default/a' }),
      [
        change({
          kind: 'parser',
          account: 'acme-dev',
          key: 'default/a',
          fields: { copy_from: { account: 'acme', workspace: 'default', name: 'a' } },
        }),
      ],
      [],
      ['parser default/a'],
    ],
    [
      'who is removed only waits for who is invited',
      change({ op: 'delete', kind: 'member', key: 'b@x.example' }),
      [eve],
      [],
      ['member eve@x.example'],
    ],
  ])('%s', (_, one, others, needs, after) => {
    expect(waitsFor([one, ...others], one)).toEqual({ needs, after });
  });

  test('many people are one step an account, and edges grow with changes, not with their square', () => {
    const people = Array.from({ length: 2000 }, (_, at) => invited(`p${at}@x.example`));
    const gone = Array.from({ length: 500 }, (_, at) =>
      change({ op: 'delete', kind: 'parser', key: `default/p${at}` }),
    );
    const { steps, nodes } = graphOf([...people, ...gone]);
    expect(steps).toHaveLength(501);
    const edges = [...nodes.values()].reduce((sum, { needs, after }) => sum + needs.length + after.length, 0);
    expect(edges).toBeLessThan(3 * 2500 + 10);
  });
});

test('what waits for itself is told, and all else is done', async () => {
  const { apply } = await applyWorld();
  const copy = (key: string, name: string) =>
    change({ kind: 'parser', key, fields: { copy_from: { account: 'acme', workspace: 'default', name } } });
  const done = await apply(
    reviewed([copy('default/a', 'b'), copy('default/b', 'a'), invited('eve@x.example')]),
  );
  expect(told(done)).toEqual([
    'create parser default/a: failed circular',
    'create parser default/b: failed circular',
    'create member eve@x.example: done',
  ]);
});
