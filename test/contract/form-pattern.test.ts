import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternMatcher, patternMistake } from '../../src/contract/form-pattern.ts';

/** Patterns of the part that both languages share, small enough for the engine that goes back. */
const { pattern } = fc.letrec<{ atom: string; piece: string; sequence: string; pattern: string }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small', maxDepth: 2 },
    fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\d', '\\w', '\\.', 'ä'),
    tie('pattern').map((inner) => `(?:${inner})`),
    tie('pattern').map((inner) => `(${inner})`),
  ),
  piece: fc
    .tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,}', '{0,2}'))
    .map(([atom, repeat]) => atom + repeat),
  sequence: fc.array(tie('piece'), { maxLength: 3 }).map((pieces) => pieces.join('')),
  pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }).map((parts) => parts.join('|')),
}));
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '.', 'ä', '😀'), maxLength: 8 });

describe('a pattern', () => {
  it('matches whole texts as a regular expression does', () => {
    fc.assert(
      fc.property(pattern, text, (source, value) => {
        expect(patternMistake(source)).toBeNull();
        expect(patternMatcher(source)(value)).toBe(new RegExp(`^(?:${source})$`, 'u').test(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('may say ^ at its begin and $ at its end', () => {
    expect(['ab', 'abc', ''].map(patternMatcher('^ab$'))).toEqual([true, false, false]);
    expect(['a$', 'a'].map(patternMatcher('a\\$'))).toEqual([true, false]);
    expect(['a\\', 'a'].map(patternMatcher('a\\\\$'))).toEqual([true, false]);
  });

  it('never goes back: what takes other engines longer than the world lasts is answered', () => {
    const long = 'a'.repeat(1000);
    for (const source of ['(a+)+b', '(a|a)*b', '(a|aa)+b', '(.*)*b', `${'a?'.repeat(60)}b`])
      expect([source, patternMatcher(source)(long)]).toEqual([source, false]);
  });

  it('visits no more states than it may, for all texts together, and then answers neither yes nor no', () => {
    const effort = { left: 40 };
    const [word, slow] = [patternMatcher('[a-z]{3}', effort), patternMatcher('(?:a?){99}', effort)];
    expect([word('abc'), effort.left > 30]).toEqual([true, true]);
    expect([slow('a'.repeat(99)), word('abc')]).toEqual([null, null]);
    expect(patternMatcher('(?:a?){99}')('a'.repeat(99))).toBe(true);
  });

  it.each([
    ['a)', 'a ) has no ('],
    ['(a', 'a ( has no )'],
    ['[a', 'a [ has no ]'],
    ['a**', 'only one *, +, ? or {} may follow a part'],
    ['a+?', 'only one *, +, ? or {} may follow a part'],
    ['*a', '* stands where it means nothing; write \\* for the sign'],
    ['a^b', '^ stands where it means nothing; write \\^ for the sign'],
    ['a{3,2}', 'a {} has its larger number first'],
    ['(?=a)', 'of the groups that begin with (? only (?: is there'],
    ['(?<x>a)', 'of the groups that begin with (? only (?: is there'],
    ['(a)\\1', '\\1 is not there: no word ends, back references or codes'],
    ['a\\b', '\\b is not there: no word ends, back references or codes'],
    ['a\\', 'a \\ stands at the end'],
    ['[b-a]', '[b-a] is not a character, a class or an escape'],
    ['(?:a{100}){100}', 'it is too large once its {} are written out'],
    ['('.repeat(60) + ')'.repeat(60), 'groups are nested too deep'],
  ])('%s is refused: %s', (source, mistake) => {
    expect(patternMistake(source)).toBe(mistake);
  });
});
