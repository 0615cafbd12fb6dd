import { expect, it } from 'vitest';
import { fileAtRoot } from '../../../scripts/generated-file.ts';
import { Cli } from '../../support/cli.ts';
import { meterToken, report } from '../../support/credits.ts';
import { startServer } from '../../support/server.ts';

const visit = fileAtRoot('examples/forms/visit.yaml');

/** One person plays both sides: `holding`, an umbrella, has invited the owner of `partner`. */
async function invited() {
  const cli = new Cli(await startServer());
  await cli.signIn('ana@example.com');
  await cli.staff();
  for (const slug of ['holding', 'partner']) await cli.ok(`accounts create ${slug} --slug ${slug}`);
  await cli.ok('plans change enterprise --account holding --reason test --profile staff');
  const sent = await cli.ok(
    'sub-accounts invite ana@example.com --invitee partner --cap-uploads 5 --cap-messages none --account holding --json',
  );
  const { id } = sent.json() as { id: string };
  return { cli, id, answer: (more = '') => `umbrella accept ${id} --account partner${more}` };
}

it('says how much a sub-account may use, or that there is no cap: neither is refused', async () => {
  const { cli } = await invited();
  const silent = await cli.run('sub-accounts invite bo@example.com --account holding');
  expect([silent.code, silent.stderr]).toEqual([2, expect.stringContaining('--cap')]);
  const wrong = await cli.run('sub-accounts invite bo@example.com --cap many --account holding');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('not a number of units a month')]);
  const none = await cli.ok('sub-accounts invite bo@example.com --cap none --account holding --json');
  expect(none.json()).toMatchObject({ caps: { upload: 'none', message: 'none' } });
});

it('accepts where nobody can be asked by a digest alone, not by --yes', async () => {
  const { cli, id, answer } = await invited();
  const unread = await cli.run(answer(' --yes'));
  expect([unread.code, unread.stderr]).toEqual([2, expect.stringContaining(`umbrella consent ${id}`)]);
  const { digest } = (await cli.ok(`umbrella consent ${id} --account partner --json`)).json() as {
    digest: string;
  };
  await cli.ok(`sub-accounts cap ${id} --cap-uploads 6 --account holding`);
  const stale = await cli.run(answer(` --digest ${digest} --json`));
  expect([stale.code, stale.stderr]).toEqual([6, expect.stringContaining('consent_changed')]);
  const read = (await cli.ok(`umbrella consent ${id} --account partner --json`)).json() as { digest: string };
  const done = await cli.ok(answer(` --digest ${read.digest}`));
  expect(done.stdout).toBe('partner is under the umbrella of holding now.\n');
  const again = await cli.ok(answer(` --digest ${read.digest}`));
  expect(again.stdout).toBe('partner is under the umbrella of holding already.\n');
});

it('ends a link from either side, and shows before what ends', async () => {
  const { cli, id } = await invited();
  const { digest } = (await cli.ok(`umbrella consent ${id} --account partner --json`)).json() as {
    digest: string;
  };
  await cli.ok(`umbrella accept ${id} --account partner --digest ${digest}`);
  const dry = await cli.ok('umbrella unlink --account partner --dry-run');
  expect(dry.stderr).toContain('your own plan counts: seats 100 -> 5');
  const asked = await cli.run('sub-accounts unlink partner --account holding');
  expect([asked.code, asked.stderr]).toEqual([
    8,
    expect.stringContaining('Try:  tenantctl sub-accounts unlink partner --account holding --yes'),
  ]);
  const done = await cli.ok('sub-accounts unlink partner --account holding --yes');
  expect(done.stdout).toBe('partner is not under the umbrella any more.\n');
  expect((await cli.ok('umbrella unlink --account partner --yes')).stdout).toBe(
    'partner is under no umbrella already.\n',
  );
});

it('declines by id who is signed in, and by the mailed link whoever has it', async () => {
  const { cli, id } = await invited();
  const done = await cli.ok(`umbrella decline ${id}`);
  expect(done.stdout).toBe('Declined: nothing changes for your account.\n');
  expect((await cli.ok(`umbrella decline ${id}`)).stdout).toBe('This invitation is declined already.\n');
  await cli.ok('sub-accounts invite new@x.example --cap none --account holding');
  const stdin = `http://tenancy.test/umbrella?secret=${await cli.server.secretFor('new@x.example')}\n`;
  const stranger = new Cli(cli.server);
  expect((await stranger.ok('umbrella decline --secret-stdin', { stdin })).stdout).toBe(done.stdout);
  expect((await stranger.run(`umbrella decline ${id}`)).code).toBe(4);
});

