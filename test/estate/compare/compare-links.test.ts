import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/estate/compare/compare.ts';
import type { Choices } from '../../../src/estate/compare/sides.ts';
import { type EstateSubAccount, noEstate } from '../../../src/estate/model.ts';

const none: Choices = { prune: [], renew_expired: false, reinvite: false };
const cap = { uploads: 5, messages: null };
const accounts = [{ account: 'umbra' }];

type Link = Omit<EstateSubAccount, 'account'>;

/** Of an umbrella that has these links, and whose file names those. */
function links(
  live: readonly Link[],
  wanted: readonly Link[],
  choices: Partial<Choices> = {},
  unread = false,
) {
  const on = (some: readonly Link[]) => some.map((link) => ({ account: 'umbra', ...link }));
  const withheld = unread
    ? new Map([['umbra', { kinds: new Set(['link' as const]), code: 'forbidden' as const }]])
    : new Map<string, never>();
  const { changes, notes } = compare(
    { ...noEstate, accounts, sub_accounts: on(wanted) },
    {
      estate: {
        ...noEstate,
        accounts: [{ ...accounts[0], account: 'umbra', id: 'acc_u' }],
        sub_accounts: on(live),
      },
      withheld,
      mastered: new Set(),
    },
    { ...none, ...choices },
  );
  return [...changes.map(({ op, key }) => `${op} ${key}`), ...notes.map(({ text }) => text)];
}

const pia = 'pia@x.example';
const invited = { email: pia, cap, state: 'invited', id: 'lnk_1', revision: 1 } as const;
const meant = { ...invited, child: 'partner' } as const;
const active = { ...meant, state: 'active' } as const;

describe('a sub-account', () => {
  it('is found by its slug, by what the invitation meant, or by the address alone', () => {
    const bySlug = { child: 'partner', email: pia, cap };
    expect(links([], [bySlug])).toEqual(['create partner']);
    for (const live of [invited, meant, active]) expect(links([live], [bySlug])).toEqual([]);
    for (const live of [invited, meant, active]) expect(links([live], [{ email: pia, cap }])).toEqual([]);
    // Accepted by an account that nobody named.
    expect(links([{ ...active, child: 'other' }], [{ email: pia, cap }])).toEqual([]);
    expect(links([{ ...active, child: 'other' }], [bySlug])).toEqual(['create partner']);
  });

  it('is one of several at an address: each is found once', () => {
    const second = { ...active, child: 'second', id: 'lnk_2' };
    const both = [
      { child: 'partner', cap },
      { email: pia, cap },
    ];
    expect(links([active, second], both)).toEqual([]);
    expect(links([active], both)).toEqual(['create pia@x.example']);
    expect(links([active, second], both.slice(0, 1), { prune: ['sub_account'] })).toEqual(['delete second']);
  });

  it('is compared as it stands now, not as it once ended', () => {
    const ended = { ...active, state: 'ended', id: 'lnk_0', child: 'old' } as const;
    expect(links([ended, active], [{ email: pia, cap }])).toEqual([]);
    expect(links([ended], [{ email: pia, cap }])).toEqual(['conflict pia@x.example']);
    expect(links([ended], [{ email: pia, cap }], { reinvite: true })).toEqual(['create pia@x.example']);
    expect(links([ended], [], { prune: ['sub_account'] })).toEqual([]);
  });

  it('keeps the cap that the file does not name, and is capped under the name that it has', () => {
    expect(links([active], [{ child: 'partner', cap: { uploads: 5 } }])).toEqual([]);
    expect(links([active], [{ child: 'partner' }])).toEqual([]);
    expect(links([active], [{ email: pia, cap: { uploads: null } }])).toEqual(['update partner']);
  });

  it('is not invited by another address while one waits, nor where links may not be read', () => {
    expect(links([meant], [{ child: 'partner', email: 'other@x.example', cap }])).toEqual([
      'conflict partner',
    ]);
    expect(links([], [{ email: pia, cap }], {}, true)).toEqual(['conflict pia@x.example']);
  });

  it('that has expired is told of, and sent again as what it was', () => {
    const expired = { ...invited, state: 'expired' } as const;
    const named = [{ child: 'partner', email: pia, cap }];
    expect(links([expired], named)).toEqual([
      'the invitation of partner has expired; --renew-expired sends it again',
    ]);
    expect(links([expired], named, { renew_expired: true })).toEqual(['create pia@x.example']);
  });
});
