import { describe, expect, it } from 'vitest';
import { listCommand } from '../../../src/commands/roles/list.ts';
import { showCommand } from '../../../src/commands/roles/show.ts';
import { Cli } from '../../support/cli.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { startServer } from '../../support/server.ts';

const cli = new Cli(await startServer());
const run = async (argv: string, options = {}) => plain(await cli.run(argv, options));

describe('roles', () => {
  it('parse what they take', async () => {
    expect(await parsed(listCommand, '')).toEqual({});
    expect(await parsed(showCommand, 'admin')).toEqual({ role: 'admin' });
  });

  it('are listed without signing in', async () => {
    expect(await run('roles list --limit 2')).toEqual([
      0,
      lines(
        'NAME\tKIND\tACCOUNTS\tGRANTABLE\tDESCRIPTION',
        'owner\taccount role\tpersonal\tno\tThe person of a personal account',
        'admin\taccount role\tstandard\tyes\tAdministers the account: people, settings, plan',
      ),
      '',
    ]);
    expect((await run('roles list -o id --fields name'))[1].split('\n')).toEqual(
      expect.arrayContaining(['super_admin', 'workspace_admin', 'forms', 'payment']),
    );
  });

  it('are shown by name', async () => {
    expect(await run('roles show forms')).toEqual([
      0,
      lines(
        'NAME\tforms',
        'KIND\tmodule',
        'ACCOUNTS\tstandard',
        'GRANTABLE\tyes',
        'DESCRIPTION\tOpens forms to a user',
        'OPENS FORMS\tlist, list_shared, create, save_copy, show, update, delete',
        'OPENS RECORDS\tsubmit, list, show, update, delete',
      ),
      '',
    ]);
    expect((await run('roles show settings'))[1]).toContain('\nOPENS ACCOUNTS\tupdate\n');
    expect((await run('roles show member'))[1]).toContain('\nOPENS MEMBERS\tlist, show\n');
    const [code, stdout, stderr] = await run('roles show king');
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toContain('Error: there is no role king\n  There are owner, admin, user,');
    expect(stderr).toContain('  Try:  tenantctl roles list\n');
  });
});
