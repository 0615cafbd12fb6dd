import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { grantCommand } from '../../../src/commands/credits/grant.ts';
import { ledgerCommand } from '../../../src/commands/credits/ledger.ts';
import { usageCommand } from '../../../src/commands/credits/usage.ts';
import { recordCommand } from '../../../src/commands/usage/record.ts';
import { Cli } from '../../support/cli.ts';
import { linkSub, meterToken, report } from '../../support/credits.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { PASSWORD, startServer } from '../../support/server.ts';

let cli: Cli;
let meter: string;
let id: string;
beforeEach(async () => {
  cli = new Cli(await startServer());
  await cli.signIn('ana@acme.example');
  ({ id } = (await cli.ok('accounts create Acme --slug acme --json')).json() as { id: string });
  meter = await meterToken(cli.server);
});

const run = async (argv: string, env: Record<string, string> = {}) =>
  plain(await cli.run(argv, { env: { TENANTCTL_ACCOUNT: 'acme', ...env } }));
const asStaff = async (argv: string) => run(argv, { TENANTCTL_TOKEN: await cli.server.staffToken() });
const metering = (argv: string) => run(argv, { TENANTCTL_TOKEN: meter });

describe('credits balance', () => {
  it('shows a row a unit, and when the month ends', async () => {
    await report(cli.server, meter, 'acme', 30);
    expect(await run('credits balance')).toEqual([
      0,
      lines(
        'UNIT\tBALANCE\tOF THE MONTH\tA MONTH\tUSED\tPAID FOR\tCAP\tPAYER',
        'upload\t70\t70\t100\t30\t30\t\tacme',
        'message\t50\t50\t50\t0\t0\t\tacme',
      ),
      "What is left of the month's credits expires at 2026-04-01T00:00:00.000Z, when the next ones come.\n",
    ]);
    expect((await run('credits balance --json --fields units.upload.balance'))[1]).toContain('70');
  });

  it('names the umbrella that pays, and its cap', async () => {
    const { id: nexus } = (await cli.ok('accounts create Nexus --slug nexus --json')).json() as {
      id: string;
    };
    await linkSub(cli.server, nexus, id, { upload: 40, message: null });
    await report(cli.server, meter, 'acme', 30);
    const [, table] = await run('credits balance');
    expect(table).toContain('upload\t100\t100\t100\t30\t0\t30/40\tnexus\n');
    expect(table).toContain('message\t50\t50\t50\t0\t0\tnone\tnexus\n');
  });
});

describe('credits ledger', () => {
  it('parses its filters', async () => {
    expect(
      await parsed(ledgerCommand, '--unit upload --consumer west --cause parsers.run --since 7d'),
    ).toEqual({
      unit: 'upload',
      consumer: 'west',
      cause: 'parsers.run',
      since: '7d',
    });
  });

  it('lists what is asked for, the newest first', async () => {
    await report(cli.server, meter, 'acme', 30);
    expect(await run('credits ledger --unit upload')).toEqual([
      0,
      lines(
        'AT\tKIND\tUNIT\tAMOUNT\tCONSUMER\tPAYER\tCAUSE\tBY',
        '2026-03-02T09:00:00.000Z\tuse\tupload\t30\tacme\tacme\tparsers.run\tmeter',
        '2026-03-02T09:00:00.000Z\tgrant\tupload\t100\tacme\tacme\tcredits.monthly\tsystem',
      ),
      '',
    ]);
    const [code, , stderr] = await run('credits ledger --cause nothing.such');
    expect([code, stderr]).toEqual([0, 'No entry matches. Try: tenantctl credits balance\n']);
  });
});

describe('credits usage', () => {
  it('parses its range, and refuses what is no day', async () => {
    expect(await parsed(usageCommand, '--by day --since 2026-03-01')).toEqual({
      by: 'day',
      since: '2026-03-01',
    });
    expect((await run('credits usage --since yesterday'))[0]).toBe(2);
  });

  it('is rows for programs and spreadsheets, and bars on a terminal', async () => {
    await report(cli.server, meter, 'acme', 30);
    const [, csv] = await run('credits usage --by consumer -o csv');
    expect(csv).toBe(
      'period,account,uploads_used,uploads_paid,messages_used,messages_paid\r\n,acme,30,30,0,0\r\n',
    );
    const [, table] = await run('credits usage');
    expect(table.split('\n')).toHaveLength(14);
    expect(table).toContain('\n2026-03\t\t30\t30\t0\t0\n');
    const shown = await cli.run('credits usage --since 2026-02-01 --until 2026-04-01 --account acme', {
      tty: true,
      columns: 40,
      env: { LANG: 'C.UTF-8' },
    });
    expect(shown.stdout).toBe(
      [
        'UPLOADS  ▁█',
        '2026-02   0',
        `2026-03  30  ${'█'.repeat(27)}`,
        '',
        'MESSAGES  ▁▁',
        '2026-02  0',
        '2026-03  0',
        '',
      ].join('\n'),
    );
  });
});

