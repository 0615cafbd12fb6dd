import { beforeAll, describe, expect, it } from 'vitest';
import { newConfigDir } from '../support/cli.ts';
import { accountToken, apiToken } from '../support/estate.ts';
import { plain } from '../support/plain.ts';
import { type Family, family, labelsOf, numbered } from './family.ts';

let place: Family;
beforeAll(async () => {
  place = await family({
    ...numbered(40),
    gold: { env: 'stage', tier: 'gold' },
    plainer: { env: 'stage' },
    asleep: { env: 'stage', tier: 'gold' },
    dozing: { env: 'old' },
  });
  await place.cli.ok('accounts suspend asleep');
  await place.cli.ok('accounts suspend dozing');
});

/** A read, and which accounts it was run in. */
async function ranIn(words: string, options = {}) {
  const { code, stdout, stderr } = await place.cli.run(`accounts show -o id --fields slug ${words}`, options);
  return { code, slugs: stdout.split('\n').filter((line) => line !== ''), stderr };
}

const evens = Object.keys(numbered(40)).filter((_, at) => at % 2 === 1);

describe('which accounts', () => {
  it('those with a label, all twenty of them', async () => {
    expect(await ranIn('--accounts env=dev')).toEqual({
      code: 0,
      slugs: evens,
      stderr: `Running accounts show in 20 accounts managed by acme: ${evens.join(', ')}\n`,
    });
  });

  it.each(['--accounts env=stage,tier=gold', '--accounts env=stage --accounts tier=gold'])(
    'those with all of several labels, the suspended ones named and left out: %s',
    async (words) => {
      expect(await ranIn(words)).toEqual({
        code: 0,
        slugs: ['gold'],
        stderr:
          'Warning: asleep is suspended: skipped\nRunning accounts show in 1 account managed by acme: gold\n',
      });
    },
  );

  it('those that are skipped are among the results', async () => {
    const done = await place.cli.run('accounts show --accounts gold,asleep --fields slug --json');
    const [gold, asleep] = ['gold', 'asleep'].map((slug) => ({ id: place.children.get(slug)?.id, slug }));
    const error = { code: 'account_suspended', message: 'asleep is suspended' };
    expect([done.code, done.json()]).toEqual([
      0,
      [
        { account: gold, ok: true, outcome: 'done', result: { slug: 'gold' }, error: null },
        {
          account: asleep,
          ok: true,
          outcome: 'skipped',
          result: null,
          error: expect.objectContaining(error),
        },
      ],
    ]);
  });

  it('those named, by slug or id, once each, in that order', async () => {
    const id = place.children.get('acme-03')?.id;
    const { code, slugs } = await ranIn(`--accounts acme-07,${id},acme-03 --accounts acme-01,acme-07`);
    expect([code, slugs]).toEqual([0, ['acme-07', 'acme-03', 'acme-01']]);
  });

  it('all that are active', async () => {
    const { code, slugs } = await ranIn('--all-managed');
    expect([code, slugs]).toEqual([0, [...Object.keys(numbered(40)), 'gold', 'plainer']]);
  });

  it.each([
    ['an account token of the master', accountToken],
    ['an api token of its administrator', null],
  ])('with %s', async (_, made) => {
    const { server, master } = place;
    const login = await server.ok('auth.login', {
      body: { email: 'ana@example.com', password: 'plum harbour weaves nine' },
    });
    const ana = { id: login.user.id, email: login.user.email, token: login.access_token };
    const token =
      made === null
        ? await apiToken(server, master.id, ana, 'admin')
        : await made(server, master.id, 'admin');
    const env = { TENANTCTL_TOKEN: token, TENANTCTL_ACCOUNT: 'acme' };
    expect((await ranIn('--accounts env=dev', { env })).slugs).toEqual(evens);
  });

  it('tells of those that a master has and that do not fit: none is begun', async () => {
    const run = async (words: string) => plain(await place.cli.run(`accounts show ${words}`));
    expect(await run('--accounts acme-01,nope,acme-02,neither')).toEqual([
      5,
      '',
      'Error: acme has no managed account named nope, neither\n  Nothing was done.\n  Try:  tenantctl accounts list --master acme\n  Code: not_found\n',
    ]);
    expect(await run('--accounts env=dev,tier=gold')).toEqual([
      5,
      '',
      'Error: no managed account of acme has env=dev and tier=gold\n  The labels there are: env=dev, env=old, env=prod, env=stage, tier=gold.\n  Try:  tenantctl accounts list --master acme\n  Code: not_found\n',
    ]);
    expect(await run('--accounts env=old')).toEqual([
      5,
      '',
      'Error: none of these accounts is active\n  dozing is suspended\n  Try:  tenantctl accounts list --master acme\n  Code: not_found\n',
    ]);
    expect(await run('--all-managed --account acme-01')).toEqual([
      5,
      '',
      'Error: acme-01 has no managed account that you can see\n  Try:  tenantctl accounts list --master acme-01\n  Code: not_found\n',
    ]);
  });

  it('needs to know whose', async () => {
    const env = { TENANTCTL_TOKEN: await accountToken(place.server, place.master.id, 'admin') };
    const done = await place.cli.run('members list --all-managed', { env, configDir: newConfigDir() });
    expect(plain(done)).toEqual([
      2,
      '',
      'Error: whose managed accounts?\n  Neither --account, TENANTCTL_ACCOUNT, .tenantctl.json nor the profile names their master.\n  Try:  --account MASTER, beside --accounts or --all-managed\n  Code: no_account\n',
    ]);
  });

  it('never one of another master', async () => {
    await place.cli.signIn('eve@example.com');
    const done = await place.cli.run('members list --account acme --all-managed --profile eve');
    expect(plain(done)).toEqual([
      5,
      '',
      'Error: There is no account "acme" that you can see.\n  Not found\n  Try:  tenantctl accounts list\n  Code: not_found   Request ID: 1\n',
    ]);
    await place.cli.ok('profiles use ana');
  });
});

