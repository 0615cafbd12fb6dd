import { readFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WireRequest } from '../../../src/client/wire.ts';
import { activateCommand } from '../../../src/commands/members/activate.ts';
import { deactivateCommand } from '../../../src/commands/members/deactivate.ts';
import { exportCommand } from '../../../src/commands/members/export.ts';
import { listCommand } from '../../../src/commands/members/list.ts';
import { removeCommand } from '../../../src/commands/members/remove.ts';
import { showCommand } from '../../../src/commands/members/show.ts';
import { updateCommand } from '../../../src/commands/members/update.ts';
import { Cli, sendTo } from '../../support/cli.ts';
import { join, person, place } from '../../support/estate.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain, steady } from '../../support/plain.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let cli: Cli;
let acme: string;
const run = async (argv: string, options = {}) => plain(await cli.run(argv, options));

/** `acme` with the administrator ana and the user bo, and a managed account. */
beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
  await cli.signIn('ana@example.com');
  await cli.staff();
  const made = await cli.ok('accounts create Acme --slug acme --plan professional --json');
  acme = (made.json() as { id: string }).id;
  await cli.ok('accounts unlock acme --profile staff');
  await cli.ok('accounts create Dev --slug acme-dev --master acme');
  await cli.ok('accounts use acme');
  await join(server, acme, await person(server, 'bo@example.com'), 'user', ['forms']);
});

describe('the verbs of members parse', () => {
  it('what they take', async () => {
    expect(await parsed(listCommand, '--q bo --role user --state active')).toEqual({
      q: 'bo',
      role: 'user',
      state: 'active',
    });
    expect(await parsed(showCommand, 'bo@x.io')).toEqual({ member: 'bo@x.io' });
    expect(await parsed(activateCommand, 'bo@x.io')).toEqual({ member: 'bo@x.io' });
    expect(await parsed(deactivateCommand, 'bo@x.io')).toEqual({ member: 'bo@x.io' });
    expect(await parsed(exportCommand, '')).toEqual({});
    expect(await parsed(removeCommand, 'bo@x.io --preview --revoke-invites')).toEqual({
      member: 'bo@x.io',
      preview: true,
      revokeInvites: true,
    });
    expect(
      await parsed(
        updateCommand,
        'bo@x.io --role user --modules forms,reports --children a,b --if-revision 2',
      ),
    ).toEqual({
      member: 'bo@x.io',
      role: 'user',
      modules: ['forms', 'reports'],
      children: ['a', 'b'],
      ifRevision: 2,
    });
    await expect(parsed(updateCommand, 'bo@x.io --modules payment')).rejects.toThrow('--modules payment');
    await expect(parsed(listCommand, '--state gone')).rejects.toThrow('--state <STATE>');
    await expect(parsed(showCommand, '')).rejects.toThrow("missing required argument 'MEMBER'");
  });
});

