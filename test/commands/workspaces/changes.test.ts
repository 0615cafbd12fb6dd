import { writeFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCommand } from '../../../src/commands/workspaces/create.ts';
import { deleteCommand } from '../../../src/commands/workspaces/delete.ts';
import { updateCommand } from '../../../src/commands/workspaces/update.ts';
import type { Cli } from '../../support/cli.ts';
import { place, workspaceKey } from '../../support/estate.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import type { TestServer } from '../../support/server.ts';
import { inOrganization, member } from './organization.ts';

let server: TestServer;
let cli: Cli;
let orgId: string;
const run = async (argv: string, options = {}) => plain(await cli.run(argv, options));

beforeEach(async () => {
  ({ server, cli, orgId } = await inOrganization());
});

describe('workspaces create, update and delete', () => {
  it('parse what they take', async () => {
    expect(await parsed(createCommand, 'Ops --slug ops')).toEqual({ name: 'Ops', slug: 'ops' });
    expect(await parsed(updateCommand, 'ops --name O --slug o-o --if-revision 3')).toEqual({
      workspace: 'ops',
      name: 'O',
      slug: 'o-o',
      ifRevision: 3,
    });
    expect(await parsed(deleteCommand, 'ops')).toEqual({ workspace: 'ops' });
  });

  it('create one, whose slug is made from its name', async () => {
    expect(await run('workspaces create Sales')).toEqual([0, 'Created the workspace sales (wsp_1).\n', '']);
    expect((await cli.ok('workspaces create Two --slug two --json')).json()).toMatchObject({
      slug: 'two',
      name: 'Two',
    });
    const [code, stdout, stderr] = await run('workspaces create Ops --slug ops');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain('The slug ops is taken in this account, or was until lately. Choose another.');
  });

  it('change one, and say where the old slug still stands', async () => {
    expect(await run('workspaces update ops --name Ops --slug operations')).toEqual([
      0,
      'Changed the workspace operations (revision 2).\n',
      '',
    ]);
    const again = [0, 'operations is like that already.\n', 'Nothing to do.\n'];
    expect(await run('workspaces update operations --name Ops')).toEqual(again);
    const cwd = pathOf(cli.configDir);
    writeFileSync(
      pathOf(cwd, '.tenantctl.json'),
      JSON.stringify({ account: 'org', workspace: 'operations' }),
    );
    const [code, , stderr] = await run('workspaces update operations --slug ops', { cwd });
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^Warning: .*\.tenantctl\.json still names the workspace operations\n$/),
    ]);
    expect(await run('workspaces update ops')).toEqual([
      2,
      '',
      lines('Error: nothing to change', '  Try:  tenantctl workspaces update --help', '  Code: usage'),
    ]);
    expect((await run('workspaces update ops --name x --if-revision 1'))[0]).toBe(6);
  });

  it('delete one on its typed slug, with what is lost counted before', async () => {
    const bo = await member(server, orgId, 'bo');
    await cli.ok(`workspaces members add ${bo.email} --role viewer --workspace ops`);
    await cli.ok('workspaces resources create nightly --kind workflow --workspace ops');
    await cli.ok('workspaces resources run nightly --workspace ops');
    await cli.ok('workspaces resources run nightly --workspace ops');
    await cli.ok('workspaces keys create bot --role viewer --workspace ops');
    await cli.ok('invites send zoe@example.com --workspaces ops=viewer');
    const withIt = 'the access of 1 member, 1 workflow, 2 jobs, 1 key, its place in 1 pending invitation';
    expect(await run('workspaces delete ops --dry-run')).toEqual([
      0,
      `ops would be deleted, and with it ${withIt}.\n`,
      '',
    ]);
    const said = lines(
      'This will delete the workspace ops of org for good, and with it:',
      ...withIt.split(', ').map((line) => `  - ${line}`),
    );
    expect(await run('workspaces delete ops --yes')).toEqual([
      8,
      '',
      said +
        lines(
          'Error: this needs --confirm ops (--yes is not enough)',
          '  it cannot be asked for here: this needs a terminal, outside CI, without --no-input',
          '  Try:  tenantctl workspaces delete ops --account org --confirm ops',
          '  Code: confirmation_required',
        ),
    ]);
    expect(await run('workspaces delete ops --confirm ops')).toEqual([
      0,
      `Deleted ops, and with it ${withIt}.\n`,
      said,
    ]);
    expect(await run('workspaces delete ops --confirm ops')).toEqual([
      0,
      'ops is deleted already.\n',
      'Nothing to do.\n',
    ]);
    expect((await cli.ok('workspaces list -o id')).stdout.trim().split('\n')).toHaveLength(1);
  });

  it('delete it at a terminal, where the slug is typed', async () => {
    const done = await cli.run('workspaces delete ops', { answers: [['Type ops to confirm', 'ops']] });
    expect([done.code, done.stdout]).toEqual([0, 'Deleted ops.\n']);
    const last = await cli.run('workspaces delete default', { answers: [['Type', 'default']] });
    expect([last.code, plain(last)[2]]).toEqual([
      6,
      lines(
        'Error: default is the last workspace of org. Create another one first.',
        '  The last workspace must stay',
        '  Try:  tenantctl workspaces create NAME --account org',
        '  Code: last_workspace   Request ID: 1',
      ),
    ]);
  });

  it('say why a standard account has none to create', async () => {
    await cli.ok('accounts create Acme --slug acme');
    expect(await run('workspaces create Two --account acme')).toEqual([
      6,
      '',
      lines(
        'Error: acme is a standard account: it has the one workspace default, for good. Only organizations have more.',
        '  Conflict',
        '  Code: conflict   Request ID: 1',
      ),
    ]);
  });
});

