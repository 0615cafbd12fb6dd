import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentDigest } from '../../../src/contract/parser-digest.ts';
import type { Change } from '../../../src/estate/changes.ts';
import { compare } from '../../../src/estate/compare/compare.ts';
import type { Choices, Comparison, Known } from '../../../src/estate/compare/sides.ts';
import { wantedOf } from '../../../src/estate/compare/wanted-live.ts';
import type { Estate, EstateMember } from '../../../src/estate/model.ts';
import { noEstate, sortedEstate } from '../../../src/estate/model.ts';

const none: Choices = { prune: [], renew_expired: false, reinvite: false };

const estate = (parts: Partial<Estate>): Estate =>
  sortedEstate({
    ...noEstate,
    accounts: [{ account: 'acme', id: 'acc_1', revision: 3, master: null }],
    ...parts,
  });

const known = (
  live: Estate,
  { withheld = new Map(), mastered = new Set() }: Partial<Omit<Known, 'estate'>> = {},
): Known => ({ estate: live, withheld, mastered });

const person = (email: string, more: Partial<EstateMember> = {}): EstateMember => ({
  account: 'acme',
  email,
  id: `mem_${email}`,
  revision: 1,
  role: 'user',
  modules: [],
  children: [],
  state: 'active',
  ...more,
});

const wanted = (email: string, more: Partial<EstateMember> = {}): EstateMember => ({
  account: 'acme',
  email,
  role: 'user',
  modules: [],
  ...more,
});

/** `op kind key`, and what it says. */
const told = ({ changes }: Comparison): string[] =>
  changes.map(({ op, kind, key, note }) => `${op} ${kind} ${key}${note === null ? '' : `: ${note}`}`);

const people = (
  live: readonly EstateMember[],
  asked: readonly EstateMember[],
  choices: Partial<Choices> = {},
) => compare(estate({ members: [...asked] }), known(estate({ members: [...live] })), { ...none, ...choices });

