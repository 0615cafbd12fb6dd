import { describe, expect, it } from 'vitest';
import { listCommand } from '../../../src/commands/plans/list.ts';
import { showCommand } from '../../../src/commands/plans/show.ts';
import { Cli } from '../../support/cli.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { startServer } from '../../support/server.ts';

const cli = new Cli(await startServer());
const run = async (argv: string, options = {}) => plain(await cli.run(argv, options));

describe('plans', () => {
  it('parse what they take', async () => {
    expect(await parsed(listCommand, '')).toEqual({});
    expect(await parsed(showCommand, 'basic')).toEqual({ plan: 'basic' });
  });

  it('are listed without signing in', async () => {
    expect(await run('plans list')).toEqual([
      0,
      lines(
        'NAME\tTITLE\tMONTHLY\tSEATS\tMAILS A DAY\tMANAGED ACCOUNTS\tUMBRELLA\tSELF-SERVE',
        'basic\tBasic\t0.00\t5\t5\tno\tno\tyes',
        'starter\tStarter\t19.00\t25\t25\tno\tno\tyes',
        'professional\tProfessional\t99.00\t100\t100\tyes\tno\tyes',
        'business\tBusiness\t299.00\t1000\t1000\tyes\tno\tyes',
        'enterprise\tEnterprise\t999.00\tunlimited\tunlimited\tyes\tyes\tno',
      ),
      '',
    ]);
    const [, table] = await run('plans list --limit 1', { tty: true });
    expect(table.split('\n')[1]).toMatch(/^basic +Basic +0\.00 +5 +5 +no +no +yes$/);
  });

  it('are shown by name', async () => {
    expect((await cli.ok('plans show basic --json')).json()).toEqual({
      name: 'basic',
      title: 'Basic',
      monthly_price_cents: 0,
      self_serve: true,
      entitlements: { managed_accounts: false, umbrella: false },
      limits: { seats: 5, mails_per_day: 5, workspaces: 1 },
    });
    expect(await run('plans show gold')).toEqual([
      5,
      '',
      lines(
        'Error: there is no plan gold',
        '  There are basic, starter, professional, business, enterprise.',
        '  Try:  tenantctl plans list',
        '  Code: not_found',
      ),
    ]);
  });
});