it('says what to do next about each refusal', async () => {
  const { cli, id } = await invited();
  const tried = async (argv: string): Promise<string[]> => {
    const { stderr } = await cli.run(argv);
    return [/Code: (\w+)/.exec(stderr)?.[1] ?? '', /Try: {2}(.*)/.exec(stderr)?.[1] ?? ''];
  };
  const again = 'sub-accounts invite ana@example.com --invitee partner --cap none --account holding';
  expect(await tried(again)).toEqual([
    'already_invited',
    'tenantctl sub-accounts list --state invited --account holding',
  ]);
  expect(await tried('umbrella show --account partner')).toEqual([
    'not_linked',
    'tenantctl umbrella invites',
  ]);
  expect(await tried('sub-accounts invite bo@example.com --cap none --account partner')).toEqual([
    'no_umbrella',
    'tenantctl plans current --account partner',
  ]);
  expect(await tried('sub-accounts show nobody --account holding')).toEqual([
    'not_found',
    'tenantctl sub-accounts list --account holding',
  ]);
  const { digest } = (await cli.ok(`umbrella consent ${id} --account partner --json`)).json() as {
    digest: string;
  };
  expect(await tried(`umbrella accept ${id} --account partner --digest ${'0'.repeat(64)}`)).toEqual([
    'consent_changed',
    'tenantctl umbrella consent LINK --account ACCOUNT',
  ]);
  await cli.ok(`umbrella accept ${id} --account partner --digest ${digest}`);
  expect(await tried(`umbrella consent ${id} --account partner`)).toEqual([
    'invite_accepted',
    'tenantctl umbrella show',
  ]);
  expect(await tried(`sub-accounts resend ${id} --account holding`)).toEqual([
    'invite_not_pending',
    'tenantctl sub-accounts list --account holding',
  ]);
  await cli.ok('sub-accounts cap partner --cap 0 --account holding');
  await cli.ok(['forms', 'create', 'Visit', '--file', visit, '--account', 'partner']);
  const submit = 'forms submit Visit --answer site=DE-042 --answer day=2026-03-01 --answer reason=inspection';
  expect(await tried(`${submit} --account partner`)).toEqual([
    'cap_reached',
    'ask the umbrella to run: tenantctl sub-accounts cap SUB-ACCOUNT --cap N',
  ]);
  expect((await cli.run(`${submit} --account partner`)).code).toBe(6);
});

it('draws what a sub-account used, month by month: bars on a terminal, rows elsewhere', async () => {
  const { cli, id } = await invited();
  const { digest } = (await cli.ok(`umbrella consent ${id} --account partner --json`)).json() as {
    digest: string;
  };
  await cli.ok(`umbrella accept ${id} --account partner --digest ${digest}`);
  const meter = await meterToken(cli.server);
  await cli.ok(['forms', 'create', 'Visit', '--file', visit, '--account', 'partner']);
  const submit = 'forms submit Visit --answer site=DE-042 --answer day=2026-03-01 --answer reason=inspection';
  await cli.ok(`${submit} --account partner`);
  expect(await report(cli.server, meter, 'partner', 3)).toBe('recorded');
  expect(await report(cli.server, meter, 'partner', 2, { unit: 'message' })).toBe('recorded');
  expect(await report(cli.server, meter, 'partner', 2)).toBe('cap_reached');
  const usage = 'sub-accounts usage partner --by month --since 2026-02-01 --account holding';
  expect((await cli.ok(usage)).stdout).toBe(
    'PERIOD\tACCOUNT\tUPLOADS\tMESSAGES\n2026-02\t\t0\t0\n2026-03\t\t4\t2\n',
  );
  const drawn = (await cli.ok(usage, { tty: true, columns: 60 })).stdout;
  expect(drawn).toBe(
    [
      'UPLOADS  ▁█',
      '2026-02  0',
      `2026-03  4  ${'█'.repeat(40)}`,
      '',
      'MESSAGES  ▁█',
      '2026-02  0',
      `2026-03  2  ${'█'.repeat(40)}`,
      '',
    ].join('\n'),
  );
  const csv = await cli.ok('sub-accounts usage --account holding -o csv');
  expect(csv.stdout.trim().split(/\r?\n/)).toEqual(['period,account,uploads,messages', ',partner,4,2']);
  const wrong = await cli.run('sub-accounts usage partner --since yesterday --account holding');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--since yesterday: not a day')]);
});
