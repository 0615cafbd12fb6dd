import { readFileSync, statSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCommand } from '../../../src/commands/workspaces/keys-create.ts';
import { deleteCommand } from '../../../src/commands/workspaces/keys-delete.ts';
import type { Cli } from '../../support/cli.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { inOrganization } from './organization.ts';

let cli: Cli;
const keys = async (argv: string, options = {}) =>
  plain(await cli.run(`workspaces keys ${argv} --workspace ops`, options));
const made =
  'Made the key bot (tok_1) with the role operator in ops, until 2027-03-02T09:00:00.000Z. The secret is shown this once only.\n';

beforeEach(async () => {
  ({ cli } = await inOrganization());
});

describe('workspaces keys', () => {
  it('parse what they take', async () => {
    expect(await parsed(createCommand, 'bot --role viewer --expires-in-days 30')).toEqual({
      name: 'bot',
      role: 'viewer',
      expiresInDays: 30,
    });
    expect(await parsed(deleteCommand, 'tok_1')).toEqual({ key: 'tok_1' });
    await expect(parsed(createCommand, 'bot --role workspace_admin')).rejects.toThrow('workspace_admin');
  });

  it('create one, its secret alone on stdout, and it works', async () => {
    const done = await cli.run('workspaces keys create bot --role operator --workspace ops');
    expect(plain(done)).toEqual([0, 'tctl_key_1\n', made]);
    const env = { TENANTCTL_TOKEN: done.stdout.trim() };
    await cli.ok('workspaces resources create nightly --kind workflow --workspace ops', { env });
    const file = pathOf(cli.configDir, 'key.txt');
    expect(await keys(`create bot --role operator --out ${file}`)).toEqual([0, '', made]);
    expect(readFileSync(file, 'utf8')).toMatch(/^tctl_key_[0-9A-Za-z]+\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['-o id', 'leave -o out, or use --json'],
    ['--fields key.id', '--fields secret,key.id'],
    ['--out /nonexistent/dir/file', ''],
  ])('%s makes none, because its secret would be lost', async (flags, hint) => {
    const [code, stdout, stderr] = await keys(`create bot --role viewer ${flags}`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(hint);
    expect(await keys('list')).toEqual([
      0,
      '',
      'No key yet. Try: tenantctl workspaces keys create NAME --role viewer --workspace ops --account org\n',
    ]);
  });

  it('list them without secrets, and delete one after asking', async () => {
    const secret = (await cli.ok('workspaces keys create bot --role viewer --workspace ops')).stdout.trim();
    const heading = 'NAME\tROLE\tSTATE\tEXPIRES\tLAST USED\tID';
    const row = (state: string) => `bot\tviewer\t${state}\t2027-03-02T09:00:00.000Z\tnever\ttok_1`;
    expect(await keys('list')).toEqual([0, lines(heading, row('active')), '']);
    const id = (await cli.ok('workspaces keys list -o id --workspace ops')).stdout.trim();
    const said = lines(
      'This will delete the key bot of the workspace ops of org:',
      '  - whatever uses it is refused from then on; it cannot be taken back',
      '  - last used: never',
    );
    const [code, , stderr] = await keys(`delete ${id}`);
    expect([code, stderr.startsWith(said), stderr.includes('--workspace ops --account org --yes')]).toEqual([
      8,
      true,
      true,
    ]);
    expect(await keys(`delete ${id} --yes`)).toEqual([0, 'Deleted the key bot.\n', said]);
    expect(await keys(`delete ${id}`)).toEqual([0, 'The key bot is deleted already.\n', 'Nothing to do.\n']);
    expect(await keys('list')).toEqual([0, lines(heading, row('revoked')), '']);
    expect((await cli.run('whoami', { env: { TENANTCTL_TOKEN: secret } })).code).toBe(4);
    const pasted = await keys(`delete ${secret} --yes`);
    expect([pasted[0], pasted[2].includes(secret)]).toEqual([2, false]);
  });
});
