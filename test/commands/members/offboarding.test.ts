import { readFileSync, writeFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { receiptsCommand } from '../../../src/commands/members/receipts.ts';
import { removeCommand } from '../../../src/commands/members/remove.ts';
import { restoreCommand } from '../../../src/commands/members/restore.ts';
import type { Member } from '../../../src/contract/types.ts';
import { Cli, type CliOptions, sendTo } from '../../support/cli.ts';
import { apiToken, join, organization, type Person, person } from '../../support/estate.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { PASSWORD, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let cli: Cli;
let orgId: string;
let people: Person[];
const run = async (argv: string, options: CliOptions = {}) => plain(await cli.run(argv, options));
const file = (name: string, ...rows: string[]) => {
  writeFileSync(pathOf(cli.configDir, name), `${rows.join('\n')}\n`);
};
const read = (name: string) => readFileSync(pathOf(cli.configDir, name), 'utf8');
const members = async () =>
  ((await cli.ok('members list --json')).json() as Member[])
    .map(({ user, role, state }) => `${user.email} ${role} ${state}`)
    .sort();

/** The super admin ana of the organization `org`, whose members p0, p1 and p2 are in the workspace ops. */
beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
  await cli.signIn('ana@example.com');
  const credentials = { email: 'ana@example.com', password: PASSWORD };
  const { user, access_token: token } = await server.ok('auth.login', { body: credentials });
  const ana = { id: user.id, email: user.email, token };
  orgId = (await organization(server, await server.staffToken(), 'org', ana)).id;
  await cli.ok('accounts use org');
  await cli.ok('workspaces create Operations --slug ops');
  people = [];
  for (const name of ['p0', 'p1', 'p2']) {
    const who = await person(server, `${name}@example.com`);
    await join(server, orgId, who, 'member');
    people.push(who);
  }
  await cli.ok(
    'workspaces members add p0@example.com p1@example.com p2@example.com --role developer --workspace ops',
  );
});

describe('the verbs parse', () => {
  it('what they take', async () => {
    expect(
      await parsed(
        removeCommand,
        '--csv l.csv --map email=Mail --reassign-to ana --revoke-keys --managed --report r.csv --allow-invalid',
      ),
    ).toEqual({
      csv: 'l.csv',
      map: ['email=Mail'],
      reassignTo: 'ana',
      revokeKeys: true,
      managed: true,
      report: 'r.csv',
      allowInvalid: true,
    });
    expect(await parsed(restoreCommand, 'bo@x.io --skip-missing')).toEqual({
      member: 'bo@x.io',
      skipMissing: true,
    });
    expect(await parsed(receiptsCommand, '--member bo --kind left --state open')).toEqual({
      member: 'bo',
      kind: 'left',
      state: 'open',
    });
  });

  it('refuse what contradicts itself, and whom to remove left open', async () => {
    const codes = async (argv: string) => {
      const { code, stderr } = await cli.run(argv);
      return [code, /Code: (\w+)/.exec(stderr)?.[1]];
    };
    expect(await codes('members remove')).toEqual([2, 'missing_argument']);
    expect(await codes('members restore')).toEqual([2, 'missing_argument']);
    expect(await codes('members remove p0@example.com --csv l.csv')).toEqual([2, 'invalid_value']);
    expect(await codes('members remove --csv l.csv --preview')).toEqual([2, 'invalid_value']);
    expect(await codes('members remove p0@example.com --report r.csv')).toEqual([2, 'invalid_value']);
    expect(await codes('members restore p0@example.com --csv l.csv')).toEqual([2, 'invalid_value']);
    expect(await codes('members restore never@example.com')).toEqual([5, 'not_found']);
  });
});

describe('members remove, one', () => {
  it('shows all that hangs on them, and hands it over', async () => {
    const [p0] = people;
    if (!p0) throw new Error('nobody');
    const params = { account: 'org', workspace: 'ops' };
    for (const name of ['crm', 'mail']) {
      const body = { kind: 'connector' as const, name };
      await server.ok('resources.create', { token: p0.token, params, body });
    }
    const key = { name: 'bot', role: 'viewer' as const };
    await server.ok('workspace_keys.create', { token: p0.token, params, body: key });
    await apiToken(server, orgId, p0, 'member');
    const last =
      '  - what else they made here stays, and so does their own account; members restore undoes it for 90 days';
    expect(await run('members remove p0@example.com --preview')).toEqual([
      0,
      lines(
        'Removing p0@example.com (member) would have these effects:',
        '  - they lose their place in ops (developer)',
        '  - 1 token for this account ends: ci',
        '  - 1 workspace key that they made stays: ops/bot',
        '  - 2 connectors that they made stay: ops/crm, ops/mail',
        last,
      ),
      '',
    ]);
    const flags = '--reassign-to p1@example.com --revoke-keys';
    const yes = await cli.run(`members remove p0@example.com ${flags}`, { answers: [['Go on?', 'y']] });
    expect([yes.code, yes.stdout]).toEqual([0, 'Removed p0@example.com.\n']);
    expect(yes.stderr).toContain('  - 1 workspace key that they made ends: ops/bot\n');
    expect(yes.stderr).toContain(
      '  - 2 connectors that they made pass to p1@example.com: ops/crm, ops/mail\n',
    );
    const keys = (await cli.ok('workspaces keys list --workspace ops --json')).json() as { state: string }[];
    expect(keys.map(({ state }) => state)).toEqual(['revoked']);
  });
});

