import { writeFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommandRow } from '../../src/commands/commands/commands.ts';
import { type OperationId, operationIds } from '../../src/contract/operations.ts';
import { takesAway } from '../../src/fan-out/rule.ts';
import { runCli } from '../support/cli.ts';
import { join, person } from '../support/estate.ts';
import { type Family, family } from './family.ts';

const rows = ((await runCli('commands --json')).json() as CommandRow[]).filter((row) => row.fan_out);

/** Arguments with which each verb that fans out does something in both accounts. A verb that is missing fails the test. */
const samples: Readonly<Record<string, string>> = {
  'accounts show': '',
  'accounts update': '--label tier=gold',
  'accounts address-rules show': '',
  'accounts address-rules update': '--deny rival.example',
  'members list': '',
  'members show': 'bo@example.com',
  'members update': 'bo@example.com --role admin',
  'members deactivate': 'bo@example.com',
  'members activate': 'cy@example.com',
  'members export': '',
  'invites list': '',
  'invites send': '--csv people.csv --role user --modules forms',
  'invites resend': 'zoe@example.com',
  'audit list': '',
  'audit export': '',
  'tokens list': '--account-token',
  'workspaces list': '',
  'plans current': '',
  'plans preview': 'business',
  'plans change': 'business',
  'billing show': '',
  'credits balance': '',
};

let place: Family;
beforeEach(async () => {
  place = await family({ one: {}, two: {} });
  const [bo, cy] = [
    await person(place.server, 'bo@example.com'),
    await person(place.server, 'cy@example.com'),
  ];
  const ana = await place.server.ok('auth.login', {
    body: { email: 'ana@example.com', password: 'plum harbour weaves nine' },
  });
  for (const { id, slug } of place.children.values()) {
    await join(place.server, id, bo, 'user', ['forms']);
    await join(place.server, id, cy, 'user', ['forms']);
    await place.cli.ok(`members deactivate cy@example.com --account ${slug}`);
    await place.cli.ok(`invites send zoe@example.com --modules none --account ${slug}`);
    // What belongs to the members of an account is not its master's.
    const me = { id: ana.user.id, email: ana.user.email, token: ana.access_token };
    await join(place.server, id, me, 'admin');
  }
  writeFileSync(pathOf(place.cli.configDir, 'people.csv'), 'email\nnew1@example.com\nnew2@example.com\n');
});

describe.each(rows.map(({ path, writes }) => [path, writes] as const))('%s', (path, writes) => {
  it('does in each account what it does in one', async () => {
    const words = `${path} ${samples[path] ?? `has no sample in ${import.meta.filename}`}`;
    const done = await place.cli.run(`${words} --all-managed --yes --json --quiet`);
    expect([done.code, done.stderr.includes('Error'), done.json()]).toEqual([
      0,
      false,
      [...place.children.values()].map(({ id, slug }) => ({
        account: { id, slug },
        ok: true,
        outcome: 'done',
        result: expect.anything(),
        error: null,
      })),
    ]);
  });

  it('asks first if it changes anything, and not if it reads', async () => {
    const done = await place.cli.run(`${path} ${samples[path]} --all-managed`);
    expect(done.code).toBe(writes ? 8 : 0);
    expect(done.stderr).toContain(`${path} in 2 accounts managed by acme`);
  });

  it('shows how in its help', async () => {
    const { stdout } = await runCli(`${path} --help`);
    expect(stdout).toMatch(
      /\nFan-out:\n {2}--accounts SELECTOR .+\n {2}--all-managed .+\n {2}--max-accounts N .+\n {2}--parallel N /,
    );
  });
});

describe('what takes away', () => {
  it('is called by no verb that fans out', () => {
    expect(rows.length).toBeGreaterThan(10);
    const known = new Set<string>(operationIds);
    const isId = (id: string): id is OperationId => known.has(id);
    const calls = rows.map(({ path, operations }) => [path, operations.filter(isId).filter(takesAway)]);
    expect(calls).toEqual(rows.map(({ path }) => [path, []]));
  });

  it('is every deletion, removal, suspension, and end of something', () => {
    const found = operationIds.filter(takesAway);
    expect(found).toEqual(
      expect.arrayContaining([
        'accounts.delete',
        'accounts.suspend',
        'accounts.release',
        'accounts.lock',
        'members.remove',
        'invites.revoke',
        'account_tokens.revoke',
        'batches.cancel',
        'batches.revoke',
      ]),
    );
    expect(found.filter((id) => /\.(list|show|create|update|send|activate|resend)$/.test(id))).toEqual([]);
  });
});
