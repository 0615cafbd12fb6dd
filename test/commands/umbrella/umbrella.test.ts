import { expect, it } from 'vitest';
import { Cli } from '../../support/cli.ts';
import { startServer } from '../../support/server.ts';

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
  expect((await cli.run('sub-accounts unlink partner --account holding')).code).toBe(8);
  const done = await cli.ok('sub-accounts unlink partner --account holding --yes');
  expect(done.stdout).toBe('partner is not under the umbrella any more.\n');
  expect((await cli.ok('umbrella unlink --account partner --yes')).stdout).toBe(
    'partner is under no umbrella already.\n',
  );
});
