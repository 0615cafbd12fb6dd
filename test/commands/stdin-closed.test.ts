import { describe, expect, it } from 'vitest';
import type { CommandRow } from '../../src/commands/commands/commands.ts';
import { mintToken } from '../../src/contract/token.ts';
import { anyServer } from '../support/any-server.ts';
import { runCli } from '../support/cli.ts';
import { endless } from '../support/endless.ts';

const rows = (await runCli('commands --json')).json() as CommandRow[];
const paths = rows.map(({ path }) => path).filter((path) => !endless.has(path));

/** They report what they found, and their exit code is the verdict on it. */
const verdicts = new Set(['doctor', 'credits verify']);

const places = {
  'on a bare machine': {},
  'signed in, with an account': { TENANTCTL_TOKEN: mintToken('api'), TENANTCTL_ACCOUNT: 'acme' },
};

/** No terminal, nothing on stdin, no arguments: nobody is there, so nothing may wait or be asked. */
describe.each(Object.entries(places))('%s', (_, env) => {
  it.each(paths)('%s ends by itself, and says why', async (path) => {
    const { send, seen } = anyServer();
    const { code, stdout, stderr } = await runCli(path, { send, env });
    expect(verdicts.has(path) ? [0, 1, 2, 4, 5] : [0, 2, 4, 5, 8]).toContain(code);
    if (code !== 0) {
      if (!verdicts.has(path)) expect(stdout).toBe('');
      // What would be lost is shown before the confirmation that is missing.
      expect(stderr).toMatch(code === 8 || verdicts.has(path) ? /^Error: .+\n/m : /^Error: .+\n/);
      expect(stderr).toMatch(/\n {2}Code: [a-z_]+/);
      expect(seen.filter(({ changed }) => changed)).toEqual([]);
    }
  });

  it.each(paths)('%s says it to programs in one line of JSON', async (path) => {
    const { send } = anyServer();
    const { code, stdout, stderr } = await runCli(`${path} --json`, { send, env });
    if (code === 0) return;
    const said = stderr.trimEnd().split('\n');
    if (!verdicts.has(path)) expect(stdout).toBe('');
    if (code !== 8 && !verdicts.has(path)) expect(said).toHaveLength(1);
    expect(JSON.parse(said.at(-1) ?? '')).toMatchObject({
      error: { code: expect.stringMatching(/^[a-z_]+$/) },
    });
  });
});
