import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aesSeal, newSealingKey, readSealingKeys } from '../../../src/server/domain/seal.ts';

const place = { accountId: 'acc_1', parserId: 'prs_1', name: 'key' };
const key = (byte: number) => new Uint8Array(32).fill(byte);
const seal = aesSeal([key(1)]);

describe('a sealed text', () => {
  it('opens to what it was, whatever it holds, and never looks the same twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const sealed = seal.seal(text, place);
        expect(seal.open(sealed, place)).toBe(text);
        expect(seal.seal(text, place)).not.toBe(sealed);
        if (text.length > 3) expect(sealed).not.toContain(text);
      }),
    );
  });

  it('does not open in another account, parser or name, nor where the parts of the place are shifted', () => {
    const sealed = seal.seal('canary', place);
    const others = [
      { ...place, accountId: 'acc_2' },
      { ...place, parserId: 'prs_2' },
      { ...place, name: 'other' },
      { accountId: 'acc_1prs_1', parserId: '', name: 'key' },
    ];
    expect(others.map((other) => seal.open(sealed, other))).toEqual([null, null, null, null]);
  });

  it('does not open with another key, nor when anything of it was touched', () => {
    const sealed = seal.seal('canary', place);
    expect(aesSeal([key(2)]).open(sealed, place)).toBe(null);
    const [version, id, box = ''] = sealed.split('.');
    const bytes = Buffer.from(box, 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const bent = Buffer.from(bytes);
      bent[at] = (bent[at] ?? 0) ^ 1;
      expect(seal.open(`${version}.${id}.${bent.toString('base64url')}`, place)).toBe(null);
    }
    for (const other of ['', 'v1', `v2.${id}.${box}`, `v1.${id}.`, `v1.${id}.AAAA`, 'a.b.c.d'])
      expect(seal.open(other, place)).toBe(null);
  });

  it('opens with an earlier key that stands behind the current one, which seals', () => {
    const rotated = aesSeal([key(2), key(1)]);
    expect(rotated.open(seal.seal('canary', place), place)).toBe('canary');
    expect(rotated.keyId).toBe(aesSeal([key(2)]).keyId);
    expect(aesSeal([key(1)]).open(rotated.seal('canary', place), place)).toBe(null);
  });
});

describe('keys for secrets', () => {
  it('are 32 bytes in base64, one or several', () => {
    const [one, two] = [newSealingKey(), newSealingKey()];
    expect(readSealingKeys(one)).toHaveLength(1);
    expect(readSealingKeys(` ${one}\n${two},\n`)).toHaveLength(2);
    const urlSafe = Buffer.alloc(32, 0xfb).toString('base64url');
    expect(readSealingKeys(urlSafe)).toHaveLength(1);
    for (const text of ['', ' \n', 'short', `${one} x`, `${one}!`, Buffer.alloc(31).toString('base64')])
      expect([text, readSealingKeys(text)]).toEqual([text, null]);
  });
});
