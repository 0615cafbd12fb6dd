import { describe, expect, it } from 'vitest';
import { type Bound, checkPin } from '../../src/config/pin.ts';

const pinned = { id: 'acc_dev', slug: 'acme-dev', parent_id: 'acc_acme' };
const check = (credential: Bound, requested: string | null, pin: typeof pinned | null = pinned) =>
  checkPin({ profile: 'dev', pinned: pin, credential, requested });
const token = (account_id: string): Bound => ({ account_id });

describe('the pin', () => {
  it.each<[string, Bound]>([
    ['a token of the pinned account', token('acc_dev')],
    ['a token of its parent', token('acc_acme')],
    ['a session', 'session'],
  ])('lets %s act in the pinned account, by its id', (_, credential) => {
    expect(check(credential, 'acc_dev')).toBe('acc_dev');
    expect(check(credential, 'acme-dev')).toBe('acc_dev');
    expect(check(credential, null)).toBeNull();
  });

  it.each<[string, Bound, string | null, string]>([
    ['a token of another account', token('acc_prod'), 'acc_dev', 'the token belongs to account acc_prod'],
    [
      'such a token, where no account is named',
      token('acc_prod'),
      null,
      'the token belongs to account acc_prod',
    ],
    ['a token for another account', token('acc_dev'), 'acme-prod', 'the command is for account acme-prod'],
    [
      'its parent’s token for the parent',
      token('acc_acme'),
      'acc_acme',
      'the command is for account acc_acme',
    ],
    ['a session for another account', 'session', 'acme-prod', 'the command is for account acme-prod'],
    ['a session for the parent', 'session', 'acc_acme', 'the command is for account acc_acme'],
  ])('refuses %s', (_, credential, requested, why) => {
    expect(() => check(credential, requested)).toThrow(
      expect.objectContaining({
        outcome: 'auth',
        code: 'profile_mismatch',
        message: 'profile "dev" is pinned to account acme-dev (acc_dev)',
        why: `${why}; nothing was sent`,
      }),
    );
  });

  it('without a parent is not reached by a token without an account', () => {
    const alone = { ...pinned, parent_id: null };
    expect(() => checkPin({ profile: 'dev', pinned: alone, credential: token(''), requested: null })).toThrow(
      'is pinned',
    );
  });

  it('is none where none is set', () => {
    expect(check(token('acc_prod'), 'acme-prod', null)).toBe('acme-prod');
    expect(check('session', null, null)).toBeNull();
  });
});