describe('what is typed', () => {
  it.each([
    ['--accounts env=dev,acme-01', 'takes either labels or names, not both'],
    ['--accounts env=dev --all-managed', '--accounts and --all-managed contradict each other'],
    ['--accounts env=dev --accounts env=prod', 'no account has two values of the label env'],
    ['--parallel 2', 'go with --accounts or --all-managed'],
    ['--max-accounts 2', 'go with --accounts or --all-managed'],
    ['--all-managed --parallel 0', '--parallel 0: not from 1 to 16'],
    ['--all-managed --parallel 17', '--parallel 17: not from 1 to 16'],
    ['acme-01 --all-managed', 'ACCOUNT goes without --accounts and --all-managed'],
    ['--accounts ,', '--accounts is empty'],
  ])('accounts update --name X %s: nothing is sent', async (words, said) => {
    const send = () => Promise.reject(new Error('nothing was to be sent'));
    const { code, stderr } = await place.cli.run(`accounts update --name X --yes ${words}`, { send });
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  it('of an empty variable selects nothing', async () => {
    const words = ['accounts', 'update', '--label', 'x=y', '--yes', '--accounts', ''];
    expect((await place.cli.run(words)).stderr).toContain('--accounts is empty');
  });

  it.each([
    ['accounts update --all-managed --slug x', '--slug goes without'],
    ['tokens list --all-managed', 'without --account-token this is not about an account'],
    ['audit list --platform --all-managed', '--platform goes without'],
    ['invites send --csv - --all-managed', '--csv - : stdin can be read once'],
    ['invites send a@x.io --report r.csv --all-managed', '--report goes without'],
    ['members remove a@x.io --all-managed', "unknown option '--all-managed'"],
  ])('%s: nothing is sent', async (words, said) => {
    const send = () => Promise.reject(new Error('nothing was to be sent'));
    const { code, stderr } = await place.cli.run(words, { send });
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  it('without fan-out still needs its ACCOUNT', async () => {
    const { code, stderr } = await place.cli.run('accounts update --name X');
    expect([code, stderr]).toEqual([2, expect.stringContaining("missing required argument 'ACCOUNT'")]);
    expect(Object.values(await labelsOf(place))).toHaveLength(44);
  });
});