describe('credits grant', () => {
  it('parses', async () => {
    expect(await parsed(grantCommand, 'acme --unit upload --amount 5 --reason why')).toEqual({
      account: 'acme',
      unit: 'upload',
      amount: 5,
      reason: 'why',
    });
  });

  it('grants, tells of it, and changes nothing in a dry run', async () => {
    const words = 'credits grant acme --unit upload --amount 500 --reason goodwill';
    const [code, stdout] = await asStaff(words);
    expect([code, stdout]).toEqual([0, 'Granted acme 500 uploads; it has 600 now.\n']);
    expect((await asStaff(`${words} --dry-run`))[0]).toBe(0);
    expect((await run('credits balance'))[1]).toContain('upload\t600\t');
    expect((await run(words))[0]).toBe(9);
  });
});

describe('credits verify', () => {
  it('says so where all is as it should be, and ends with 1 where it is not', async () => {
    const [code, stdout, stderr] = await asStaff('credits verify');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^No drift\.\n3 accounts and 6 entries were recomputed\.\n$/);
    await cli.server.database.write((trx) =>
      sql`update credit_totals set balance = 57, granted = 57 where payer_id = ${id} and unit = 'message'`.execute(
        trx,
      ),
    );
    const [failed, table, told] = await asStaff('credits verify');
    expect([failed, table]).toEqual([
      1,
      lines(
        'PAYER\tUNIT\tWHAT\tSTORED\tENTRIES',
        'acc_1\tmessage\tgranted\t57\t50',
        'acc_1\tmessage\tbalance\t57\t50',
      ),
    ]);
    expect(told).toContain('2 totals are not what the entries come to');
  });
});

describe('usage record', () => {
  it('parses one record', async () => {
    const words = 'acme --unit upload --amount 3 --cause parsers.run --key k';
    expect(await parsed(recordCommand, words)).toEqual({
      account: 'acme',
      unit: 'upload',
      amount: 3,
      cause: 'parsers.run',
      key: 'k',
    });
  });

  it('records one, once a key', async () => {
    const words = 'usage record acme --unit upload --amount 3 --cause parsers.run --key k';
    const table = (outcome: string) => lines('ACCOUNT\tKEY\tOUTCOME\tDETAIL', `acme\tk\t${outcome}\t`);
    expect(await metering(words)).toEqual([0, table('recorded'), '1 record: 1 recorded.\n']);
    expect(await metering(words)).toEqual([0, table('repeated'), '1 record: 1 repeated.\n']);
    expect((await run('credits balance'))[1]).toContain('upload\t97\t');
    expect((await metering('usage record acme --unit upload'))[0]).toBe(2);
    expect((await metering('usage record acme --csv usage.csv'))[0]).toBe(2);
    expect((await run(words))[0]).toBe(9);
  });

  it('records a file in parts, and ends with 3 where some were refused', async () => {
    const rows = Array.from({ length: 1_500 }, (_, at) => `k${at};1;acme;upload;parsers.run`);
    const file = join(cli.configDir, 'usage.csv');
    writeFileSync(file, `\ufeffKey;Amount;Account;Unit;Cause\r\n${rows.join('\r\n')}\r\n`);
    const [code, stdout, stderr] = await metering(`usage record --csv ${file} -o csv`);
    expect(code).toBe(3);
    expect(stdout.split('\r\n').filter((line) => line.includes(',recorded,'))).toHaveLength(100);
    expect(stderr).toContain('1400 of 1500 records were refused');
    await asStaff('credits grant acme --unit upload --amount 1400 --reason more');
    const [again, , told] = await metering(`usage record --csv ${file} --quiet`);
    expect([again, told]).toEqual([0, '']);
    expect((await run('credits balance'))[1]).toContain('upload\t0\t0\t100\t1500\t');
  });

  it('names the line that cannot be read, and sends nothing', async () => {
    for (const [text, message] of [
      ['account,unit\nacme,upload\n', 'stdin, line 1: the heading lacks amount, key, cause'],
      [
        'account,unit,amount,key,cause\nacme,upload,1,k,c\nacme,uploads,1,k2,c\n',
        'stdin, line 3: the unit "uploads" is not upload or message',
      ],
      [
        'account,unit,amount,key,cause\nacme,upload,1.5,k,c\n',
        'stdin, line 2: the amount "1.5" is no whole number above 0',
      ],
      [
        'account,unit,amount,key,cause\nacme,upload,1,,c\n',
        'stdin, line 2: account, key and cause must not be empty',
      ],
      ['account,unit,amount,key,cause\n', 'stdin: holds no records'],
    ] as const) {
      const done = await cli.run('usage record --csv -', { stdin: text, env: { TENANTCTL_TOKEN: meter } });
      expect([done.code, done.stderr.split('\n')[0]]).toEqual([2, `Error: ${message}`]);
    }
    expect((await run('credits balance'))[1]).toContain('upload\t100\t');
  });
});

describe('tokens create --meter', () => {
  it('makes a metering token for staff, who give their password', async () => {
    await cli.server.staffToken('ana@acme.example');
    const words =
      'tokens create gateway --meter --reason metering --password-stdin --json --fields secret,token.kind';
    const made = await cli.run(words, { stdin: `${PASSWORD}\n` });
    expect(made.json()).toEqual({ secret: expect.stringMatching(/^tctl_meter_/), token: { kind: 'meter' } });
    expect((await run('tokens create gateway --meter --staff --reason x'))[0]).toBe(2);
    expect((await run('tokens create gateway --meter --role admin --reason x'))[0]).toBe(2);
  });
});
