import { readFileSync, writeFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { addCommand } from '../../../src/commands/workspaces/members-add.ts';
import type { WorkspaceMember } from '../../../src/contract/types.ts';
import type { Cli } from '../../support/cli.ts';
import { parsed } from '../../support/parse.ts';
import { lines } from '../../support/plain.ts';
import { inOrganization, member } from './organization.ts';

let cli: Cli;
const file = (...rows: string[]) => {
  writeFileSync(pathOf(cli.configDir, 'places.csv'), lines(...rows));
};
const placed = async (workspace: string) =>
  ((await cli.ok(`workspaces members list --workspace ${workspace} --json`)).json() as WorkspaceMember[])
    .map(({ user, role }) => `${user.email} ${role}`)
    .sort();

beforeEach(async () => {
  const at = await inOrganization();
  ({ cli } = at);
  for (const name of ['bo', 'cy', 'di']) await member(at.server, at.orgId, name);
});

it('parses', async () => {
  expect(await parsed(addCommand, '--csv places.csv --role viewer --allow-invalid')).toEqual({
    person: [],
    csv: 'places.csv',
    role: 'viewer',
    allowInvalid: true,
  });
});

it('places people of a file in the workspaces that its rows name, and changes roles', async () => {
  file(
    'Email;Workspace;Role',
    'bo@example.com;ops;Operator',
    'bo@example.com;default;',
    'cy@example.com;;workspace-admin',
  );
  const argv = 'workspaces members add --csv places.csv --workspace ops --role viewer --report out.csv';
  const done = await cli.run(argv);
  expect([done.code, done.stdout]).toEqual([0, 'OUTCOME\tROWS\nplaced\t3\n']);
  expect(await placed('ops')).toEqual(['bo@example.com operator', 'cy@example.com workspace_admin']);
  expect(await placed('default')).toEqual(['bo@example.com viewer']);
  expect(readFileSync(pathOf(cli.configDir, 'out.csv'), 'utf8')).toBe(
    lines(
      'Email;Workspace;Role;_row;_status;_error',
      'bo@example.com;ops;Operator;1;placed;',
      'bo@example.com;default;;2;placed;',
      'cy@example.com;;workspace-admin;3;placed;',
    ),
  );
  file('email,workspace,role', 'bo@example.com,ops,developer', 'cy@example.com,ops,workspace_admin');
  const again = await cli.run('workspaces members add --csv places.csv');
  expect([again.code, again.stdout]).toEqual([0, 'OUTCOME\tROWS\nrole_changed\t1\nalready_placed\t1\n']);
  expect((await cli.ok('batches list --fields kind')).stdout).toBe(
    'KIND\nworkspace_members\nworkspace_members\n',
  );
});

it('is checked as a whole: unknown workspaces and roles, contradictions, rows that leave all open', async () => {
  file(
    'email,workspace,role',
    'bo@example.com,nowhere,viewer',
    'cy@example.com,ops,emperor',
    'di@example.com,ops,viewer',
    'di@example.com,ops,developer',
    'di@example.com,default,developer',
    'cy@example.com,,',
  );
  const done = await cli.run('workspaces members add --csv places.csv --json');
  expect(done.code).toBe(2);
  const { error } = JSON.parse(done.stderr) as { error: { details: { detail: string }[] } };
  expect(error.details.map(({ detail }) => detail)).toEqual([
    'row 1: there is no workspace "nowhere"',
    'row 2: there is no workspace role "emperor"; it is one of viewer, operator, developer, workspace_admin',
    'row 3: row 4 has the same address with another role in the same workspace',
    'row 4: row 3 has the same address with another role in the same workspace',
    'row 6: it names no workspace: add a column, or --workspace',
  ]);
  expect(await placed('ops')).toEqual([]);
  const rest = await cli.run('workspaces members add --csv places.csv --allow-invalid');
  expect([rest.code, rest.stdout]).toEqual([
    3,
    'OUTCOME\tROWS\nplaced\t1\ninvalid_role\t1\nconflicting_rows\t2\nunknown_workspace\t2\n',
  ]);
  expect(await placed('default')).toEqual(['di@example.com developer']);
});

it('does not take people beside a file, and asks for the role of those who are typed', async () => {
  file('email', 'bo@example.com');
  expect((await cli.run('workspaces members add bo@example.com --csv places.csv')).code).toBe(2);
  expect((await cli.run('workspaces members add')).stderr).toContain('missing_argument');
  expect((await cli.run('workspaces members add bo@example.com --workspace ops')).stderr).toContain('--role');
});