describe('members list and show', () => {
  const heading = 'EMAIL\tNAME\tROLE\tSTATE\tMODULES\tCHILDREN\tID';
  const bo = 'bo@example.com\t\tuser\tactive\tforms\t\tmbr_1';

  it('give a row each, filtered if asked', async () => {
    expect(await run('members list')).toEqual([
      0,
      lines(heading, 'ana@example.com\t\tadmin\tactive\t\t\tmbr_1', bo),
      '',
    ]);
    expect((await run('members list --role user --no-headers'))[1]).toBe(`${bo}\n`);
    expect((await run('members list --q BO@ --no-headers'))[1]).toBe(`${bo}\n`);
    expect((await run('members list -o id --fields user.email'))[1]).toBe(
      lines('ana@example.com', 'bo@example.com'),
    );
    expect(await run('members list --state deactivated')).toEqual([
      0,
      '',
      'No such member. Try: tenantctl members list --account acme\n',
    ]);
    const [, table] = await run('members list', { tty: true });
    expect(table).toMatch(/^EMAIL +NAME +ROLE +STATE +MODULES +CHILDREN +ID *\n/);
  });

  it('say what to do when there is nobody', async () => {
    expect(await run('members list --account acme-dev')).toEqual([
      0,
      '',
      'No member yet. Try: tenantctl invites send ADDRESS --account acme-dev\n',
    ]);
    expect((await run('members list --account acme-dev --json'))[1]).toBe('[]\n');
  });

  it('find somebody by address, in any case, or by id', async () => {
    const byAddress = (await cli.ok('members show BO@Example.com --json')).json() as { id: string };
    expect((await cli.ok(`members show ${byAddress.id} --json`)).json()).toEqual(byAddress);
    expect((await run('members show bo@example.com'))[1]).toBe(
      lines(
        'EMAIL\tbo@example.com',
        'NAME\t',
        'ROLE\tuser',
        'STATE\tactive',
        'MODULES\tforms',
        'CHILDREN\t',
        'ID\tmbr_1',
        'USER ID\tusr_1',
        'REVISION\t1',
        'SINCE\t2026-03-02T09:00:00.000Z',
        'UPDATED\t2026-03-02T09:00:00.000Z',
      ),
    );
    expect(await run('members show nobody@example.com')).toEqual([
      5,
      '',
      lines(
        'Error: There is no member "nobody@example.com" that you can see.',
        '  Not found',
        '  Try:  tenantctl members list --account acme',
        '  Code: not_found   Request ID: 1',
      ),
    ]);
  });

  it('are not for a user of the account', async () => {
    await cli.signIn('bo@example.com', { known: true });
    const [code, stdout, stderr] = await run('members list --account acme --json');
    expect([code, stdout]).toEqual([9, '']);
    const { error } = JSON.parse(stderr);
    expect(error).toMatchObject({ code: 'forbidden', status: 403, retryable: false });
    expect(error.reasons).toEqual([
      { check: 'membership', ok: true, text: 'you are user of acme' },
      { check: 'admin', ok: false, text: 'needs an administrator of the account' },
    ]);
  });

  it('need an account', async () => {
    await cli.signIn('eve@example.com');
    const [code, stdout, stderr] = await run('members list');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Try:  tenantctl accounts list, then tenantctl accounts use ACCOUNT');
  });
});

describe('members update', () => {
  it('changes role, modules and children', async () => {
    expect(await run('members update bo@example.com --modules forms,reports --children acme-dev')).toEqual([
      0,
      'Changed bo@example.com: user, forms, reports.\n',
      '',
    ]);
    expect(await run('members update bo@example.com --children none')).toEqual([
      0,
      'Changed bo@example.com: user, forms, reports.\n',
      '',
    ]);
    const done = await cli.ok(
      'members update bo@example.com --role admin --json --fields role,modules,children',
    );
    expect(done.json()).toEqual({ role: 'admin', modules: [], children: [] });
  });

  it('that changes nothing says so', async () => {
    expect(await run('members update bo@example.com --modules forms')).toEqual([
      0,
      'bo@example.com is like that already: user, forms.\n',
      'Nothing to do.\n',
    ]);
  });

  it('is refused as a whole', async () => {
    expect((await run('members update bo@example.com'))[0]).toBe(2);
    expect((await run('members update bo@example.com --modules none,forms'))[0]).toBe(2);
    expect((await run('members update bo@example.com --role member'))[0]).toBe(2);
    expect((await run('members update bo@example.com --children nope'))[0]).toBe(5);
    expect((await run('members update bo@example.com --role admin --if-revision 7'))[0]).toBe(6);
    expect((await run('members update bo@example.com --role admin --dry-run'))[0]).toBe(2);
    expect((await run('members update bo@example.com --role admin --read-only'))[0]).toBe(2);
    expect(await run('members update ana@example.com --role user')).toEqual([
      6,
      '',
      lines(
        'Error: ana@example.com is the last active administrator of acme. Make somebody else one first.',
        '  The last administrator must stay',
        '  Try:  tenantctl members list --role admin --account acme',
        '  Code: last_admin   Request ID: 1',
      ),
    ]);
    expect((await cli.ok('members list --json --fields role,revision')).json()).toEqual([
      { role: 'admin', revision: 1 },
      { role: 'user', revision: 1 },
    ]);
  });
});

