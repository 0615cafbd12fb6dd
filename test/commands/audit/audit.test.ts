import { beforeEach, describe, expect, it } from 'vitest';
import { listCommand } from '../../../src/commands/audit/list.ts';
import { timeFrom } from '../../../src/commands/when.ts';
import { Cli } from '../../support/cli.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const now = Date.UTC(2026, 2, 10, 12);

describe('a time', () => {
  it.each([
    ['30m', '2026-03-10T11:30:00.000Z'],
    ['12h', '2026-03-10T00:00:00.000Z'],
    ['7d', '2026-03-03T12:00:00.000Z'],
    ['2w', '2026-02-24T12:00:00.000Z'],
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T09:00:00Z', '2026-03-01T09:00:00.000Z'],
    ['2026-03-01T09:00:00.5+02:00', '2026-03-01T07:00:00.500Z'],
    ['2026-03-01 09:00:00Z', '2026-03-01T09:00:00.000Z'],
  ])('%s is %s', (text, time) => {
    expect(timeFrom('--since', text, now)).toBe(time);
  });

  it.each(['yesterday', '7', '7y', '-7d', '2026-13-01', '2026-03-01T09:00', '03/01/2026', ''])(
    '%j is none',
    (text) => {
      expect(() => timeFrom('--since', text, now)).toThrow(`--since ${text}: not a time`);
    },
  );
});

describe('audit list', () => {
  let server: TestServer;
  let cli: Cli;
  const run = async (argv: string, options = {}) => plain(await cli.run(argv, options));

  beforeEach(async () => {
    server = await startServer();
    cli = new Cli(server);
    await cli.signIn('ana@example.com');
    await cli.ok('accounts create Acme --slug acme');
    await cli.ok('accounts use acme');
    server.clock.advance({ days: 8 });
    await cli.ok('accounts update acme --name Acme2');
  });

  it('parses its filters', async () => {
    expect(
      await parsed(
        listCommand,
        '--actor a@x.io --action members.remove --target mbr_1 --since 7d --until 1d',
      ),
    ).toEqual({ actor: 'a@x.io', action: 'members.remove', target: 'mbr_1', since: '7d', until: '1d' });
    expect(await parsed(listCommand, '--platform')).toEqual({ platform: true });
  });

  const heading = 'TIME\tACTOR\tACTION\tTARGET\tCHANGES\tREASON';
  const update = '2026-03-10T09:00:00.000Z\tuser:ana@example.com\taccounts.update\taccount:acme\tname\t';
  const create =
    '2026-03-02T09:00:00.000Z\tuser:ana@example.com\taccounts.create\taccount:acme\tkind, slug, name, plan, labels\t';

  it('tells who did what, newest first, within a time', async () => {
    expect(await run('audit list')).toEqual([0, lines(heading, update, create), '']);
    expect((await run('audit list --since 7d'))[1]).toBe(lines(heading, update));
    expect((await run('audit list --until 2026-03-05'))[1]).toBe(lines(heading, create));
    expect((await run('audit list --action accounts.create'))[1]).toBe(lines(heading, create));
    expect(await run('audit list --action members.remove')).toEqual([
      0,
      '',
      'Nothing was done that matches. Try: tenantctl audit list --since 2w\n',
    ]);
    expect((await cli.ok('audit list --since 7d --json')).json()).toMatchObject([
      { action: 'accounts.update', before: { name: 'Acme' }, after: { name: 'Acme2' } },
    ]);
  });

  it('of the platform is for staff', async () => {
    expect((await run('audit list --platform'))[0]).toBe(9);
    await cli.staff();
    const [code, stdout] = await run('audit list --platform --profile staff');
    expect(code).toBe(0);
    expect(stdout).toContain('\tauth.signup_finish\tuser:ana@example.com\t');
  });

  it('of an account that one does not see is not there', async () => {
    await cli.signIn('eve@example.com');
    expect((await run('audit list --account acme'))[0]).toBe(5);
  });

  it('--since must be a time, before anything is asked', async () => {
    const [code, stdout, stderr] = await run('audit list --since yesterday', { send: undefined });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('It takes 30m, 12h, 7d or 2w');
  });
});
