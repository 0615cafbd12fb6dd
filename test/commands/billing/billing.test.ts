import { describe, expect, it } from 'vitest';
import { showCommand } from '../../../src/commands/billing/show.ts';
import { Cli } from '../../support/cli.ts';
import { accountToken } from '../../support/estate.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { startServer } from '../../support/server.ts';

const cli = new Cli(await startServer());
await cli.signIn('ana@acme.example');
const made = await cli.ok('accounts create Acme --slug acme --json');
const { id: accountId } = made.json() as { id: string };
const run = async (argv: string) => plain(await cli.run(argv, { env: { TENANTCTL_ACCOUNT: 'acme' } }));

describe('billing show', () => {
  it('parses a day', async () => {
    expect(await parsed(showCommand, '--period 2026-03-31')).toEqual({ period: '2026-03-31' });
  });

  it('shows the lines of a period and what is due, and the way to the ones before', async () => {
    await cli.ok('plans change professional --account acme');
    await cli.ok('plans change starter --now --account acme');
    const table = lines(
      'FROM\tDAYS\tWHAT\tAMOUNT',
      '2026-03-02\t31\tbasic at 0.00 a month\t0.00',
      '2026-03-02\t31\tprofessional at 99.00 a month\t99.00',
      '2026-03-02\t31\tgiven back: professional at 99.00 a month\t-99.00',
      '2026-03-02\t31\tstarter at 19.00 a month\t19.00',
      '\t\tkept as credit\t80.00',
      '\t\tdue\t99.00',
    );
    expect(await run('billing show')).toEqual([0, table, 'Period: 2026-03-02 until 2026-04-02.\n']);
    cli.server.clock.advance({ days: 40 });
    const env = {
      TENANTCTL_ACCOUNT: 'acme',
      TENANTCTL_TOKEN: await accountToken(cli.server, accountId, 'admin'),
    };
    const later = async (argv: string) => plain(await cli.run(argv, { env }));
    expect(await later('billing show')).toEqual([
      0,
      lines(
        'FROM\tDAYS\tWHAT\tAMOUNT',
        '2026-04-02\t30\tstarter at 19.00 a month\t19.00',
        '\t\tpaid from credit\t-19.00',
        '\t\tdue\t0.00',
      ),
      lines(
        'Period: 2026-04-02 until 2026-05-02.',
        'The one before: tenantctl billing show --period 2026-03-02 --account acme',
      ),
    ]);
    expect((await later('billing show --period 2026-03-31'))[1]).toBe(table);
    const [, json] = await later('billing show --json --fields due_cents,previous');
    expect(JSON.parse(json)).toEqual({ due_cents: 0, previous: '2026-03-02' });
    const [gone, , why] = await later('billing show --period 2025-01-01');
    expect([gone, why.split('\n')[0]]).toEqual([
      5,
      'Error: acme has no bill of 2025-01-01: its running period began on 2026-04-02.',
    ]);
    expect((await later('billing show --period 2026-02-30'))[0]).toBe(2);
  });
});
