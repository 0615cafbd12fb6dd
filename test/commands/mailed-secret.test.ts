import { describe, expect, it } from 'vitest';
import { mailedSecretIn } from '../../src/commands/mailed-secret.ts';
import { mintToken } from '../../src/contract/token.ts';

describe('a mailed secret', () => {
  it.each(['mail', 'inv'] as const)('of the kind %s is found by itself and in its link', (kind) => {
    const secret = mintToken(kind);
    const pasted = [
      secret,
      `  ${secret}\t`,
      `https://t.example/signup?secret=${secret}`,
      `<https://t.example/x?secret=${secret}&a=b>`,
    ];
    expect(pasted.map(mailedSecretIn)).toEqual([secret, secret, secret, secret]);
  });

  it('that is none is passed on as it is, for the server to refuse', () => {
    const session = mintToken('user');
    expect(['  hello ', session].map(mailedSecretIn)).toEqual(['hello', session]);
  });
});
