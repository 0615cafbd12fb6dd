import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DomainError } from '../../../src/server/domain/errors.ts';
import { productionCost, scryptPasswords, weaknessOf } from '../../../src/server/domain/passwords.ts';

const cheap = { ln: 1, r: 1, p: 1 };

describe('a password hash', () => {
  const passwords = scryptPasswords(cheap);

  test('says what it cost, and is another one each time', async () => {
    const [one, two] = [await passwords.hash('plum harbour'), await passwords.hash('plum harbour')];
    expect(one).toMatch(/^\$scrypt\$ln=1,r=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(two);
  });

  test('is matched by its password alone, in composed and decomposed form', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.string({ maxLength: 40 }),
        async (a, b) => {
          const hash = await passwords.hash(a);
          expect(await passwords.verify(a.normalize('NFD'), hash)).toBe(true);
          expect(await passwords.verify(b, hash)).toBe(a.normalize('NFC') === b.normalize('NFC'));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('of other costs is still matched; nobody has none', async () => {
    const dearer = await scryptPasswords({ ln: 2, r: 2, p: 2 }).hash('plum harbour');
    expect(await passwords.verify('plum harbour', dearer)).toBe(true);
    for (const hash of [null, '', '$2b$12$abc', dearer.replace('ln=2', 'ln=99')]) {
      expect(await passwords.verify('plum harbour', hash)).toBe(false);
    }
  });

  test('a flood waits in line, and past a length is turned away with 503', async () => {
    const results = await Promise.allSettled(Array.from({ length: 300 }, () => passwords.verify('x', null)));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(300 - 202);
    const reasons = refused.map(({ reason }) => (reason instanceof DomainError ? reason.code : 'other'));
    expect(new Set(reasons)).toEqual(new Set(['busy']));
    expect(await passwords.verify('x', null)).toBe(false);
  });

  test('costs in production what it should', () => {
    expect(productionCost).toEqual({ ln: 15, r: 8, p: 3 });
  });
});

describe('a new password', () => {
  const address = 'ada.lovelace@example.org';
  test.each([
    ['plum harbour weaves nine', null],
    ['ööööü ß 漢字 пароль ключ', null],
    ['𝒶𝒷𝒸 harbour plum x', null],
    ['kK9#vQ!x2LmZ%p7', null],
    ['fourteen chars', /has 14 characters; it needs 15/],
    ['🦊🦊🐻🐻🐼🐼🐨🐨🐯🐯🦁🦁🐮🐮', /has 14 characters/],
    ['plum '.repeat(60), /has 300 characters; 256 are the most/],
    ['correct horse battery staple', /common/],
    ['CorrectHorseBatteryStaple42', /common/],
    ['Password-Password', /common/],
    ['aaaaaaaaaaaaaaaaaaaa', /repeats/],
    ['abcabcabcabcabcabc', /repeats/],
    ['plumplumplumplumplum', /repeats/],
    ['1234567890123456', /sequence/],
    ['qwertyuiopasdfghjkl', /sequence/],
    ['abcdefghijklmnopqrs', /sequence/],
    ['poiuytrewqlkjhgfdsa', /sequence/],
    ['my TenantCtl password', /product/],
    ['ada.lovelace@example.org', /address/],
    ['AdaLovelace likes bees', /address/],
    [`plum harbour weaves \ud800`, /Unicode/],
  ])('%j: %s', (password, why) => {
    const found = weaknessOf(password, address);
    if (why === null) expect(found).toBe(null);
    else expect(found).toMatch(why);
  });

  test('any text is judged, and fast', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1024 }), fc.emailAddress(), (password, owner) => {
        const found = weaknessOf(password, owner);
        expect(found === null || found.length > 0).toBe(true);
      }),
    );
  });
});
