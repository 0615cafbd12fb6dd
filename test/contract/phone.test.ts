import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parsePhone } from '../../src/contract/phone.ts';

it.each([
  '+41791234567',
  ' +41 79 123 45 67 ',
  '0041 79 123 45 67',
  '+41-79-123-45-67',
  '+41.79.123.45.67',
  '+41 (79) 123/45/67',
  '+41\u00a079\u202f123 45\u201167',
])('reads %j as one number', (written) => {
  expect(parsePhone(written)).toEqual({ ok: true, number: '+41791234567' });
});

it.each([
  ['', 'it is empty'],
  ['   ', 'it is empty'],
  ['079 123 45 67', 'it has no country code: write it like +41 79 123 45 67'],
  ['791234567', 'it has no country code: write it like +41 79 123 45 67'],
  ['+41 (0)79 123 45 67', 'it has a (0), which is dialled only within the country: leave it out'],
  ['+0791234567', 'no country code begins with 0'],
  ['000791234567', 'no country code begins with 0'],
  ['+4179123', 'it has 7 digits, and no number has less than 8'],
  ['+', 'it has 0 digits, and no number has less than 8'],
  ['+1234567890123456', 'it has 16 digits, and no number has more than 15'],
  ['+41 79 CALL ME', 'it contains something other than digits'],
  ['+41 79 123 45 67 ext. 2', 'it contains something other than digits'],
  ['+41791234567,+41791234568', 'it contains something other than digits'],
  // Full-width and Arabic-Indic digits look like digits and are others.
  ['+\uff14\uff11791234567', 'it contains something other than digits'],
  ['+4179123456\u0667', 'it contains something other than digits'],
  ['+41791234\u0000567', 'it contains something other than digits'],
  ['+4179\r\n1234567', 'it contains something other than digits'],
  ['+'.repeat(41), 'it is longer than 40 characters'],
])('refuses %j: %s', (written, reason) => {
  expect(parsePhone(written)).toEqual({ ok: false, reason });
});

it('gives back what it gave, and never anything but a plus and 8 to 15 digits', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\+?[0-9 ().-]{0,20}$/)), (written) => {
      const result = parsePhone(written);
      if (!result.ok) return;
      expect(result.number).toMatch(/^\+[1-9][0-9]{7,14}$/);
      expect(parsePhone(result.number)).toEqual(result);
    }),
  );
});
