import { expect, it } from 'vitest';
import { money } from '../../src/commands/money.ts';

it.each([
  [0, '0.00'],
  [5, '0.05'],
  [-5, '-0.05'],
  [9_900, '99.00'],
  [-123_456, '-1234.56'],
])('%i cents are %s', (cents, text) => {
  expect(money(cents)).toBe(text);
});
