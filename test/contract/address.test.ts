import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressDomain, foldAddress, parseAddress } from '../../src/contract/address.ts';

const reasonOf = (raw: string) => {
  const result = parseAddress(raw);
  return result.ok ? `accepted as ${result.folded}` : result.reason;
};

describe('what is one address', () => {
  test.each([
    ['ada@example.com', 'ada@example.com'],
    ['Ada.Lovelace@Example.COM', 'ada.lovelace@example.com'],
    [' \t ada@example.com\r\n', 'ada@example.com'],
    ['ada@example.com.', 'ada@example.com'],
    ['ada+1@example.com', 'ada+1@example.com'],
    ['admin@localhost', 'admin@localhost'],
    ['Admin@LocalHost', 'admin@localhost'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['ada@bu\u0308cher.example', 'ada@xn--bcher-kva.example'],
    ['ada@XN--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    ['ada@straße.example', 'ada@xn--strae-oqa.example'],
    ['jürgen@example.com', 'jürgen@example.com'],
    ['JÜRGEN@example.com', 'jÜrgen@example.com'],
    ['ı@example.com', 'ı@example.com'],
    ['İ@example.com', 'İ@example.com'],
    ['a@b.co', 'a@b.co'],
    ["o'neil/x=y@example.com", "o'neil/x=y@example.com"],
  ])('%j folds to %j', (raw, folded) => {
    expect(foldAddress(raw)).toBe(folded);
  });

  test('the result keeps the spelling that mail goes to', () => {
    expect(parseAddress(' Ada@Bücher.Example. ')).toEqual({
      ok: true,
      written: 'Ada@Bücher.Example',
      folded: 'ada@xn--bcher-kva.example',
      domain: 'xn--bcher-kva.example',
    });
    expect(addressDomain('ada@xn--bcher-kva.example')).toBe('xn--bcher-kva.example');
  });
});

describe('what is refused, and why', () => {
  const long = (n: number) => 'a'.repeat(n);
  test.each([
    ['', 'it is empty'],
    ['   ', 'it is empty'],
    ['ada', 'it has no @'],
    ['ada＠example.com', 'it contains U+FF20, which looks like a plain character and is another'],
    ['@example.com', 'nothing stands before the @'],
    ['ada@', 'nothing stands after the @'],
    ['ada@.', 'nothing stands after the @'],
    ['ada@@example.com', 'it has more than one @'],
    ['ada@home@example.com', 'it has more than one @'],
    ['ada lovelace@example.com', 'it contains a blank'],
    ['ada@exam\u00a0ple.com', 'it contains U+00A0, which looks like a plain character and is another'],
    ['\u00a0ada@example.com', 'it contains U+00A0, which looks like a plain character and is another'],
    ['"ada"@example.com', 'quoted names before the @ are not accepted'],
    ['ada(work)@example.com', 'comments in parentheses are not accepted'],
    ['Ada <ada@example.com>', 'only the bare address is accepted, without a name or angle brackets'],
    ['ada@example.com,bob@example.com', 'it contains a comma or semicolon; one address only'],
    ['ada@[127.0.0.1]', 'an IP address instead of a domain is not accepted'],
    ['ada@[IPv6:::1]', 'an IP address instead of a domain is not accepted'],
    ['ada@127.0.0.1', 'an IP address instead of a domain is not accepted'],
    ['ada@0x7f.1', 'an IP address instead of a domain is not accepted'],
    ['ada@example', 'its domain has no dot'],
    ['ada@localhost.localdomain..', 'a dot in the domain begins, ends or is doubled'],
    ['ada@.example.com', 'a dot in the domain begins, ends or is doubled'],
    ['.ada@example.com', 'a dot in the part before the @ begins, ends or is doubled'],
    ['a..b@example.com', 'a dot in the part before the @ begins, ends or is doubled'],
    ['ada.@example.com', 'a dot in the part before the @ begins, ends or is doubled'],
    ['a\\b@example.com', 'the part before the @ contains a character that is not accepted'],
    ['ada@-example.com', 'its domain contains a character that is not accepted'],
    ['ada@exam_ple.com', 'its domain contains a character that is not accepted'],
    ['ada\u0000@example.com', 'it contains a control character'],
    ['ada\n@example.com', 'it contains a control character'],
    ['ada\u0085@example.com', 'it contains a control character'],
    ['a\u200bda@example.com', 'it contains an invisible or unassigned character'],
    ['ada@exam\u00adple.com', 'it contains an invisible or unassigned character'],
    ['a\u202eda@example.com', 'it contains an invisible or unassigned character'],
    ['a\ud800@example.com', 'it contains an invisible or unassigned character'],
    ['ju\u0308rgen@example.com', 'the part before the @ is not in composed form (Unicode NFC)'],
    ['ada@xn--a.example', 'its domain is not a valid international domain name'],
    [`${long(65)}@example.com`, 'the part before the @ is longer than 64 bytes'],
    [`${'é'.repeat(33)}@example.com`, 'the part before the @ is longer than 64 bytes'],
    [`ada@${long(64)}.com`, 'a part of its domain is longer than 63 bytes'],
    [`ada@${`${long(60)}.`.repeat(4)}exampl.co`, 'it is longer than 254 bytes'],
    // Not decoded first: that takes a time that grows with the square of the length.
    [`ada@xn--${long(9000)}.com`, 'it is longer than 254 bytes'],
  ])('%j: %s', (raw, reason) => {
    expect(reasonOf(raw)).toBe(reason);
  });

  test('the longest that are accepted', () => {
    expect(foldAddress(`${long(64)}@example.com`)).toBe(`${long(64)}@example.com`);
    const longest = `abcd@${`${long(60)}.`.repeat(4)}ex.co`;
    expect(longest.length).toBe(254);
    expect(foldAddress(longest)).toBe(longest);
    expect(foldAddress(`e${longest}`)).toBeNull();
  });

  test.each([
    ['\u212A', 'k'],
    ['ſ', 's'],
    ['ﬀ', 'ff'],
    ['ａ', 'a'],
    ['。', '.'],
    ['．', '.'],
    ['ı', 'i'],
    ['İ', 'i'],
    ['ß', 'ss'],
  ])('%s never stands for %s, before or after the @', (strange, plain) => {
    expect(foldAddress(`x${strange}y@example.com`)).not.toBe(foldAddress(`x${plain}y@example.com`));
    expect(foldAddress(`ada@x${strange}y.com`)).not.toBe(foldAddress(`ada@x${plain}y.com`));
    expect(foldAddress(`ada@bü${strange}y.com`)).not.toBe(foldAddress(`ada@bü${plain}y.com`));
  });
});

describe('for any text', () => {
  const local = fc.stringMatching(/^[A-Za-z0-9+_-]{1,20}$/);
  const domain = fc.stringMatching(/^[A-Za-z0-9]{1,12}\.[A-Za-z]{2,6}$/);
  const strange = fc.string({
    unit: fc.constantFrom(
      'a',
      'K',
      '\u212A',
      'ı',
      'İ',
      'ſ',
      'ß',
      'é',
      'e\u0301',
      'ü',
      '@',
      '.',
      '-',
      'ﬀ',
      '＠',
      '。',
      'я',
      '漢',
      'x',
      'n',
      '\u200d',
      'ς',
      'Σ',
    ),
  });
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(strange, strange).map(([a, b]) => `${a}@${b}.com`),
    fc.tuple(local, domain).map(([a, b]) => `${a}@${b}`),
  );

  test('folding twice is folding once', () => {
    fc.assert(
      fc.property(anything, (raw) => {
        const once = foldAddress(raw);
        if (once !== null) expect(foldAddress(once)).toBe(once);
      }),
      { numRuns: 5000 },
    );
  });

  test('before the @ nothing but ASCII letter case is merged', () => {
    fc.assert(
      fc.property(strange, strange, (a, b) => {
        const foldedA = foldAddress(`${a}@example.com`);
        const foldedB = foldAddress(`${b}@example.com`);
        if (foldedA === null || foldedB === null) return;
        const ascii = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
        expect(foldedA === foldedB).toBe(ascii(a) === ascii(b));
      }),
      { numRuns: 5000 },
    );
  });

  test('ASCII addresses: equal exactly when equal in lower case', () => {
    fc.assert(
      fc.property(local, domain, local, domain, (a, b, c, d) => {
        const [left, right] = [`${a}@${b}`, `${c}@${d}`];
        expect(foldAddress(left)).toBe(left.toLowerCase());
        expect(foldAddress(left) === foldAddress(right)).toBe(left.toLowerCase() === right.toLowerCase());
      }),
    );
  });

  test('the fast way and the careful way agree', () => {
    fc.assert(
      fc.property(local, domain, (a, b) => {
        // Blanks around it past 64 characters do not matter, a long label does: both reach the careful way.
        const long = `${a}@${'l'.repeat(62)}.${b}`;
        expect(foldAddress(long)).toBe(long.toLowerCase());
      }),
    );
  });
});
