import { describe, expect, test } from 'vitest';
import { type ChangeSet, changeSetText, mustBeOf, savedChangeSet } from '../../src/estate/changes.ts';
import { API, change, invited, reviewed } from './apply/apply.world.ts';

const set = reviewed([
  change({ kind: 'workspace', key: 'ops', fields: { name: 'Operations' } }),
  change({ op: 'conflict', kind: 'member', key: 'eve@x.example', mail: 'eve@x.example', note: 'declined' }),
  invited('bob@x.example'),
]);

const source = (text: string, name = 'changes.json') => ({ name, bytes: new TextEncoder().encode(text) });
const read = (text: string) => savedChangeSet(source(text));
const edited = (edit: (copy: ChangeSet) => object) => read(JSON.stringify(edit(structuredClone(set))));

describe('a saved change set', () => {
  test('is read as it was saved, a line a change', async () => {
    const text = changeSetText(set);
    expect(await read(text)).toEqual(set);
    expect(text.split('\n').filter((line) => line.includes('"op":"'))).toHaveLength(3);
    expect(changeSetText((await read(text)) ?? set)).toBe(text);
  });

  test('counts what it does; nobody is mailed by a conflict', () => {
    expect(set.totals).toEqual({ create: 2, update: 0, delete: 0, conflict: 1, mails: 1 });
    expect(changeSetText(reviewed([]))).toContain('"changes": []');
  });

  test('has the digest of its content, in whatever order its fields stand', async () => {
    const { digest, schema, ...rest } = set;
    expect(await read(JSON.stringify({ digest, ...rest, schema }))).toEqual(set);
    const later = reviewed(set.changes, { made_at: '2026-03-02T09:00:00.001Z' });
    expect(later.digest).not.toBe(digest);
  });

  test.each<[string, (copy: ChangeSet) => object]>([
    [
      'another value',
      (copy) => ({ ...copy, changes: copy.changes.map((one) => ({ ...one, account: 'other' })) }),
    ],
    ['one change less', (copy) => ({ ...copy, changes: copy.changes.slice(1) })],
    ['another server', (copy) => ({ ...copy, api: 'https://other.example' })],
    ['more to prune', (copy) => ({ ...copy, choices: { ...copy.choices, reinvite: true } })],
    ['other counts of what is live', (copy) => ({ ...copy, live: { parser: 1000 } })],
  ])('edited by hand is refused: %s', async (_, edit) => {
    await expect(edited(edit)).rejects.toMatchObject({ outcome: 'usage', code: 'change_set_edited' });
  });

  test.each<[string, (copy: ChangeSet) => object]>([
    ['of another version', (copy) => ({ ...copy, schema: 'tenantctl/changes/v2' })],
    ['with something that nobody knows', (copy) => ({ ...copy, force: true })],
    [
      'of a kind that nobody knows',
      (copy) => ({ ...copy, changes: [{ ...copy.changes[0], kind: 'galaxy' }] }),
    ],
  ])('that cannot be read is refused with the place: %s', async (_, edit) => {
    const refusal = edited(edit);
    await expect(refusal).rejects.toMatchObject({ outcome: 'usage', code: 'bad_change_set' });
    await expect(refusal).rejects.toHaveProperty('details');
  });

  test.each(['schema: tenantctl/v1\naccounts: {}\n', '{"schema":"tenantctl/v1"}', '[]', 'null', ''])(
    'is not taken for one: %j',
    async (text) => {
      expect(await read(text)).toBeNull();
    },
  );

  test('is of the server and the account that it was made for', () => {
    expect(() => mustBeOf(set, 'changes.json', { api: API, account: 'acme' })).not.toThrow();
    const elsewhere = expect.objectContaining({ outcome: 'conflict', code: 'change_set_elsewhere' });
    expect(() => mustBeOf(set, 'changes.json', { api: 'https://prod.example', account: 'acme' })).toThrow(
      elsewhere,
    );
    expect(() => mustBeOf(set, 'changes.json', { api: API, account: 'other' })).toThrow(elsewhere);
    expect(() => mustBeOf(set, 'changes.json', { api: API, account: null })).toThrow(elsewhere);
  });
});
