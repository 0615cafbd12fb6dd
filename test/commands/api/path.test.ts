import { describe, expect, it } from 'vitest';
import { mintToken } from '../../../src/contract/token.ts';
import { json, scripted } from '../../client/wire.ts';
import { runCli } from '../../support/cli.ts';

const env = { TENANTCTL_TOKEN: mintToken('api') };

describe('T134: a path that a URL parser would read as another one', () => {
  it.each([
    '/accounts/acme/../other',
    '/accounts/acme/%2e%2e/other',
    '/accounts/acme/.%2E/other',
    '/accounts/acme/%2e/x',
    '/accounts/acme\\..\\other',
    '/accounts/acme/.\t./other',
    '/accounts/acme/.\n./other',
    '/\\evil.example/x',
    '//evil.example/x',
    '\\\\evil.example/x',
    'https://evil.example/x',
    'HTTPS:evil.example',
    '@evil.example/x/../..',
  ])('is refused: %j', async (path) => {
    const { send, sent } = scripted(json({}));
    const done = await runCli(['api', 'GET', path], { send, env });
    expect([done.code, sent]).toEqual([2, []]);
  });

  it.each(['@evil.example/x', '.evil.example/x', ':80@evil.example/x', '?x=/../y', '/accounts/a..b/members'])(
    'stays below the address of the API: %j',
    async (path) => {
      const { send, sent } = scripted(json({}));
      await runCli(['api', 'GET', path], { send, env });
      expect(new URL(sent[0]?.url ?? '').origin).toBe('http://127.0.0.1:7411');
      expect(new URL(sent[0]?.url ?? '').href).toBe(sent[0]?.url);
    },
  );
});
