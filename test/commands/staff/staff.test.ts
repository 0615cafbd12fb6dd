import { beforeEach, describe, expect, it } from 'vitest';
import { addCommand } from '../../../src/commands/staff/add.ts';
import { listCommand } from '../../../src/commands/staff/list.ts';
import { removeCommand } from '../../../src/commands/staff/remove.ts';
import { Cli } from '../../support/cli.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { startServer } from '../../support/server.ts';

let cli: Cli;
const run = async (argv: string, options = {}) => plain(await cli.run(argv, options));

beforeEach(async () => {
  cli = new Cli(await startServer());
  await cli.signIn('ana@example.com');
  await cli.staff();
});

describe('staff', () => {
  it('parse what they take', async () => {
    expect(await parsed(listCommand, '')).toEqual({});
    expect(await parsed(addCommand, 'a@x.io --reason why')).toEqual({ email: 'a@x.io', reason: 'why' });
    await expect(parsed(addCommand, 'a@x.io')).rejects.toThrow('--reason is missing');
    expect(await parsed(removeCommand, 'a@x.io')).toEqual({ user: 'a@x.io' });
  });

  it('are listed, added and removed by staff', async () => {
    const heading = 'EMAIL\tNAME\tREASON\tSINCE\tUSER ID';
    const first = 'staff@platform.example\t\ttest\t2026-03-02T09:00:00.000Z\tusr_1';
    expect(await run('staff list --profile staff')).toEqual([0, lines(heading, first), '']);
    expect(await run('staff add ana@example.com --reason support --profile staff')).toEqual([
      0,
      'ana@example.com is staff now.\n',
      '',
    ]);
    expect((await cli.ok('staff list --json --fields email,reason --profile staff')).json()).toEqual(
      expect.arrayContaining([{ email: 'ana@example.com', reason: 'support' }]),
    );
    const said = lines(
      'This will take the staff rights of ana@example.com away:',
      '  - their staff tokens stop working at once',
      '  - their own accounts stay as they are',
    );
    expect(await run('staff remove ana@example.com --profile staff')).toEqual([
      8,
      '',
      said +
        lines(
          'Error: this needs --yes',
          '  it cannot be asked for here: this needs a terminal, outside CI, without --no-input',
          '  Try:  tenantctl staff remove ana@example.com --profile staff --yes',
          '  Code: confirmation_required',
        ),
    ]);
    expect(await run('staff remove ana@example.com --profile staff --yes')).toEqual([
      0,
      'ana@example.com is staff no more.\n',
      said,
    ]);
    expect(await run('staff remove ana@example.com --profile staff --yes')).toEqual([
      0,
      'ana@example.com is not staff.\n',
      `${said}Nothing to do.\n`,
    ]);
  });

  it('ask for the reason at a terminal', async () => {
    const done = await cli.run('staff add ana@example.com --profile staff', {
      answers: [['Why', 'support']],
    });
    expect([done.code, done.stdout]).toEqual([0, 'ana@example.com is staff now.\n']);
  });

  it('keep the last one', async () => {
    const [code, stdout, stderr] = await run('staff remove staff@platform.example --profile staff --yes');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain('  Try:  tenantctl staff list\n  Code: last_staff');
  });

  it('are nobody else’s business', async () => {
    expect(await run('staff list')).toEqual([
      9,
      '',
      lines(
        'Error: staff.list is not allowed: staff may do this, with a staff token.',
        '  Not allowed',
        '  - no   staff may do this, with a staff token (staff)',
        '  Try:  tenantctl whoami',
        '  Code: forbidden   Request ID: 1',
      ),
    ]);
  });
});
