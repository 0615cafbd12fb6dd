import { describe, expect, test } from 'vitest';
import { brake, shareOf } from '../../../src/estate/apply/brakes.ts';
import type { Change } from '../../../src/estate/changes.ts';
import { change, reviewed } from './apply.world.ts';

const parsers = (count: number): Change[] =>
  Array.from({ length: count }, (_, at) => change({ op: 'delete', kind: 'parser', key: `default/p${at}` }));

const free = { maxDeletes: 1000, maxShare: 100 };

const refusal = (work: () => void): unknown => {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  return 'nothing was refused';
};

describe('before anything is sent', () => {
  test('nothing outside the named accounts is touched', () => {
    const set = reviewed([change({ kind: 'workspace', account: 'other', key: 'ops' })], {
      accounts: { acme: 'acc_1' },
    });
    expect(refusal(() => brake(set, free))).toMatchObject({ outcome: 'usage', code: 'unnamed_account' });
  });

  test.each([
    ['workspace', change({ op: 'delete', kind: 'workspace', key: 'ops' })],
    ['permission_set', change({ op: 'delete', kind: 'permission_set', key: 'readers' })],
    ['member', change({ op: 'delete', kind: 'member', key: 'a@x.example', id: 'mbr_1' })],
    ['invite', change({ op: 'delete', kind: 'member', key: 'a@x.example', id: 'inv_1' })],
    ['workspace_member', change({ op: 'delete', kind: 'workspace_member', key: 'ops/a@x.example' })],
    ['parser', change({ op: 'delete', kind: 'parser', key: 'default/a' })],
  ] as const)('%s: removed only if --prune names it', (kind, deletion) => {
    const live = { [deletion.kind]: 100 };
    const agreed = (prune: (typeof kind)[]) =>
      reviewed([deletion], { live, choices: { prune, renew_expired: false, reinvite: false } });
    expect(refusal(() => brake(agreed([]), free))).toMatchObject({ outcome: 'conflict', code: 'not_pruned' });
    expect(() => brake(agreed([kind]), free)).not.toThrow();
  });

  test('an account is never removed', () => {
    const set = reviewed([change({ op: 'delete', kind: 'account' })], { live: { account: 100 } });
    expect(refusal(() => brake(set, free))).toMatchObject({ code: 'not_pruned', hint: undefined });
  });

  test('by default nothing at all is removed', () => {
    const set = reviewed(parsers(1), { live: { parser: 100 } });
    expect(refusal(() => brake(set, { maxDeletes: 0, maxShare: 10 }))).toMatchObject({
      outcome: 'conflict',
      code: 'too_many_deletes',
      hint: 'the same command with --max-deletes 1, if that is meant',
    });
  });

  test('as many as --max-deletes allows, and not one more', () => {
    const set = reviewed(parsers(3), { live: { parser: 100 } });
    expect(() => brake(set, { maxDeletes: 3, maxShare: 10 })).not.toThrow();
    expect(refusal(() => brake(set, { maxDeletes: 2, maxShare: 10 }))).toMatchObject({
      code: 'too_many_deletes',
    });
  });

  test('no larger a share of a kind than --max-share, though --max-deletes would allow it', () => {
    const of = (live: number) => reviewed(parsers(10), { live: { parser: live, workspace: 1_000_000 } });
    expect(() => brake(of(100), { maxDeletes: 10, maxShare: 10 })).not.toThrow();
    expect(refusal(() => brake(of(99), { maxDeletes: 10, maxShare: 10 }))).toMatchObject({
      outcome: 'conflict',
      code: 'too_large_share',
      hint: 'the same command with --max-share 11%, if that is meant',
    });
    expect(refusal(() => brake(of(0), { maxDeletes: 10, maxShare: 100 }))).toMatchObject({
      code: 'too_large_share',
    });
  });

  test.each([
    ['10%', 10],
    ['10', 10],
    ['0.5%', 0.5],
    ['100%', 100],
    ['0', 0],
  ])('a share: %s', (flag, share) => {
    expect(shareOf(flag)).toBe(share);
  });

  test.each(['101%', '-1%', 'ten', '', '10%%', '1e1%'])('no share: %j', (flag) => {
    expect(refusal(() => shareOf(flag))).toMatchObject({ outcome: 'usage', code: 'invalid_value' });
  });
});
