import { describe, expect, it } from 'vitest';
import { mintToken } from '../../../src/contract/token.ts';
import type { Account } from '../../../src/contract/types.ts';
import { json, scripted } from '../../client/wire.ts';
import { runCli } from '../../support/cli.ts';

function account(slug: string): Account {
  return {
    id: `acc_${slug.padEnd(26, '0')}`,
    kind: 'standard',
    slug,
    name: slug.toUpperCase(),
    state: 'active',
    suspended_by: null,
    plan: 'basic',
    managed_accounts: 'locked',
    trial_ends_at: null,
    labels: {},
    mail: { security: true, members: true },
    copy_out: 'family',
    parent: null,
    via: 'member',
    role: 'admin',
    seats: { used: 2, limit: 3 },
    revision: 1,
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
  };
}

describe('accounts list', () => {
  const env = { TENANTCTL_TOKEN: mintToken('api') };

  it('prints a row an account, tabs where nobody looks', async () => {
    const { send, sent } = scripted(json({ data: [account('acme'), account('beta')], next_cursor: null }));
    const done = await runCli('accounts list --kind standard --label env=dev --label a=b,c', { send, env });
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toBe(
      [
        'SLUG\tNAME\tKIND\tSTATE\tPLAN\tROLE\tSEATS\tID',
        'acme\tACME\tstandard\tactive\tbasic\tadmin\t2/3\tacc_acme0000000000000000000000',
        'beta\tBETA\tstandard\tactive\tbasic\tadmin\t2/3\tacc_beta0000000000000000000000',
        '',
      ].join('\n'),
    );
    expect(sent[0]?.url).toBe(
      'http://127.0.0.1:7411/v1/accounts?kind=standard&label=env%3Ddev&label=a%3Db%2Cc&limit=1000',
    );
  });

  it('prints the contract as JSON', async () => {
    const { send } = scripted(json({ data: [account('acme')], next_cursor: null }));
    const done = await runCli('--json accounts list', { send, env });
    expect([done.code, done.json()]).toEqual([0, [account('acme')]]);
  });

  it('says what to do when there is none', async () => {
    const { send } = scripted(json({ data: [], next_cursor: null }));
    const done = await runCli('accounts list', { send, env });
    expect(done).toMatchObject({ code: 0, stderr: 'No account yet. Try: tenantctl accounts create NAME\n' });
  });

  it('asks a terminal for no more than it shows', async () => {
    const { send, sent } = scripted(json({ data: [account('acme')], next_cursor: null }));
    await runCli('accounts list', { send, env, tty: true });
    expect(new URL(sent[0]?.url ?? '').searchParams.get('limit')).toBe('51');
  });

  it.each([
    ['accounts list --kind big', 2, "--kind <KIND>' argument 'big' is invalid"],
    ['accounts list --limit x', 2, '--limit x: not a whole number'],
    ['accounts list extra', 2, 'too many arguments'],
    ['accounts lsit', 2, 'Did you mean list?'],
    ['acounts list', 2, 'Did you mean accounts?'],
    ['accounts list --json -o yaml', 2, 'contradict'],
  ])('%s is a usage error', async (argv, code, text) => {
    const done = await runCli(argv, { env });
    expect([done.code, done.stdout]).toEqual([code, '']);
    expect(done.stderr).toContain(text);
  });

  it('is 4 without a credential, at once', async () => {
    const done = await runCli('accounts list --json');
    expect([done.code, done.stdout]).toEqual([4, '']);
    expect(JSON.parse(done.stderr)).toMatchObject({ error: { code: 'not_signed_in', retryable: false } });
  });
});