describe('--workspace', () => {
  it('names the workspace to work in, or the environment, or the project file', async () => {
    await cli.ok('workspaces resources create one --kind workflow --workspace ops');
    const list = async (options = {}) =>
      (await cli.ok('workspaces resources list --fields name --no-headers', options)).stdout;
    expect(await list()).toBe('');
    expect(await list({ env: { TENANTCTL_WORKSPACE: 'ops' } })).toBe('one\n');
    const cwd = cli.configDir;
    writeFileSync(pathOf(cwd, '.tenantctl.json'), JSON.stringify({ account: 'org', workspace: 'ops' }));
    expect(await list({ cwd })).toBe('one\n');
    expect((await cli.ok('workspaces resources list -o id --workspace default', { cwd })).stdout).toBe('');
  });
});

describe('a key', () => {
  it('sees its workspace and says what it is', async () => {
    const bo = await member(server, orgId, 'bo');
    const { id } = (await cli.ok('workspaces show ops --json')).json() as { id: string };
    await place(server, orgId, await memberId(bo.email), 'viewer', 'ops');
    const secret = await workspaceKey(server, orgId, id, 'operator');
    const options = { env: { TENANTCTL_TOKEN: secret } };
    const [code, stdout] = plain(await cli.run('whoami', options));
    expect([code, stdout.split('\n').slice(3, 7)]).toEqual([
      0,
      ['CREDENTIAL\tkey bot', 'ACCOUNT\torg', 'WORKSPACE\tops', 'ROLE\toperator'],
    ]);
    expect(plain(await cli.run('workspaces list', options))[1]).toBe(
      lines('SLUG\tNAME\tYOUR ROLE\tID', 'ops\tOperations\toperator\twsp_1'),
    );
    expect((await cli.run('members list', options)).code).toBe(9);
    expect((await cli.run('workspaces resources list --workspace default', options)).code).toBe(5);
  });
});

async function memberId(email: string): Promise<string> {
  return ((await cli.ok(`members show ${email} --json`)).json() as { id: string }).id;
}