describe('people', () => {
  it('who are there are changed by their fields, each with before and after', () => {
    const { changes } = people(
      [person('ann', { role: 'admin' }), person('bob')],
      [wanted('ann', { role: 'admin' }), wanted('bob', { modules: ['forms'], state: 'deactivated' })],
    );
    expect(changes).toEqual<Change[]>([
      {
        op: 'update',
        kind: 'member',
        account: 'acme',
        key: 'bob',
        fields: [
          { name: 'modules', before: [], after: ['forms'] },
          { name: 'state', before: 'active', after: 'deactivated' },
        ],
        id: 'mem_bob',
        revision: 1,
        note: null,
        mail: null,
      },
    ]);
  });

  it('who are not are invited, with their places, by the address as it was written', () => {
    const { changes } = compare(
      estate({
        members: [wanted('ann', { written: 'Ann', first_name: 'Ann' })],
        workspace_members: [{ account: 'acme', workspace: 'ops', email: 'ann', role: 'viewer' }],
      }),
      known(estate({})),
      none,
    );
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ op: 'create', mail: 'Ann', id: null });
    expect(changes[0]?.fields.map(({ name, after }) => [name, after])).toEqual([
      ['role', 'user'],
      ['modules', []],
      ['first_name', 'Ann'],
      ['workspaces', [{ workspace: 'ops', role: 'viewer' }]],
    ]);
  });

  it('who were invited are not mailed again, unless the offer is another one', () => {
    const waits = person('ann', { id: 'inv_1', state: 'pending' });
    expect(told(people([waits], [wanted('ann')]))).toEqual([]);
    const { changes } = people([waits], [wanted('ann', { modules: ['forms'] })]);
    expect(changes).toMatchObject([{ op: 'update', id: 'inv_1', mail: 'ann' }]);
    // All of the offer is said: what stays would be lost with the invitation that is taken back.
    expect(changes[0]?.fields.map(({ name }) => name)).toEqual(['role', 'modules', 'children']);
  });

  it('whose invitation has expired are told of, and invited anew only when that is asked for', () => {
    const late = person('ann', { id: 'inv_1', state: 'expired' });
    const left = people([late], [wanted('ann')]);
    expect([told(left), left.notes.map(({ text }) => text)]).toEqual([
      [],
      ['the invitation of ann has expired; --renew-expired sends it again'],
    ]);
    expect(people([late], [wanted('ann')], { renew_expired: true }).changes).toMatchObject([
      { op: 'create', id: 'inv_1', mail: 'ann' },
    ]);
  });

  it('who were removed or declined do not come back unasked', () => {
    for (const state of ['removed', 'declined'] as const) {
      const gone = person('ann', { id: 'x', state });
      expect(people([gone], [wanted('ann')]).changes).toMatchObject([
        { op: 'conflict', id: 'x', mail: null },
      ]);
      expect(people([gone], [wanted('ann')], { reinvite: true }).changes).toMatchObject([
        { op: 'create', id: 'x', mail: 'ann' },
      ]);
    }
  });

  it('are left alone where the file does not name them, and go only where that is asked for', () => {
    const live = [
      person('ann', { role: 'admin' }),
      person('bob'),
      person('cat', { state: 'pending', id: 'inv_1' }),
      person('dan', { state: 'removed' }),
    ];
    const ann = [wanted('ann', { role: 'admin' })];
    expect(told(people(live, ann))).toEqual([]);
    expect(told(people(live, ann, { prune: ['member'] }))).toEqual(['delete member bob']);
    expect(told(people(live, ann, { prune: ['invite'] }))).toEqual(['delete member cat']);
  });

  it('keep an administrator, whatever the file says', () => {
    const live = [person('ann', { role: 'admin' }), person('bob', { role: 'admin' })];
    const why = 'acme would be left without an administrator; make somebody else one first';
    expect(
      told(people(live, [wanted('ann'), wanted('bob', { role: 'admin', state: 'deactivated' })])),
    ).toEqual([`conflict member ann: ${why}`, `conflict member bob: ${why}`]);
    expect(told(people(live, [], { prune: ['member'] }))).toEqual([
      `conflict member ann: ${why}`,
      `conflict member bob: ${why}`,
    ]);
    expect(told(people(live, [wanted('ann'), wanted('bob', { role: 'admin' })]))).toEqual([
      'update member ann',
    ]);
    // One who is promoted in the same run is one; one who is only invited is not.
    const bob = person('bob');
    expect(told(people([live[0] ?? bob, bob], [wanted('ann'), wanted('bob', { role: 'admin' })]))).toEqual([
      'update member ann',
      'update member bob',
    ]);
    expect(
      told(people([person('ann', { role: 'admin' })], [wanted('ann'), wanted('eve', { role: 'admin' })])),
    ).toEqual([`conflict member ann: ${why}`, 'create member eve']);
  });
});

describe('accounts', () => {
  const account = {
    account: 'acme',
    id: 'acc_1',
    revision: 3,
    master: null,
    kind: 'standard',
    plan: 'basic',
  } as const;

  it('are on the plan that a scheduled change leads to', () => {
    const live = known({ ...noEstate, accounts: [account] });
    const ask = (plan: string) => compare({ ...noEstate, accounts: [{ account: 'acme', plan }] }, live, none);
    expect(told(ask('basic'))).toEqual([]);
    expect(told(ask('business'))).toEqual(['update plan ']);
  });

  it('never change their kind or master', () => {
    const live = known({ ...noEstate, accounts: [account] });
    for (const more of [{ kind: 'organization' as const }, { master: 'other' }])
      expect(
        compare({ ...noEstate, accounts: [{ account: 'acme', ...more }] }, live, none).changes,
      ).toMatchObject([{ op: 'conflict', kind: 'account' }]);
  });

  it('whose things may not be read are in conflict, not empty', () => {
    const withheld = new Map([['acme', { kinds: new Set(['member' as const]), code: 'forbidden' as const }]]);
    const { changes } = compare(estate({ members: [wanted('ann')] }), known(estate({}), { withheld }), none);
    expect(changes).toMatchObject([
      { op: 'conflict', note: 'this credential may not read any member of acme', mail: null },
    ]);
  });
});