describe('members restore, one', () => {
  it('by person or receipt, with a dry run; listed before and after', async () => {
    await cli.ok('members remove p0@example.com --yes');
    const list = await cli.ok('members receipts --fields user.email,state,role');
    expect(list.stdout).toBe('USER.EMAIL\tSTATE\tROLE\np0@example.com\topen\tmember\n');
    expect(await run('members restore p0@example.com --dry-run')).toEqual([
      0,
      'p0@example.com would be member again.\n',
      '',
    ]);
    const id = (await cli.ok('members receipts -o id')).stdout.trim();
    expect(await run(`members restore ${id}`)).toEqual([0, 'Restored p0@example.com: member.\n', '']);
    expect(await run('members restore P0@example.com')).toEqual([
      0,
      'p0@example.com has it back already.\n',
      'Nothing to do.\n',
    ]);
    expect((await cli.ok('members receipts --state open')).stderr).toContain('Nobody was removed');
    const placed = await cli.ok('workspaces members list --workspace ops --json');
    expect((placed.json() as unknown[]).length).toBe(3);
  });

  it('says all that stands in the way, and leaves out what is gone when told to', async () => {
    await cli.ok('members remove p0@example.com --yes');
    await cli.ok('workspaces delete ops --confirm ops');
    const [code, stdout, stderr] = await run('members restore p0@example.com');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain('the workspace wsp_1 is gone, in which they were developer');
    expect(stderr).toContain('Code: not_restorable');
    expect(await run('members restore p0@example.com --skip-missing')).toEqual([
      0,
      'Restored p0@example.com: member.\n',
      'Warning: not given back: the workspace wsp_1 is gone, in which they were developer\n',
    ]);
  });
});

