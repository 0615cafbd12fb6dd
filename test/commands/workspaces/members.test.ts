import { beforeEach, describe, expect, it } from 'vitest';
import { addCommand } from '../../../src/commands/workspaces/members-add.ts';
import { listCommand } from '../../../src/commands/workspaces/members-list.ts';
import { removeCommand } from '../../../src/commands/workspaces/members-remove.ts';
import { updateCommand } from '../../../src/commands/workspaces/members-update.ts';
import type { Cli } from '../../support/cli.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import type { TestServer } from '../../support/server.ts';
import { inOrganization, member } from './organization.ts';

let server: TestServer;
let cli: Cli;
let orgId: string;
const members = async (argv: string, options = {}) =>
  plain(await cli.run(`workspaces members ${argv} --workspace ops`, options));

beforeEach(async () => {
  ({ server, cli, orgId } = await inOrganization());
  for (const name of ['bo', 'cy']) await member(server, orgId, name);
});

describe('the verbs of workspaces members', () => {
  it('parse what they take', async () => {
    expect(await parsed(listCommand, '--q bo --role viewer')).toEqual({ q: 'bo', role: 'viewer' });
    expect(await parsed(addCommand, 'bo cy --role operator')).toEqual({
      person: ['bo', 'cy'],
      role: 'operator',
    });
    expect(await parsed(updateCommand, 'bo --role viewer')).toEqual({ person: ['bo'], role: 'viewer' });
    expect(await parsed(removeCommand, 'bo cy')).toEqual({ person: ['bo', 'cy'] });
    await expect(parsed(addCommand, 'bo --role owner')).rejects.toThrow('owner');
  });

  it('add many, a line each, and exit 3 if some could not be', async () => {
    const [code, stdout, stderr] = await members(
      'add bo@example.com nobody@example.com cy@example.com --role viewer',
    );
    expect([code, stdout]).toEqual([
      3,
      lines(
        'bo@example.com: added to ops as viewer',
        'cy@example.com: added to ops as viewer',
        'nobody@example.com: There is no member "nobody@example.com" that you can see.',
      ),
    ]);
    expect(stderr).toContain('Error: 1 of 3 people were not added to ops as viewer');
    expect(await members('add bo@example.com cy@example.com --role viewer')).toEqual([
      0,
      lines('bo@example.com: is in ops as viewer already', 'cy@example.com: is in ops as viewer already'),
      '',
    ]);
    const other = await members('add bo@example.com cy@example.com --role developer --json');
    expect([other[0], JSON.parse(other[1])]).toEqual([
      3,
      {
        changed: [],
        unchanged: [],
        failed: ['bo', 'cy'].map((name) => ({
          name: `${name}@example.com`,
          code: 'already_member',
          message: `${name}@example.com is in the workspace ops already, as viewer. Change the role instead.`,
        })),
      },
    ]);
  });

  it('fail as a single one does, with what to do', async () => {
    expect(await members('add nobody@example.com --role viewer')).toEqual([
      5,
      '',
      lines(
        'Error: There is no member "nobody@example.com" that you can see.',
        '  Not found',
        '  Try:  tenantctl members list --account org',
        '  Code: not_found   Request ID: 1',
      ),
    ]);
  });

  it('ask for the role at a terminal, and name the flag elsewhere', async () => {
    const [code, , stderr] = await members('add bo@example.com');
    expect([code, stderr.includes('--role is missing')]).toEqual([2, true]);
    const done = await cli.run('workspaces members add bo@example.com --workspace ops', {
      answers: [['Which role', '\u001b[B']],
    });
    expect([done.code, done.stdout]).toEqual([0, 'bo@example.com: added to ops as operator\n']);
  });

  it('list who is in it, and what to do when nobody is', async () => {
    expect(await members('list')).toEqual([
      0,
      '',
      'Nobody is in ops yet. Try: tenantctl workspaces members add PERSON --role viewer --workspace ops --account org\n',
    ]);
    await members('add bo@example.com --role workspace_admin');
    expect(await members('list --role workspace_admin')).toEqual([
      0,
      lines(
        'EMAIL\tNAME\tROLE\tACCOUNT ROLE\tSTATE\tSINCE\tID',
        'bo@example.com\t\tworkspace_admin\tmember\tactive\t2026-03-02T09:00:00.000Z\tmbr_1',
      ),
      '',
    ]);
    expect(await members('list --role viewer')).toEqual([0, '', 'No such member in ops.\n']);
  });

  it('change roles, and say whose was like that already', async () => {
    await members('add bo@example.com --role viewer');
    await members('add cy@example.com --role developer');
    expect(await members('update bo@example.com cy@example.com --role developer')).toEqual([
      0,
      lines('bo@example.com: changed to developer', 'cy@example.com: is developer already'),
      '',
    ]);
  });

  it('remove after asking, and repeat without harm', async () => {
    await members('add bo@example.com --role viewer');
    const said = lines(
      'This will take 2 people out of the workspace ops of org:',
      '  - bo@example.com',
      '  - cy@example.com',
    );
    const [code, , stderr] = await members('remove bo@example.com cy@example.com');
    expect([code, stderr]).toEqual([
      8,
      said +
        lines(
          'Error: this needs --yes',
          '  it cannot be asked for here: this needs a terminal, outside CI, without --no-input',
          '  Try:  tenantctl workspaces members remove bo@example.com cy@example.com --workspace ops --account org --yes',
          '  Code: confirmation_required',
        ),
    ]);
    expect(await members('remove bo@example.com cy@example.com --yes')).toEqual([
      0,
      lines('bo@example.com: removed from ops', 'cy@example.com: is not in ops'),
      said,
    ]);
  });

  it('let anybody leave by themselves', async () => {
    await members('add bo@example.com --role viewer');
    await cli.signIn('bo@example.com', { known: true });
    const leave = 'remove bo@example.com --account org --yes';
    expect((await members(leave)).slice(0, 2)).toEqual([0, 'bo@example.com: removed from ops\n']);
    expect((await members(leave)).slice(0, 2)).toEqual([0, 'bo@example.com: is not in ops\n']);
    expect((await members('list --account org'))[0]).toBe(5);
  });
});