describe('parsers of an account that is reached as its master', () => {
  const text = { document_type: 'invoice', description: null, definition: { fields: [], tables: [] } };
  const parser = { account: 'dev', workspace: 'default', name: 'Invoice' };
  const from = { account: 'acme', workspace: 'default', name: 'Invoice' };
  const accounts = [{ account: 'acme' }, { account: 'dev', master: 'acme' }];
  const source = { ...from, content: text, digest: 'new' };
  const live = (...parsers: Estate['parsers']) =>
    known(estate({ accounts, parsers: [source, ...parsers] }), { mastered: new Set(['dev']) });
  const there = { ...parser, id: 'prs_1', revision: 1, digest: 'old' };
  const compared = (asked: Estate['parsers'], now: Known, choices = none) =>
    told(compare(estate({ accounts, parsers: asked }), now, choices));

  it('are copied there', () => {
    const copy = [{ ...parser, copy_from: from, content: text }];
    expect(compared(copy, live())).toEqual(['create parser default/Invoice']);
    expect(compared(copy, live(there))).toEqual(['update parser default/Invoice']);
  });

  it('are not written, renamed or removed there: told beforehand, with the way', () => {
    const way =
      /^conflict parser default\/\w+: .*`copy_from: ACCOUNT\/\w+`; or use a profile with a token of dev/;
    const renamed = { ...parser, name: 'Bill', copy_from: from, content: text };
    for (const asked of [{ ...parser, content: text }, renamed])
      for (const now of [live(), live(there)])
        expect(compared([asked], now)).toEqual([expect.stringMatching(way)]);
    expect(compared([source], live(there), { ...none, prune: ['parser'] })).toEqual([
      expect.stringMatching(/^conflict parser default\/Invoice: a master removes no parser/),
    ]);
  });

  it('are so in one that the files make', () => {
    const made = known(estate({ accounts: [{ account: 'acme' }], parsers: [source] }));
    expect(compared([{ ...parser, content: text }], made)).toEqual([
      'create account ',
      expect.stringMatching(/^conflict parser/),
    ]);
  });

  it('are no difference where they are so already', () => {
    const same = { ...there, digest: contentDigest(text) };
    expect(compared([{ ...parser, content: text }], live(same))).toEqual([]);
  });
});

describe('any estate', () => {
  const slug = fc.constantFrom('acme', 'acme-dev', 'acme-prod');
  const live = fc
    .record({
      names: fc.uniqueArray(slug, { minLength: 1 }),
      people: fc.uniqueArray(
        fc.record({
          account: slug,
          email: fc.constantFrom('ann', 'bob', 'cat', 'dan'),
          role: fc.constantFrom('admin', 'user'),
          state: fc.constantFrom('active', 'deactivated', 'pending', 'expired', 'removed', 'declined'),
        }),
        { selector: ({ account, email }) => `${account} ${email}` },
      ),
      sets: fc.uniqueArray(fc.constantFrom('crew', 'readers')),
    })
    .map(({ names, people: some, sets }): Estate => {
      const inside = some.filter(({ account }) => names.includes(account));
      return sortedEstate({
        ...noEstate,
        accounts: names.map((account) => ({ account, id: `acc_${account}`, name: account, plan: 'basic' })),
        members: inside.map((one) => person(one.email, one)),
        permission_sets: names.flatMap((account) =>
          sets.map((name) => ({
            account,
            name,
            role: 'user' as const,
            modules: [],
            children: [],
            workspaces: [],
          })),
        ),
      });
    });

  it('differs in nothing from itself, whatever is asked to go, and each single edit is one change', () => {
    fc.assert(
      fc.property(live, (one) => {
        const whole: Choices = {
          prune: ['member', 'permission_set', 'workspace'],
          renew_expired: false,
          reinvite: false,
        };
        expect(told(compare(wantedOf(one), known(one), whole))).toEqual([]);
        for (const account of one.accounts) {
          const edited = {
            ...wantedOf(one),
            accounts: wantedOf(one).accounts.map((other) =>
              other.account === account.account ? { ...other, name: 'other' } : other,
            ),
          };
          expect(compare(edited, known(one), whole).changes).toMatchObject([
            {
              op: 'update',
              kind: 'account',
              account: account.account,
              fields: [{ name: 'name', after: 'other' }],
            },
          ]);
        }
      }),
    );
  });

  it('gives the same changes in whatever order its entries come', () => {
    fc.assert(
      fc.property(live, live, (one, other) => {
        const turned = {
          ...other,
          members: other.members.toReversed(),
          accounts: other.accounts.toReversed(),
        };
        expect(compare(wantedOf(turned), known(one), none)).toEqual(
          compare(wantedOf(other), known(one), none),
        );
      }),
    );
  });
});
