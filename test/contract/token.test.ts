import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hashToken,
  maskToken,
  maskTokensIn,
  mintToken,
  parseToken,
  TOKEN_KINDS,
} from '../../src/contract/token.ts';

const kinds = fc.constantFrom(...TOKEN_KINDS);
const printable = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));

describe('tokens', () => {
  it.each(TOKEN_KINDS)('mints a %s token that parses as its kind', (kind) => {
    const token = mintToken(kind);
    expect(token).toMatch(new RegExp(`^tctl_${kind}_[0-9A-Za-z]{49}$`));
    expect(parseToken(token)).toEqual({ kind });
  });

  it('never mints the same token twice', () => {
    const minted = Array.from({ length: 1_000 }, () => mintToken('user'));
    expect(new Set(minted).size).toBe(1_000);
  });

  it('rejects any single character typed wrong', () => {
    fc.assert(
      fc.property(kinds, fc.nat(), printable, (kind, at, typed) => {
        const token = mintToken(kind);
        const index = at % token.length;
        fc.pre(token[index] !== typed);
        expect(parseToken(token.slice(0, index) + typed + token.slice(index + 1))).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it('rejects every wrong character at every place of one token', () => {
    const token = mintToken('api');
    const accepted: string[] = [];
    for (let index = 0; index < token.length; index++) {
      for (const typed of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-') {
        const text = token.slice(0, index) + typed + token.slice(index + 1);
        if (text !== token && parseToken(text) !== null) accepted.push(text);
      }
    }
    expect(accepted).toEqual([]);
  });

  it('rejects a character left out, typed twice, or two neighbours swapped', () => {
    fc.assert(
      fc.property(kinds, fc.nat(), (kind, at) => {
        const token = mintToken(kind);
        const index = at % (token.length - 1);
        const [head, tail] = [token.slice(0, index), token.slice(index + 1)];
        expect(parseToken(head + tail)).toBeNull();
        expect(parseToken(token.slice(0, index + 1) + token.slice(index))).toBeNull();
        fc.pre(token[index] !== token[index + 1]);
        expect(parseToken(`${head}${token[index + 1]}${token[index]}${token.slice(index + 2)}`)).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '',
    'tctl_',
    'Bearer x',
    `tctl_user_${'a'.repeat(49)}`,
    ` ${mintToken('user')}`,
    `${mintToken('user')}\n`,
    mintToken('user').replace('_user_', '_root_'),
    mintToken('user').replace('_user_', '_staff_'),
    `tctl_user_${'a'.repeat(1_000_000)}`,
  ])('is no token: %.40j', (text) => {
    expect(parseToken(text)).toBeNull();
  });

  it('never throws on arbitrary text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseToken(text) === null));
  });

  it('hashes with SHA-256', () => {
    expect(hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('shows of a token only its kind and its last four characters', () => {
    const token = mintToken('staff');
    expect(maskToken(token)).toBe(`tctl_staff_****${token.slice(-4)}`);
    expect(maskToken('correct horse battery staple')).toBe('****');
  });

  it('masks tokens inside a text, whole, mistyped or cut', () => {
    const token = mintToken('user');
    const text = `GET /v1/me ${token}, then ${token.slice(0, 30)} and ${token}x.`;
    expect(maskTokensIn(text)).toBe(
      `GET /v1/me tctl_user_****${token.slice(-4)}, then tctl_user_**** and tctl_user_****.`,
    );
  });
});
