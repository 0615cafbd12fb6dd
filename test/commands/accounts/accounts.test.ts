import { beforeEach, describe, expect, it } from 'vitest';
import { Cli } from '../../support/cli.ts';
import { join, person } from '../../support/estate.ts';
import { lines, plain, steady } from '../../support/plain.ts';
import { PASSWORD, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let cli: Cli;
const run = async (argv: string, options = {}) => plain(await cli.run(argv, options));

beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
  await cli.signIn('ana@example.com');
  await cli.staff();
});

/** `acme`, which may have managed accounts, and one of them. */
async function family(): Promise<void> {
  await cli.ok('accounts create Acme --slug acme --plan professional');
  await cli.ok('accounts unlock acme --profile staff');
  await cli.ok('accounts create Dev --slug acme-dev --master acme --label env=dev');
}

describe('accounts create', () => {
  it('makes a standard account whose administrator one is', async () => {
    expect(await run('accounts create Acme --slug acme --label env=hq')).toEqual([
      0,
      'Created acme (acc_1) on plan basic.\n',
      '',
    ]);
    const shown = (await cli.ok('accounts show acme --json')).json();
    expect(shown).toMatchObject({ slug: 'acme', name: 'Acme', labels: { env: 'hq' }, role: 'admin' });
  });

  it('makes a managed account, and an organization for staff', async () => {
    await family();
    expect(await run('accounts create Prod --master acme --admin-email bo@example.com')).toEqual([
      0,
      'Created prod (acc_1) on plan basic, managed by acme.\n',
      '',
    ]);
    expect(
      await run('accounts create Big --organization --super-admin zoe@example.com --profile staff'),
    ).toEqual([
      0,
      'Created big (acc_1) on plan business.\n',
      'It opens when its first super admin accepts.\n',
    ]);
    expect((await server.mails()).map(({ to }) => to)).toEqual(
      expect.arrayContaining(['bo@example.com', 'zoe@example.com']),
    );
  });

  it('with --if-not-exists makes it once and says what differs', async () => {
    await family();
    const again = 'accounts create acme-dev --if-not-exists --master acme --label env=dev';
    expect(await run(again)).toEqual([
      0,
      'Account acme-dev (acc_1) exists.\n',
      'Nothing to do: acme-dev exists.\n',
    ]);
    expect(await run('accounts create acme-dev --if-not-exists --plan starter --label env=prod')).toEqual([
      0,
      'Account acme-dev (acc_1) exists.\n',
      lines(
        'Nothing to do: acme-dev exists.',
        'Warning: acme-dev is on plan basic, not starter',
        'Warning: acme-dev has the master acme, not none',
        'Warning: acme-dev has env=dev, not env=prod',
      ),
    ]);
    const [code, , stderr] = await run('accounts create acme-new --if-not-exists --json');
    expect([code, stderr]).toEqual([0, '']);
    expect((await cli.ok('accounts list -o id --fields slug')).stdout).toContain('acme-new');
  });

  it('with --if-not-exists finds the one that came first, when two start at once', async () => {
    const both = await Promise.all([
      cli.run('accounts create same --if-not-exists --json'),
      cli.run('accounts create same --if-not-exists --json'),
    ]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both[0]?.json()).toMatchObject({ slug: 'same' });
    expect((await cli.ok('accounts list --q same --json')).json()).toHaveLength(1);
  });

  it('never says that a slug exists which one cannot see', async () => {
    await cli.signIn('eve@example.com');
    await cli.ok('accounts create Hers --slug hers');
    await cli.ok('profiles use ana');
    const [code, stdout, stderr] = await run('accounts create hers --if-not-exists');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toBe(
      lines(
        'Error: The slug hers is taken, or was until lately. Choose another.',
        '  The slug is taken',
        '  Try:  tenantctl accounts list, or choose another --slug',
        '  Code: slug_taken   Request ID: 1',
      ),
    );
  });

  it('is refused with the reasons while the feature is locked', async () => {
    await cli.ok('accounts create Acme --slug acme --plan professional');
    expect(await run('accounts create Dev --master acme')).toEqual([
      9,
      '',
      lines(
        'Error: The managed accounts feature of acme is locked. Ask staff to unlock it.',
        '  The managed accounts feature is locked',
        '  - no   The managed accounts feature of acme is locked. Ask staff to unlock it. (feature)',
        '  Try:  ask the operators: tenantctl accounts unlock ACCOUNT',
        '  Code: feature_locked   Request ID: 1',
      ),
    ]);
  });

  it.each([
    ['Big --organization', '--organization needs --super-admin ADDRESS'],
    ['Big --organization --super-admin a@x.io --master acme', 'exclude each other'],
    ['Acme --super-admin a@x.io', '--super-admin goes with --organization'],
    ['Acme --admin-email a@x.io', '--admin-email goes with --master'],
    ['Acme-Ltd --if-not-exists', '--if-not-exists needs --slug'],
    ['Acme --label env', '--label env: not KEY=VALUE'],
  ])('%s is a usage error', async (argv, text) => {
    const [code, stdout, stderr] = await run(`accounts create ${argv}`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });
});

describe('accounts show and tree', () => {
  beforeEach(family);

  it('show everything about an account', async () => {
    expect(await run('accounts show acme-dev')).toEqual([
      0,
      lines(
        'SLUG\tacme-dev',
        'NAME\tDev',
        'ID\tacc_1',
        'KIND\tstandard',
        'STATE\tactive',
        'PLAN\tbasic',
        'SEATS\t0/5',
        'PARENT\tacme (managed: Acme)',
        'LABELS\tenv=dev',
        'MANAGED ACCOUNTS\tlocked',
        'MAIL\tsecurity, members',
        'COPY OUT\tfamily',
        'YOUR ROLE\tnone (managed)',
        'REVISION\t1',
        'CREATED\t2026-03-02T09:00:00.000Z',
        'UPDATED\t2026-03-02T09:00:00.000Z',
      ),
      '',
    ]);
    const [, onTerminal] = await run('accounts show acme-dev --fields slug,seats.used', { tty: true });
    expect(onTerminal).toBe(lines('SLUG        acme-dev', 'SEATS.USED  0'));
  });

  it('tell who may not see it the same as if it were not there', async () => {
    await cli.signIn('eve@example.com');
    const hidden = await run('accounts show acme');
    expect(hidden).toEqual([
      5,
      '',
      lines(
        'Error: There is no account "acme" that you can see.',
        '  Not found',
        '  Try:  tenantctl accounts list',
        '  Code: not_found   Request ID: 1',
      ),
    ]);
    const missing = await run('accounts show nope');
    expect(missing[2].replaceAll('nope', 'acme')).toBe(hidden[2]);
  });

  it('draw the hierarchy', async () => {
    const tree = lines(
      'acme - Acme [standard, professional, 1 member]',
      '├── workspace default',
      '└── acme-dev - Dev [standard, basic, 0 members, env=dev]',
      '    └── workspace default',
    );
    expect(await run('accounts tree acme')).toEqual([0, tree, '']);
    expect((await run('accounts tree acme', { tty: true }))[1]).toBe(tree);
    expect((await run('accounts tree acme', { env: { LANG: 'C' } }))[1]).toContain('`-- acme-dev');
    expect((await cli.ok('accounts tree acme --json')).json()).toMatchObject({
      parent: null,
      account: { slug: 'acme' },
      children: [{ slug: 'acme-dev', members: 0 }],
    });
    expect((await run('accounts tree acme-dev'))[1]).toContain('(below Acme)');
  });
});

describe('accounts update', () => {
  beforeEach(family);

  it('changes what is named and leaves the rest', async () => {
    expect(await run('accounts update acme-dev --label owner=ana --remove-label env --name Dev2')).toEqual([
      0,
      'Changed acme-dev (revision 2).\n',
      '',
    ]);
    expect((await cli.ok('accounts show acme-dev --json')).json()).toMatchObject({
      name: 'Dev2',
      labels: { owner: 'ana' },
    });
    await cli.ok('accounts update acme --mail-members off');
    expect((await cli.ok('accounts show acme --json')).json()).toMatchObject({
      mail: { security: true, members: false },
    });
    await cli.ok('accounts update acme --copy-out anyone');
    expect((await cli.ok('accounts show acme --json')).json()).toMatchObject({ copy_out: 'anyone' });
  });

  it('that changes nothing says so', async () => {
    expect(await run('accounts update acme-dev --label env=dev')).toEqual([
      0,
      'acme-dev is like that already.\n',
      'Nothing to do.\n',
    ]);
    expect(await run('accounts update acme-dev')).toEqual([
      2,
      '',
      lines('Error: nothing to change', '  Try:  tenantctl accounts update --help', '  Code: usage'),
    ]);
  });

  it('of a stale revision is a conflict that changes nothing', async () => {
    const [code, stdout, stderr] = await run('accounts update acme --name New --if-revision 1');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain('Code: stale');
    expect(stderr).toContain('Try:  read it again, then repeat the change');
    expect((await cli.ok('accounts show acme --json')).json()).toMatchObject({ name: 'Acme' });
  });

  it('of the slug says where the old one still stands', async () => {
    await cli.ok('accounts use acme');
    const [code, stdout, stderr] = await run('accounts update acme --slug acme-hq');
    expect([code, stdout]).toEqual([0, 'Changed acme-hq (revision 3).\n']);
    expect(stderr).toBe(
      lines(
        `Warning: ${cli.configDir}/config.json still names it acme`,
        'Try: tenantctl accounts use acme-hq',
      ),
    );
  });
});

describe('accounts use', () => {
  beforeEach(family);

  it('keeps the account in the profile', async () => {
    expect(await run('accounts use acme')).toEqual([0, 'Profile ana acts in acme now.\n', '']);
    expect((await cli.ok('accounts show --json')).json()).toMatchObject({ slug: 'acme' });
  });

  it('offers a choice where somebody can choose', async () => {
    const done = await cli.run('accounts use', { answers: [['Which account?', '\u001b[B']] });
    expect(done.code).toBe(0);
    expect(done.stdout).toMatch(/^Profile ana acts in (acme|acme-dev|ana\S*) now\.\n$/);
  });

  it('says of each what one is there, and which one is the own', async () => {
    const done = await cli.run('accounts use', { answers: [['Which account?', '']] });
    const shown = steady(done.stderr);
    expect(shown).toContain('acme - Acme, standard, professional: admin');
    expect(shown).toMatch(/acme-dev - Dev, standard, \w+: managed by acme/);
    expect(shown).toMatch(/ana-\w+ - .*, your personal account/);
  });

  it('searches where there are many', async () => {
    for (let n = 10; n < 22; n += 1) await cli.ok(`accounts create Client${n} --slug client-${n}`);
    const done = await cli.run('accounts use', {
      answers: [
        ['type to search', 'ent-17'],
        ['client-17 - Client17', ''],
      ],
    });
    expect([done.code, done.stdout]).toEqual([0, 'Profile ana acts in client-17 now.\n']);
  });

  it('names the missing argument where nobody can', async () => {
    expect(await run('accounts use')).toEqual([
      2,
      '',
      lines(
        'Error: ACCOUNT is missing',
        '  it cannot be asked for here: this needs a terminal, outside CI, without --no-input',
        '  Try:  tenantctl accounts use ACCOUNT',
        '  Code: missing_flag',
      ),
    ]);
  });

  it('refuses what one cannot see, and keeps the old one', async () => {
    await cli.ok('accounts use acme');
    expect((await run('accounts use nope'))[0]).toBe(5);
    expect((await cli.ok('accounts show --json')).json()).toMatchObject({ slug: 'acme' });
  });

  it('says what wins over it', async () => {
    const [code, , stderr] = await run('accounts use acme', { env: { TENANTCTL_ACCOUNT: 'acme-dev' } });
    expect([code, stderr]).toEqual([0, 'Warning: TENANTCTL_ACCOUNT says acme-dev, and wins\n']);
  });

  it('needs a profile', async () => {
    const configDir = `${cli.configDir}/empty`;
    const body = { email: 'ana@example.com', password: PASSWORD };
    const { access_token: token } = await server.ok('auth.login', { body });
    const [code, , stderr] = await run('accounts use acme', { configDir, env: { TENANTCTL_TOKEN: token } });
    expect([code, stderr.includes('Code: no_profile')]).toEqual([2, true]);
  });
});

describe('the states of an account', () => {
  beforeEach(family);

  it('suspended and active again, by its master', async () => {
    expect(await run('accounts suspend acme-dev --reason unpaid')).toEqual([0, 'Suspended acme-dev.\n', '']);
    const again = [0, 'acme-dev is suspended already.\n', 'Nothing to do.\n'];
    expect(await run('accounts suspend acme-dev')).toEqual(again);
    expect((await cli.ok('accounts show acme-dev')).stdout).toContain('STATE\tsuspended by master');
    const [event] = (
      await cli.ok('audit list --account acme-dev --action accounts.suspend --json')
    ).json() as {
      reason: string;
    }[];
    expect(event?.reason).toBe('unpaid');
    expect(await run('accounts activate acme-dev')).toEqual([0, 'Activated acme-dev.\n', '']);
    const active = [0, 'acme-dev is not suspended.\n', 'Nothing to do.\n'];
    expect(await run('accounts activate acme-dev')).toEqual(active);
  });

  it('unlocked on a plan that lacks them is told what else it needs', async () => {
    await cli.ok('accounts create Small --slug small');
    expect(await run('accounts unlock small --profile staff')).toEqual([
      0,
      'Unlocked managed accounts of small.\n',
      'The plan basic has no managed accounts: change it (tenantctl plans list), or give a trial (--trial-days N).\n',
    ]);
    const [, , refused] = await run('accounts create x --master small');
    expect(refused).toContain('Plans that have them: professional, business, enterprise.');
  });

  it('unlocked, on trial and locked, by staff', async () => {
    const unlocked = [0, 'The feature is unlocked already for acme.\n', 'Nothing to do.\n'];
    expect(await run('accounts unlock acme --profile staff')).toEqual(unlocked);
    await cli.ok('accounts lock acme --profile staff');
    const locked = [0, 'The feature is locked already for acme.\n', 'Nothing to do.\n'];
    expect(await run('accounts lock acme --profile staff')).toEqual(locked);
    expect(await run('accounts unlock acme --trial-days 30 --profile staff')).toEqual([
      0,
      'Unlocked managed accounts of acme until 2026-04-01T09:00:00.000Z.\n',
      '',
    ]);
  });

  it('are not for everybody', async () => {
    expect(await run('accounts unlock acme')).toEqual([
      9,
      '',
      lines(
        'Error: accounts.unlock is not allowed: you are admin of acme; staff may do this, with a staff token.',
        '  Not allowed',
        '  - yes  you are admin of acme (membership)',
        '  - no   staff may do this, with a staff token (staff)',
        '  Try:  tenantctl access explain --action accounts.unlock --account acme',
        '  Code: forbidden   Request ID: 1',
      ),
    ]);
  });

  it.each(['suspend', 'activate', 'lock', 'unlock'])('%s has no dry run and says so', async (verb) => {
    const [code, stdout, stderr] = await run(`accounts ${verb} acme --dry-run`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Code: no_dry_run');
  });
});

describe('accounts delete', () => {
  beforeEach(family);
  const preview = lines(
    'This will delete the account acme-dev (Dev) for good, and with it:',
    '  - 1 workspace with all that is there',
  );

  it('wants the slug, and --yes is not enough', async () => {
    const refused = lines(
      'Error: this needs --confirm acme-dev (--yes is not enough)',
      '  it cannot be asked for here: this needs a terminal, outside CI, without --no-input',
      '  Try:  tenantctl accounts delete acme-dev --confirm acme-dev',
      '  Code: confirmation_required',
    );
    expect(await run('accounts delete acme-dev --yes')).toEqual([8, '', preview + refused]);
    expect((await run('accounts delete acme-dev --confirm acme'))[0]).toBe(8);
    const typed = await cli.run('accounts delete acme-dev', {
      answers: [['Type acme-dev to confirm', 'acme']],
    });
    expect(typed.code).toBe(8);
    expect((await run('accounts show acme-dev'))[0]).toBe(0);
  });

  it('counts what would be lost under --dry-run, and loses nothing', async () => {
    expect(await run('accounts delete acme-dev --dry-run')).toEqual([
      0,
      'acme-dev would be deleted, and with it 1 workspace with all that is there.\n',
      '',
    ]);
    expect((await run('accounts show acme-dev'))[0]).toBe(0);
  });

  it('deletes by slug or id, and again without harm', async () => {
    const { id } = (await cli.ok('accounts show acme-dev --json')).json() as { id: string };
    expect(await run(`accounts delete ${id} --confirm acme-dev`)).toEqual([
      0,
      'Deleted acme-dev, and with it 1 workspace with all that is there.\n',
      preview,
    ]);
    const again = [0, 'acme-dev is deleted already.\n', 'Nothing to do.\n'];
    expect(await run('accounts delete acme-dev --confirm acme-dev')).toEqual(again);
    expect((await run('accounts delete never-was --confirm never-was'))[0]).toBe(5);
  });

  it('asks at a terminal', async () => {
    const done = await cli.run('accounts delete acme-dev', {
      answers: [['Type acme-dev to confirm', 'acme-dev']],
    });
    expect([done.code, done.stdout]).toEqual([
      0,
      'Deleted acme-dev, and with it 1 workspace with all that is there.\n',
    ]);
  });

  it('prints the counts as JSON', async () => {
    expect((await cli.ok('accounts delete acme-dev --confirm acme-dev --json')).json()).toEqual({
      changed: true,
      members: 0,
      pending_invites: 0,
      workspaces: 1,
      parsers: 0,
      forms: 0,
      records: 0,
      resources: 0,
      tokens: 0,
      keys: 0,
    });
  });

  it('says that the profile still names it', async () => {
    await cli.ok('accounts use acme-dev');
    const [code, , stderr] = await run('accounts delete acme-dev --confirm acme-dev');
    expect([code, stderr]).toEqual([
      0,
      `${preview}acme-dev is still this profile's account. Try: tenantctl accounts use ACCOUNT\n`,
    ]);
  });

  it('on a protected profile is confirmed once, by the same slug', async () => {
    await cli.ok('profiles update ana --protected');
    const { id } = (await cli.ok('accounts show acme-dev --json')).json() as { id: string };
    expect((await run(`accounts delete ${id} --yes`))[0]).toBe(8);
    expect((await run(`accounts delete ${id} --dry-run`))[0]).toBe(0);
    const [code, stdout, stderr] = await run(`accounts delete ${id} --confirm acme-dev`);
    expect([code, stdout]).toEqual([
      0,
      'Deleted acme-dev, and with it 1 workspace with all that is there.\n',
    ]);
    expect(stderr.startsWith(preview)).toBe(true);
  });

  it('on a profile that is pinned elsewhere sends nothing', async () => {
    await cli.ok('accounts create Other --slug other');
    await cli.ok('profiles update ana --account other');
    const done = await cli.run('accounts delete acme-dev --confirm acme-dev');
    expect(done.code).not.toBe(0);
    await cli.ok('profiles update ana --no-account');
    expect((await run('accounts show acme-dev'))[0]).toBe(0);
  });

  it('says before it asks what stands in the way', async () => {
    expect(await run('accounts delete acme --confirm acme')).toEqual([
      6,
      '',
      lines(
        'Error: acme has managed accounts. Delete or release them first.',
        '  The account has managed accounts',
        '  - managed_account: acme-dev',
        '  Try:  tenantctl accounts tree --account acme',
        '  Code: has_managed_accounts   Request ID: 1',
      ),
    ]);
  });
});

describe('accounts leave and release', () => {
  beforeEach(family);

  it('leave asks, and may be repeated', async () => {
    const bo = await person(server, 'bo@example.com');
    const { id } = (await cli.ok('accounts show acme --json')).json() as { id: string };
    await join(server, id, bo, 'admin');
    const said = lines(
      'This will take you (admin) out of acme (Acme):',
      '  - you lose its workspaces and everything granted to you there',
      '  - your tokens for it stop working; pending invitations that you vouch for are revoked',
      '  - only a new invitation brings you back',
    );
    expect(await run('accounts leave acme')).toEqual([
      8,
      '',
      said +
        lines(
          'Error: this needs --yes',
          '  it cannot be asked for here: this needs a terminal, outside CI, without --no-input',
          '  Try:  tenantctl accounts leave acme --yes',
          '  Code: confirmation_required',
        ),
    ]);
    await cli.ok('accounts use acme');
    expect(await run('accounts leave acme --yes')).toEqual([
      0,
      'You have left acme.\n',
      `${said}acme is still this profile's account. Try: tenantctl accounts use ACCOUNT\n`,
    ]);
    const [code, stdout] = await run('accounts leave acme --yes');
    expect([code, stdout]).toEqual([0, 'You have left acme already.\n']);
    expect((await run('accounts leave nope --yes'))[0]).toBe(5);
  });

  it('the last administrator cannot leave', async () => {
    const [code, stdout, stderr] = await run('accounts leave acme --yes');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain('Try:  tenantctl members list --role admin --account acme\n');
  });

  it('release needs somebody who goes on, and says so before it asks', async () => {
    expect(await run('accounts release acme-dev')).toEqual([
      6,
      '',
      lines(
        'Error: acme-dev has no active administrator of its own. Invite one, or delete the account.',
        '  The account has no administrator of its own',
        '  Try:  tenantctl invites send ADDRESS --role admin --account acme-dev',
        '  Code: no_admin   Request ID: 1',
      ),
    ]);
  });

  it('release ends the link, and may be repeated', async () => {
    const bo = await person(server, 'bo@example.com');
    const { id } = (await cli.ok('accounts show acme-dev --json')).json() as { id: string };
    await join(server, id, bo, 'admin');
    expect(await run('accounts release acme-dev --dry-run')).toEqual([
      0,
      'acme-dev would be released.\n',
      '',
    ]);
    expect((await run('accounts release acme-dev'))[0]).toBe(8);
    expect(await run('accounts release acme-dev --yes')).toEqual([
      0,
      'Released acme-dev.\n',
      lines(
        'This will release acme-dev from acme:',
        '  - administrators of acme lose all access that they have through it',
        '  - grants of acme-dev to users of acme end',
        '  - it cannot be linked again; its plan and people stay as they are',
      ),
    ]);
    const again = [0, 'acme-dev is released already.\n', 'Nothing to do.\n'];
    expect(await run('accounts release acme-dev')).toEqual(again);
  });
});

describe('accounts address-rules', () => {
  beforeEach(family);

  it('are merged, folded and shown', async () => {
    expect(await run('accounts address-rules show acme')).toEqual([0, 'ALLOW\t\nDENY\t\n', '']);
    await cli.ok('accounts use acme');
    expect(
      await run('accounts address-rules update --allow Mailinator.com,a.example --deny @Rival.example'),
    ).toEqual([0, 'Changed: allowed: a.example, mailinator.com; denied: rival.example.\n', '']);
    expect(await run('accounts address-rules update --deny a.example --remove rival.example')).toEqual([
      0,
      'Changed: allowed: mailinator.com; denied: a.example.\n',
      '',
    ]);
    expect(await run('accounts address-rules update --allow MAILINATOR.com')).toEqual([
      0,
      'As before: allowed: mailinator.com; denied: a.example.\n',
      'Nothing to do.\n',
    ]);
    expect((await cli.ok('accounts address-rules show --json')).json()).toEqual({
      allow: ['mailinator.com'],
      deny: ['a.example'],
    });
  });

  it.each([
    ['', 'nothing to change'],
    ['--deny nodot', '--deny nodot: not a domain'],
    ['--deny a.example --allow A.example', 'a.example is named twice'],
  ])('update %s is a usage error', async (flags, text) => {
    const [code, stdout, stderr] = await run(`accounts address-rules update acme ${flags}`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });
});
