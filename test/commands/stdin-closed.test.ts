import { describe, expect, it } from 'vitest';
import type { CommandRow } from '../../src/commands/commands/commands.ts';
import { mintToken } from '../../src/contract/token.ts';
import { anyServer } from '../support/any-server.ts';
import { runCli } from '../support/cli.ts';

const rows = (await runCli('commands --json')).json() as CommandRow[];
/** `serve` is there to stay. */
const paths = rows.map(({ path }) => path).filter((path) => path !== 'serve');

const places = {
  'on a bare machine': {},
  'signed in, with an account': { TENANTCTL_TOKEN: mintToken('api'), TENANTCTL_ACCOUNT: 'acme' },
};

/** No terminal, nothing on stdin, no arguments: nobody is there, so nothing may wait or be asked. */
describe.each(Object.entries(places))('%s', (_, env) => {
  it.each(paths)('%s ends by itself, and says why', async (path) => {
    const { send, seen } = anyServer();
    const { code, stdout, stderr } = await runCli(path, { send, env });
    expect([0, 2, 4, 8]).toContain(code);
    if (code !== 0) {
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^Error: .+\n/);
      expect(stderr).toMatch(/\n {2}Code: [a-z_]+/);
      expect(seen.filter(({ changed }) => changed)).toEqual([]);
    }
  });

  it.each(paths)('%s says it to programs in one line of JSON', async (path) => {
    const { send } = anyServer();
    const { code, stdout, stderr } = await runCli(`${path} --json`, { send, env });
    if (code === 0) return;
    expect([stdout, stderr.trimEnd().split('\n').length]).toEqual(['', 1]);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: expect.stringMatching(/^[a-z_]+$/) } });
  });
});