describe('members remove --csv', () => {
  const leavers = ['email', 'p0@example.com', 'p1@example.com', 'P0@EXAMPLE.com', 'never@example.com'];

  it('--dry-run shows what would become of it and removes nobody', async () => {
    file('leavers.csv', ...leavers);
    const before = await members();
    const done = await cli.run('members remove --csv leavers.csv --dry-run --json');
    expect([done.code, done.json()]).toEqual([
      0,
      {
        kind: 'removals',
        batch_id: null,
        dry_run: true,
        rows: 4,
        outcomes: {
          removed: 2,
          not_member: 0,
          duplicate_row: 1,
          invalid_email: 0,
          unknown_member: 1,
          not_permitted: 0,
          last_admin: 0,
        },
        seats: { used: 5, limit: 1000 },
        differs: 0,
        mail: null,
        report: null,
      },
    ]);
    expect(await members()).toEqual(before);
    expect((await cli.ok('batches list --json')).json()).toEqual([]);
  });

  it('needs consent wherever it runs, and then reports row by row', async () => {
    file('leavers.csv', ...leavers);
    expect(await run('members remove --csv leavers.csv')).toEqual([
      8,
      '',
      lines(
        'This will remove 2 people from org and all its workspaces:',
        '  - 1 of 4 rows: duplicate row',
        '  - 1 of 4 rows: unknown member',
        'Error: this needs --yes',
        '  it cannot be asked for here: this needs a terminal, outside CI, without --no-input',
        '  Try:  the same command, with --yes',
        '  Code: confirmation_required',
      ),
    ]);
    const no = await cli.run('members remove --csv leavers.csv', { answers: [['Go on?', 'n']] });
    expect(no.code).toBe(8);
    const done = await cli.run('members remove --csv leavers.csv --report out.csv --yes');
    expect([done.code, done.stdout]).toEqual([
      3,
      'OUTCOME\tROWS\nremoved\t2\nduplicate_row\t1\nunknown_member\t1\n',
    ]);
    expect(done.stderr).toContain('tenantctl members restore --csv FILE');
    expect(read('out.csv').replaceAll(/rcp_\w{26}/g, 'rcp_1')).toBe(
      lines(
        'email,_row,_status,_receipt_id,_error',
        'p0@example.com,1,removed,rcp_1,',
        'p1@example.com,2,removed,rcp_1,',
        'P0@EXAMPLE.com,3,duplicate_row,,the same as row 1',
        'never@example.com,4,unknown_member,,never@example.com never was a member here',
      ),
    );
    expect(await members()).toEqual(['ana@example.com super_admin active', 'p2@example.com member active']);
    // The report itself is a file of the same people: run again, nothing is left to do.
    const again = await cli.run('members remove --csv out.csv --yes');
    expect(again.stdout).toContain('not_member\t2\n');
    // And it gives them back.
    const back = await cli.run('members restore --csv out.csv --report back.csv');
    expect([back.code, back.stdout]).toEqual([
      3,
      'OUTCOME\tROWS\nrestored\t2\nduplicate_row\t1\nunknown_member\t1\n',
    ]);
    expect((await members()).length).toBe(4);
    expect((await cli.ok('members restore --csv back.csv --yes --json').catch(() => null)) === null).toBe(
      true,
    );
  });

  it('touches nobody while a row is bad, unless the others are to go all the same', async () => {
    file('leavers.csv', 'Mail;Why', 'p0@example.com;left', 'no address;?');
    const [code, stdout, stderr] = await run('members remove --csv leavers.csv --map email=Mail --yes');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('1 of 2 rows are bad; nobody was removed');
    expect(stderr).toContain('or remove the others with --allow-invalid');
    const done = await cli.run('members remove --csv leavers.csv --map email=Mail --yes --allow-invalid');
    expect([done.code, done.stdout]).toEqual([3, 'OUTCOME\tROWS\nremoved\t1\ninvalid_email\t1\n']);
  });

  it('Ctrl-C ends it cleanly; batches resume goes on, with the same people handed over', async () => {
    const many = Array.from({ length: 1200 }, (_, n) => `m${n}@example.com`);
    const at = server.clock.now().toISOString();
    await server.deps.transactions.write(async ({ platform, tenant }) => {
      for (const email of many) {
        const id = server.deps.newId('user');
        await platform.users.insert({ id, email, emailFolded: email, name: null, passwordHash: null, at });
        const member = { id: server.deps.newId('member'), userId: id, role: 'member' as const, at };
        await tenant(orgId).members.insert({ ...member, modules: [], children: [] });
      }
    });
    file('many.csv', 'email', ...many);
    const stop = new AbortController();
    const send = sendTo(server.app);
    let chunks = 0;
    const done = await cli.run('members remove --csv many.csv --revoke-keys --yes', {
      interrupt: stop.signal,
      send: async (request) => {
        if (request.url.endsWith('/rows') && request.method === 'POST' && ++chunks === 2) stop.abort();
        return await send(request);
      },
    });
    expect([done.code, done.stdout]).toEqual([130, '']);
    const [, resume = ''] =
      /Interrupted: 1000 of 1200 rows .*\n {2}(tenantctl batches resume bat_\w{26} --csv many.csv --account org)/.exec(
        done.stderr,
      ) ?? [];
    expect((await members()).length).toBe(4 + 200);
    file('other.csv', 'email', ...many.slice(1));
    const wrong = await cli.run(resume.replace('many.csv', 'other.csv').replace('tenantctl ', ''));
    expect([wrong.code, wrong.stderr.includes('wrong_file')]).toEqual([2, true]);
    const went = await cli.run(resume.replace('tenantctl ', ''));
    expect([went.code, went.stdout]).toEqual([0, 'OUTCOME\tROWS\nremoved\t1200\n']);
    expect((await members()).length).toBe(4);
    const list = await cli.ok('batches list --kind removals --fields kind,state,rows_received');
    expect(list.stdout).toBe('KIND\tSTATE\tROWS_RECEIVED\nremovals\tfinished\t1200\n');
    const id = (await cli.ok('batches list -o id')).stdout.trim();
    const report = await cli.ok(`batches report ${id} -o csv --fields row,email,outcome --limit 2`);
    expect(report.stdout).toBe(
      'row,email,outcome\r\n1,m0@example.com,removed\r\n2,m1@example.com,removed\r\n',
    );
    expect((await cli.run(`batches revoke ${id} --yes`)).code).toBe(6);
  });

  it('streams its events as ndjson', async () => {
    file('leavers.csv', 'email', 'p0@example.com');
    const done = await cli.ok('members remove --csv leavers.csv --yes -o ndjson');
    const events = done.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const told = events.map(({ event }) => event).filter((event) => event !== 'progress');
    expect(told).toEqual(['run_start', 'item', 'summary']);
    expect(events.find(({ event }) => event === 'item')).toMatchObject({
      email: 'p0@example.com',
      outcome: 'removed',
      receipt_id: expect.stringMatching(/^rcp_/),
    });
  });
});
