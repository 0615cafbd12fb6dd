import { beforeEach, describe, expect, it } from 'vitest';
import { lines, plain } from '../support/plain.ts';
import { type Family, family, isChange, labelsOf, watched } from './family.ts';

let place: Family;
let sent: string[];
beforeEach(async () => {
  place = await family({
    'acme-dev': { env: 'dev' },
    'acme-test': { env: 'dev' },
    'acme-prod': { env: 'prod' },
  });
  sent = [];
});

const change = 'accounts update --accounts env=dev --label tier=gold';
const asked = lines(
  'This will run accounts update in 2 accounts managed by acme:',
  '  - acme-dev',
  '  - acme-test',
);
const untouched = { 'acme-dev': 'env=dev', 'acme-prod': 'env=prod', 'acme-test': 'env=dev' };
const changed = { ...untouched, 'acme-dev': 'env=dev,tier=gold', 'acme-test': 'env=dev,tier=gold' };
const done = lines(
  'ACCOUNT\tOUTCOME\tDETAIL',
  'acme-dev\tdone\tChanged acme-dev (revision 2).',
  'acme-test\tdone\tChanged acme-test (revision 2).',
);

async function run(words: string, options = {}) {
  const send = watched(place, (request) => {
    if (isChange(request)) sent.push(`${request.method} ${new URL(request.url).search}`);
  });
  return plain(await place.cli.run(words, { send, ...options }));
}

describe('a change', () => {
  it('needs --yes where nobody can be asked, having shown the accounts', async () => {
    const refused = lines(
      'Error: this needs --yes',
      '  it cannot be asked for here: this needs a terminal, outside CI, without --no-input',
      '  Code: confirmation_required',
    );
    expect(await run(change)).toEqual([8, '', `${asked}${refused}`]);
    expect([sent, await labelsOf(place)]).toEqual([[], untouched]);
    expect(await run(`${change} --yes`)).toEqual([0, done, asked]);
    expect(await labelsOf(place)).toEqual(changed);
  });

  it('is asked for once on a terminal, and no means no', async () => {
    const no = await run(change, { answers: [['Go on?', 'n']] });
    expect([no[0], sent, await labelsOf(place)]).toEqual([8, [], untouched]);
    expect(no[2]).toContain('not confirmed: run accounts update in 2 accounts managed by acme');
    const yes = await run(change, { answers: [['Go on?', 'y']] });
    expect([yes[0], sent.length, await labelsOf(place)]).toEqual([0, 2, changed]);
  });

  it('stays under --max-accounts, which is 20 unless given', async () => {
    expect(await run(`${change} --yes --max-accounts 1`)).toEqual([
      2,
      '',
      lines(
        'Error: 2 accounts are more than the 1 of --max-accounts',
        '  Nothing was changed.',
        '  Try:  --max-accounts 2, or fewer of them with --accounts',
        '  Code: too_many_accounts',
      ),
    ]);
    expect(sent).toEqual([]);
    expect((await run(`${change} --yes --max-accounts 2`))[0]).toBe(0);
  });

  it('under --dry-run is tried out in each account, unasked', async () => {
    await place.cli.ok('invites send zoe@example.com --modules none --accounts env=dev --yes');
    place.server.clock.advance({ days: 1 });
    expect(await run('invites resend --pending --accounts env=dev --dry-run')).toEqual([
      0,
      lines(
        'ACCOUNT\tOUTCOME\tDETAIL',
        'acme-dev\tdone\t1 pending invitation would be sent again.',
        'acme-test\tdone\t1 pending invitation would be sent again.',
      ),
      'Running invites resend in 2 accounts managed by acme: acme-dev, acme-test\n',
    ]);
    expect(sent).toEqual(['POST ?dry_run=true', 'POST ?dry_run=true']);
  });

  it('without a dry run is refused under --dry-run as it is alone, with nothing on stdout', async () => {
    const [code, stdout, stderr] = await run(`${change} --dry-run --json`);
    expect([code, stdout, sent]).toEqual([2, '', []]);
    expect(JSON.parse(stderr.split('\n')[1] ?? '')).toMatchObject({ error: { code: 'no_dry_run' } });
  });

  it('is refused by a read-only run before anything is sent', async () => {
    const send = () => Promise.reject(new Error('nothing was to be sent'));
    const [code, , stderr] = await run(`${change} --yes --read-only`, { send });
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('accounts update is a change, and this run is read-only'),
    ]);
    expect((await run('members list --accounts env=dev --read-only'))[0]).toBe(0);
  });
});

describe('a profile', () => {
  it('that is protected has the name of the master typed, once', async () => {
    await place.cli.ok('profiles update ana --protected');
    const refused = await run(`${change} --yes`);
    expect([refused[0], sent]).toEqual([8, []]);
    expect(refused[2]).toContain('this needs --confirm acme (--yes is not enough)');
    expect((await run(`${change} --confirm acme-dev`))[0]).toBe(8);
    expect(sent).toEqual([]);
    expect(await run(`${change} --confirm acme`)).toEqual([
      0,
      done,
      asked.replace(' managed by acme:', ' managed by acme through the protected profile ana:'),
    ]);
    const typed = await run(`${change} --remove-label env`, { answers: [['Type acme to confirm', 'acme']] });
    expect([typed[0], await labelsOf(place)]).toEqual([
      0,
      { ...changed, 'acme-dev': 'tier=gold', 'acme-test': 'tier=gold' },
    ]);
  });

  it('that is pinned reaches its own account only: nothing is sent', async () => {
    await place.cli.ok('profiles update ana --account acme');
    const send = () => Promise.reject(new Error('nothing was to be sent'));
    const [code, stdout, stderr] = await run('members list --all-managed', { send });
    expect([code, stdout, stderr]).toEqual([
      4,
      '',
      lines(
        'Error: profile "ana" is pinned to account acme (acc_1)',
        '  the command is for managed accounts; nothing was sent',
        '  Try:  use the profile of that account (tenantctl profiles list), or one without a pinned account',
        '  Code: profile_mismatch',
      ),
    ]);
  });

  it('that is read-only refuses changes and reads', async () => {
    await place.cli.ok('profiles update ana --read-only');
    expect((await run(`${change} --yes`))[0]).toBe(2);
    expect((await run('members list --accounts env=dev'))[0]).toBe(0);
    expect([sent, await labelsOf(place)]).toEqual([[], untouched]);
  });
});
