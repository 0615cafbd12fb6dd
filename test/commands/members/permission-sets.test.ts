import { writeFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { Invite, PermissionSet } from '../../../src/contract/types.ts';
import { Cli } from '../../support/cli.ts';
import { join, person } from '../../support/estate.ts';
import { plain } from '../../support/plain.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let cli: Cli;
const run = async (argv: string) => plain(await cli.run(argv));

beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
  await cli.signIn('ana@example.com');
  await cli.staff();
  const made = await cli.ok('accounts create Acme --slug acme --plan professional --json');
  await cli.ok('accounts unlock acme --profile staff');
  await cli.ok('accounts create EU --slug acme-eu --master acme');
  await cli.ok('accounts use acme');
  const { id } = made.json() as { id: string };
  await join(server, id, await person(server, 'bo@example.com'), 'user', []);
});

it('are saved, listed, shown, replaced and deleted', async () => {
  const save = 'members permission-sets save editors --role user --modules parsers,forms --children acme-eu';
  expect(await run(save)).toEqual([0, 'Saved editors: user, parsers, forms.\n', '']);
  expect(await run(save)).toEqual([
    0,
    'editors is like that already: user, parsers, forms.\n',
    'Nothing to do.\n',
  ]);
  expect(await run('members sets save editors --modules none --if-revision 1')).toEqual([
    0,
    'Replaced editors: user.\n',
    '',
  ]);
  expect((await run('members sets save editors --modules forms --if-revision 1'))[0]).toBe(6);
  await cli.ok(save);
  expect((await cli.ok('members permission-sets list')).stdout).toBe(
    'NAME\tROLE\tMODULES\tCHILDREN\tWORKSPACES\neditors\tuser\tparsers, forms\tacme-eu\t\n',
  );
  const shown = (await cli.ok('members permission-sets show editors --json')).json() as PermissionSet;
  expect(shown).toMatchObject({ revision: 3, children: [{ slug: 'acme-eu' }] });
  expect(await run('members permission-sets delete editors')).toEqual([0, 'Deleted editors.\n', '']);
  expect((await run('members permission-sets delete editors'))[1]).toBe('editors is deleted already.\n');
  expect((await run('members permission-sets show editors'))[0]).toBe(5);
  expect((await run('members permission-sets save x --workspaces ops'))[0]).toBe(2);
  expect((await cli.ok('members permission-sets list')).stderr).toContain('No permission set');
});

it('invite and change by name, as they are at that moment', async () => {
  await cli.ok('members permission-sets save editors --modules parsers,forms --children acme-eu');
  writeFileSync(
    pathOf(cli.configDir, 'people.csv'),
    'email,modules\nzoe@example.com,\nyan@example.com,reports\n',
  );
  await cli.ok('invites send --csv people.csv --permission-set editors');
  const invites = (await cli.ok('invites list --json')).json() as Invite[];
  const brief = invites.map(({ email, role, modules, children }) => [email, role, modules, children.length]);
  expect(brief).toEqual([
    ['zoe@example.com', 'user', ['parsers', 'forms'], 1],
    ['yan@example.com', 'user', ['reports'], 1],
  ]);
  // The same file with the same set is the same batch, and nothing is sent twice; a changed set makes another one.
  await cli.ok('invites send --csv people.csv --permission-set editors');
  expect(await run('members update bo@example.com --permission-set editors')).toEqual([
    0,
    'Changed bo@example.com: user, parsers, forms.\n',
    '',
  ]);
  await cli.ok('members permission-sets save editors --modules none');
  const [code, stdout] = await run('invites send new@example.com --permission-set editors');
  expect([code, stdout]).toEqual([0, 'OUTCOME\tROWS\ninvited\t1\n']);
  const bo = (await cli.ok('members show bo@example.com --json')).json() as { modules: string[] };
  expect(bo.modules).toEqual(['parsers', 'forms']);
});

it('contradict what they stand for, and have to be there', async () => {
  await cli.ok('members permission-sets save editors --modules forms');
  const code = async (argv: string) => {
    const done = await cli.run(argv);
    return [done.code, /Code: (\w+)/.exec(done.stderr)?.[1]];
  };
  expect(await code('invites send a@x.io --permission-set editors --modules forms')).toEqual([
    2,
    'invalid_value',
  ]);
  expect(await code('members update bo@example.com --permission-set editors --role admin')).toEqual([
    2,
    'invalid_value',
  ]);
  expect(await code('invites send a@x.io --permission-set nobody')).toEqual([5, 'not_found']);
  expect(await code('members update bo@example.com')).toEqual([2, 'usage']);
});