describe('members deactivate and activate', () => {
  it('go there and back, and repeat without harm', async () => {
    const nothing = 'Nothing to do.\n';
    expect(await run('members deactivate bo@example.com')).toEqual([
      0,
      'Deactivated bo@example.com; a seat is free.\n',
      '',
    ]);
    expect(await run('members deactivate bo@example.com')).toEqual([
      0,
      'bo@example.com is deactivated already.\n',
      nothing,
    ]);
    expect((await cli.ok('accounts show --json --fields seats.used')).json()).toEqual({ seats: { used: 1 } });
    expect(await run('members activate bo@example.com')).toEqual([
      0,
      'Activated bo@example.com as user.\n',
      '',
    ]);
    expect(await run('members activate bo@example.com')).toEqual([
      0,
      'bo@example.com is active already.\n',
      nothing,
    ]);
  });
});

describe('members remove', () => {
  const effects = lines(
    '  - they lose their place in default (viewer)',
    '  - what else they made here stays, and so does their own account; members restore undoes it for 90 days',
  );

  beforeEach(async () => {
    const { id } = (await cli.ok('members show bo@example.com --json')).json() as { id: string };
    await place(server, acme, id);
  });

  it('--preview and --dry-run tell what it takes along, and take nothing', async () => {
    expect(await run('members remove bo@example.com --preview')).toEqual([
      0,
      `Removing bo@example.com (user) would have these effects:\n${effects}`,
      '',
    ]);
    expect((await cli.ok('members remove bo@example.com --preview --json')).json()).toMatchObject({
      member: { user: { email: 'bo@example.com' } },
      workspaces: [{ slug: 'default', role: 'viewer' }],
      tokens: 0,
      invites_adopted: 0,
      invites_revoked: 0,
    });
    expect(await run('members remove bo@example.com --dry-run')).toEqual([
      0,
      'bo@example.com would be removed: they lose their place in default (viewer); what else they made here stays, and so does their own account; members restore undoes it for 90 days.\n',
      '',
    ]);
    expect((await run('members show bo@example.com'))[0]).toBe(0);
  });

  it('asks, with the effects before the question', async () => {
    const said = `This will remove bo@example.com (user) from acme:\n${effects}`;
    expect(await run('members remove bo@example.com --profile ana')).toEqual([
      8,
      '',
      said +
        lines(
          'Error: this needs --yes',
          '  it cannot be asked for here: this needs a terminal, outside CI, without --no-input',
          '  Try:  tenantctl members remove bo@example.com --account acme --profile ana --yes',
          '  Code: confirmation_required',
        ),
    ]);
    const no = await cli.run('members remove bo@example.com', { answers: [['Go on?', 'n']] });
    expect(no.code).toBe(8);
    expect((await run('members show bo@example.com'))[0]).toBe(0);
    const yes = await cli.run('members remove bo@example.com', { answers: [['Go on?', 'y']] });
    expect([yes.code, yes.stdout]).toEqual([0, 'Removed bo@example.com.\n']);
    expect(yes.stderr.startsWith(said)).toBe(true);
    expect((await run('members show bo@example.com'))[0]).toBe(5);
  });

  it('repeats without harm, and does not know whom it never had', async () => {
    const removed = (await cli.ok('members remove bo@example.com --yes --json')).json();
    expect(removed).toMatchObject({ changed: true, preview: { tokens: 0 } });
    expect(await run('members remove bo@example.com')).toEqual([
      0,
      'bo@example.com is no member any more.\n',
      'Nothing to do.\n',
    ]);
    expect((await run('members remove never@example.com --yes'))[0]).toBe(5);
    expect((await run('members remove never@example.com --preview'))[0]).toBe(5);
  });

  it('of the last administrator is refused before anybody is asked', async () => {
    const [code, stdout, stderr] = await run('members remove ana@example.com');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain('Code: last_admin');
    expect(stderr).not.toContain('This will');
  });

  it('of somebody who changed since they were shown is refused', async () => {
    const wire = sendTo(server.app);
    const [code, stdout, stderr] = await run('members remove bo@example.com --yes', {
      send: async (request: WireRequest) => {
        if (request.method === 'DELETE' && !request.url.includes('dry_run'))
          await cli.ok('members update bo@example.com --modules none');
        return await wire(request);
      },
    });
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain('Code: stale');
    expect((await run('members show bo@example.com'))[0]).toBe(0);
  });
});

