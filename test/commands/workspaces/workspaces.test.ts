import { beforeEach, describe, expect, it } from 'vitest';
import { listCommand } from '../../../src/commands/workspaces/list.ts';
import { showCommand } from '../../../src/commands/workspaces/show.ts';
import { Cli } from '../../support/cli.ts';
import { join, person } from '../../support/estate.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let cli: Cli;
const run = async (argv: string, options = {}) => plain(await cli.run(argv, options));

beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
  await cli.signIn('ana@example.com');
  await cli.ok('accounts create Acme --slug acme');
});

describe('workspaces', () => {
  it('parse what they take', async () => {
    expect(await parsed(listCommand, '--q de')).toEqual({ q: 'de' });
    expect(await parsed(showCommand, 'default')).toEqual({ workspace: 'default' });
  });

  it('are listed and shown', async () => {
    expect(await run('workspaces list --account acme')).toEqual([
      0,
      lines('SLUG\tNAME\tYOUR ROLE\tID', 'default\tDefault\t\twsp_1'),
      '',
    ]);
    expect(await run('workspaces list --account acme --q zzz')).toEqual([
      0,
      '',
      'No workspace that you were added to. Try: tenantctl accounts show acme\n',
    ]);
    expect((await cli.ok('workspaces show default --account acme --json')).json()).toMatchObject({
      slug: 'default',
      name: 'Default',
      role: null,
      revision: 1,
    });
    expect((await run('workspaces show default --account acme'))[1]).toMatch(
      /^SLUG\tdefault\nNAME\tDefault\n/,
    );
  });

  it('that are not there are not found', async () => {
    expect(await run('workspaces show nope --account acme')).toEqual([
      5,
      '',
      lines(
        'Error: There is no workspace "nope" that you can see.',
        '  Not found',
        '  Try:  tenantctl workspaces list --account acme',
        '  Code: not_found   Request ID: 1',
      ),
    ]);
  });

  it('open to nobody by membership of the account alone', async () => {
    const { id } = (await cli.ok('accounts show acme --json')).json() as { id: string };
    await join(server, id, await person(server, 'bo@example.com'), 'user');
    await cli.signIn('bo@example.com', { known: true });
    expect((await run('workspaces show default --account acme'))[0]).not.toBe(0);
  });
});