describe('members export', () => {
  it('writes CSV wherever it goes, with formula cells made harmless', async () => {
    const eve = await server.signUp('eve@example.com', '=HYPERLINK("http://x","y")');
    await join(server, acme, { id: eve.user.id, email: eve.user.email, token: '' }, 'user', [
      'forms',
      'reports',
    ]);
    const csv = [
      'email,name,role,state,modules,children,since,id',
      'ana@example.com,,admin,active,,,2026-03-02T09:00:00.000Z,mbr_1',
      'bo@example.com,,user,active,forms,,2026-03-02T09:00:00.000Z,mbr_1',
      `eve@example.com,"'=HYPERLINK(""http://x"",""y"")",user,active,"forms,reports",,2026-03-02T09:00:00.000Z,mbr_1`,
      '',
    ].join('\r\n');
    expect(await run('members export')).toEqual([0, csv, '']);
    expect(await run('members export', { tty: true })).toEqual([0, csv, '']);
    expect(await run('members export --out members.csv')).toEqual([0, '', '']);
    expect(steady(readFileSync(pathOf(cli.configDir, 'members.csv'), 'utf8'))).toBe(csv);
  });

  it('gives the whole objects in another format', async () => {
    const rows = (await cli.ok('members export --json')).json();
    expect(rows).toEqual((await cli.ok('members list --json')).json());
    expect((await run('members export -o ndjson --limit 1 --fields role'))[1]).toBe('{"role":"admin"}\n');
  });

  it('is a file that invites the same people elsewhere', async () => {
    await cli.ok('members export --out members.csv');
    const file = pathOf(cli.configDir, 'members.csv');
    const done = await cli.run(`invites send --csv ${file} --account acme-dev --json`);
    expect([done.code, done.stderr]).toEqual([0, expect.any(String)]);
    const invited = await cli.ok('invites list --account acme-dev --json --fields email,role,modules');
    const people = [
      { email: 'ana@example.com', role: 'admin', modules: [] },
      { email: 'bo@example.com', role: 'user', modules: ['forms'] },
    ];
    const sent = invited.json();
    expect(sent).toHaveLength(2);
    expect(sent).toEqual(expect.arrayContaining(people));
  });

  it('streams page by page', async () => {
    const at = server.clock.now().toISOString();
    await server.deps.transactions.write(async ({ platform, tenant }) => {
      for (let count = 0; count < 1005; count += 1) {
        const [id, email] = [server.deps.newId('user'), `m${count}@x.io`];
        await platform.users.insert({ id, email, emailFolded: email, name: null, passwordHash: null, at });
        const member = { id: server.deps.newId('member'), userId: id, role: 'user', at } as const;
        await tenant(acme).members.insert({ ...member, modules: [], children: [] });
      }
    });
    const { stdout } = await cli.ok('members export --no-headers');
    const emails = stdout
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(',')[0]);
    expect(emails).toHaveLength(1007);
    expect(new Set(emails).size).toBe(1007);
  });
});
