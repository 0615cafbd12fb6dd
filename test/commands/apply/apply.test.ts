import { describe, expect, test } from 'vitest';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { join, managed, master, organization, person } from '../../support/estate.ts';
import { PASSWORD } from '../../support/server.ts';
import { desk, summary } from './world.ts';

const ACME = `schema: tenantctl/v1
accounts:
  acme:
    name: Acme Ltd
    plan: business
    members:
      bob@x.example: { role: user, modules: [parsers] }
      eve@x.example: admin
    permission_sets:
      readers: { role: user, modules: [parsers] }
`;

const defining = (account: string) => `schema: tenantctl/v1
accounts:
  ${account}:
    parsers:
      Invoice:
        document_type: invoice
        fields: [{ name: total, type: amount, rules: [{ kind: label, label: Total }] }]
`;
const COPIES = `${defining('acme')}
  acme-dev: { parsers: { Invoice: { copy_from: acme/Invoice } } }
  acme-prod: { parsers: { Invoice: { copy_from: acme-dev/Invoice } } }
`;

describeOnEachDatabase('apply', (open) => {
  test('makes what the files say; the same again writes nothing at all', async () => {
    const at = await desk(await open());
    at.file('acme.yaml', ACME);
    const done = await at.apply('acme.yaml --yes');
    expect([done.code, done.stdout]).toEqual([0, '4 changes done.\n']);
    expect(done.stderr).toContain('account acme: made\n');
    expect(done.stderr).toContain('invitations of acme: 2 changes done\n');
    expect(await at.mailed()).toEqual(['bob@x.example', 'eve@x.example']);
    at.writes();
    const again = await at.apply('acme.yaml --yes');
    expect([again.code, again.stdout, at.writes()]).toEqual([0, 'The estate is as its files say.\n', []]);
    expect(again.stderr).toContain('Nothing to do.');
  });

  test('what the files do not name is left alone', async () => {
    const at = await desk(await open());
    await at.cli.ok('accounts create Other --slug other --label env=old');
    at.file('acme.yaml', ACME);
    await at.apply('acme.yaml --yes');
    await at.cli.ok('invites send zoe@x.example --account acme --role admin');
    at.file('less.yaml', 'schema: tenantctl/v1\naccounts: { acme: { labels: { env: prod } } }\n');
    at.writes();
    expect((await at.apply('less.yaml --yes')).code).toBe(0);
    expect(at.writes()).toEqual([expect.stringMatching(/^PATCH \/acc_\w+$/)]);
    const { data } = await at.server.ok('invites.list', { token: at.ann.token, params: { account: 'acme' } });
    expect(data.map(({ email, state }) => `${email} ${state}`).toSorted()).toEqual([
      'bob@x.example pending',
      'eve@x.example pending',
      'zoe@x.example pending',
    ]);
  });

  test('a saved change set is not asked about, and can be applied again after a kill', async () => {
    const at = await desk(await open());
    at.file('acme.yaml', ACME);
    const set = await at.save('acme.yaml', 'changes.json');
    expect(summary(set)).toEqual([
      'create account acme',
      'create member bob@x.example',
      'create member eve@x.example',
      'create permission_set readers',
    ]);
    expect(at.writes()).toEqual([]);
    const done = await at.apply('changes.json --json');
    expect([done.code, done.json()]).toMatchObject([0, { digest: set.digest, outcomes: { done: 4 } }]);
    const again = await at.apply('changes.json --json');
    expect([again.code, again.json()]).toMatchObject([0, { outcomes: { done: 0, already: 4 } }]);
    expect(await at.mailed()).toEqual(['bob@x.example', 'eve@x.example']);
  });

  test('so can one with copies, of which only digests are known', async () => {
    const at = await desk(await open());
    const staff = await at.server.staffToken();
    const acme = await master(at.server, at.ann, 'acme', staff);
    for (const slug of ['acme-dev', 'acme-prod']) await managed(at.server, at.ann, acme.id, slug);
    at.file('acme.yaml', COPIES);
    expect((await at.apply('acme.yaml --yes')).stdout).toBe('3 changes done.\n');
    at.file('acme.yaml', COPIES.replace('label: Total', 'label: Sum'));
    await at.save('acme.yaml', 'changes.json');
    expect((await at.apply('changes.json')).stdout).toBe('3 changes done.\n');
    at.writes();
    const again = await at.apply('changes.json');
    expect([again.stdout, at.writes()]).toEqual(['0 changes done, 3 so already.\n', []]);
  });

  test('a saved change set stops with 6 if anything that it touches moved, naming it, and sends nothing', async () => {
    const at = await desk(await open());
    at.file('acme.yaml', ACME);
    await at.apply('acme.yaml --yes');
    at.file('acme.yaml', ACME.replace('Acme Ltd', 'Acme Inc').replace('[parsers] }\n`', '[forms] }\n'));
    await at.save('acme.yaml', 'changes.json');
    await at.cli.ok(['accounts', 'update', 'acme', '--name', 'By hand']);
    at.writes();
    const done = await at.apply('changes.json --json');
    expect([done.code, done.stdout, at.writes()]).toEqual([6, '', []]);
    expect(JSON.parse(done.stderr.trimEnd().split('\n').at(-1) ?? '').error).toMatchObject({
      code: 'stale',
      details: [{ pointer: 'acme', detail: 'account acme has changed since' }],
    });
  });

  test('a part that fails keeps back only what needs it: 3, what was not done, and the line to go on', async () => {
    const at = await desk(await open());
    at.file(
      'two.yaml',
      `schema: tenantctl/v1
accounts:
  acme: { name: Acme, plan: business }
  acme-dev: { name: Dev, master: acme, members: { bob@x.example: admin } }
`,
    );
    // The feature is for staff to unlock, so there is no managed account yet.
    const done = await at.apply('two.yaml --yes --json');
    expect([done.code, done.json()]).toMatchObject([3, { outcomes: { done: 1, failed: 1, skipped: 1 } }]);
    expect(JSON.parse(done.stderr.trimEnd().split('\n').at(-1) ?? '').error).toMatchObject({
      code: 'partly_done',
      hint: 'tenantctl apply two.yaml --yes',
      details: [
        { pointer: 'two.yaml:4:3', detail: expect.stringContaining('(feature_locked)') },
        { pointer: 'two.yaml:4:51', detail: expect.stringContaining('account acme-dev failed') },
      ],
    });
    await at.cli.staff();
    await at.cli.ok('accounts unlock acme --reason test --profile staff');
    expect((await at.apply('two.yaml --yes')).code).toBe(0);
    expect(await at.mailed()).toEqual(['bob@x.example']);
  });
});

describe('brakes', () => {
  const PARSERS = (count: number) =>
    [
      'schema: tenantctl/v1',
      'accounts:',
      '  acme:',
      '    plan: business',
      '    permission_sets:',
      ...Array.from({ length: count }, (_, at) => `      set-${at}: { role: user, modules: [forms] }`),
      '',
    ].join('\n');

  test('nothing is removed without --prune, nor more than --max-deletes and --max-share allow', async () => {
    const at = await desk();
    at.file('sets.yaml', PARSERS(20));
    await at.apply('sets.yaml --yes');
    at.file('sets.yaml', PARSERS(17));
    at.writes();
    const run = async (words: string) => {
      const done = await at.apply(`sets.yaml ${words}`);
      return [done.code, /Code: (\w+)/.exec(done.stderr)?.[1] ?? done.stdout];
    };
    expect(await run('--yes')).toEqual([0, 'The estate is as its files say.\n']);
    const prune = '--prune permission_set';
    expect(await run(`${prune} --yes`)).toEqual([6, 'too_many_deletes']);
    expect(await run(`${prune} --max-deletes 2 --yes`)).toEqual([6, 'too_many_deletes']);
    expect(await run(`${prune} --max-deletes 3 --yes`)).toEqual([6, 'too_large_share']);
    const enough = `${prune} --max-deletes 3 --max-share 15%`;
    expect(await run(`${enough} --yes`)).toEqual([8, 'confirmation_required']);
    expect(await run(`${enough} --confirm other`)).toEqual([8, 'confirmation_mismatch']);
    expect(at.writes()).toEqual([]);
    expect(await run(`${enough} --confirm acme`)).toEqual([0, '3 changes done.\n']);
    expect(at.writes()).toEqual(['DELETE', 'DELETE', 'DELETE'].map((verb) => expect.stringContaining(verb)));
  });

  test('a saved change set keeps to --max-deletes as well', async () => {
    const at = await desk();
    at.file('sets.yaml', PARSERS(20));
    await at.apply('sets.yaml --yes');
    at.file('sets.yaml', PARSERS(19));
    await at.save('sets.yaml --prune permission_set', 'changes.json');
    at.writes();
    expect((await at.apply('changes.json')).code).toBe(6);
    expect(at.writes()).toEqual([]);
    expect((await at.apply('changes.json --max-deletes 1')).code).toBe(0);
  });

  test('a scheduled downgrade counts as the plan: it is not asked for again and again', async () => {
    const at = await desk();
    const plan = (name: string) =>
      at.file('p.yaml', `schema: tenantctl/v1\naccounts: { acme: { plan: ${name} } }\n`);
    plan('business');
    await at.apply('p.yaml --yes');
    plan('professional');
    expect((await at.apply('p.yaml --yes')).stdout).toBe('1 change done.\n');
    at.writes();
    expect((await at.apply('p.yaml --yes')).stdout).toBe('The estate is as its files say.\n');
    expect(at.writes()).toEqual([]);
  });

  test('an invitation that waits is no difference; one that has expired is renewed only when asked for', async () => {
    const at = await desk();
    at.file('acme.yaml', ACME);
    await at.apply('acme.yaml --yes');
    at.server.clock.advance({ days: 8 });
    await at.cli.signIn('ann@acme.example', { known: true });
    at.writes();
    const none = await at.apply('acme.yaml --yes');
    expect([none.code, none.stdout, at.writes()]).toEqual([0, 'The estate is as its files say.\n', []]);
    expect(none.stderr).toContain('--renew-expired sends it again');
    expect((await at.apply('acme.yaml --yes --renew-expired')).stdout).toBe('2 changes done.\n');
    const list = {
      token: (
        await at.server.ok('auth.login', {
          body: { email: 'ann@acme.example', password: 'plum harbour weaves nine' },
        })
      ).access_token,
    };
    const { data } = await at.server.ok('invites.list', { ...list, params: { account: 'acme' } });
    expect(data.map(({ state }) => state)).toEqual(['pending', 'pending']);
    at.writes();
    expect((await at.apply('acme.yaml --yes --renew-expired')).stdout).toBe(
      'The estate is as its files say.\n',
    );
    expect(at.writes()).toEqual([]);
  });

  test.each([
    [
      'declined',
      async (at: Awaited<ReturnType<typeof desk>>) => {
        const secret = await at.server.secretFor('bob@x.example');
        await at.server.ok('invites.decline', { body: { secret } });
      },
    ],
    [
      'was removed by hand',
      async (at: Awaited<ReturnType<typeof desk>>) => {
        const secret = await at.server.secretFor('bob@x.example');
        await at.server.ok('invites.accept', { body: { secret, password: 'plum harbour weaves nine' } });
        await at.cli.ok('members remove bob@x.example --account acme --yes');
      },
    ],
  ])('whoever %s is not invited again unless --reinvite says so; the others can go on', async (_, leave) => {
    const at = await desk();
    at.file('acme.yaml', ACME);
    await at.apply('acme.yaml --yes');
    await leave(at);
    at.file('acme.yaml', ACME.replace('Acme Ltd', 'Acme Inc'));
    at.writes();
    const refused = await at.apply('acme.yaml --yes');
    expect([refused.code, at.writes()]).toEqual([6, []]);
    expect(refused.stderr).toContain('Code: estate_conflict');
    expect(refused.stderr).toContain('--reinvite invites them again');
    const rest = await at.apply('acme.yaml --yes --skip-conflicts');
    expect([rest.code, rest.stdout]).toEqual([3, '1 change done.\n']);
    expect(rest.stderr).toContain('1 conflict');
    expect((await at.mailed()).filter((to) => to === 'bob@x.example').length).toBeLessThan(2);
    expect((await at.apply('acme.yaml --yes --reinvite')).stdout).toBe('1 change done.\n');
    expect((await at.apply('acme.yaml --yes --reinvite')).stdout).toBe('The estate is as its files say.\n');
  });

  test('an organization that is missing is for staff to make, with the command that does', async () => {
    const at = await desk();
    at.file(
      'org.yaml',
      'schema: tenantctl/v1\naccounts: { org: { kind: organization, members: { a@x.example: member } } }\n',
    );
    const done = await at.apply('org.yaml --yes');
    expect([done.code, at.writes()]).toEqual([6, []]);
    expect(done.stderr).toContain(
      'tenantctl accounts create NAME --slug org --organization --super-admin EMAIL',
    );
  });

  test('what the server would refuse half-way is in conflict in diff as in apply, and nothing is sent', async () => {
    const at = await desk();
    await at.cli.ok('accounts create Acme --slug acme --plan professional');
    at.file(
      'acme.yaml',
      `schema: tenantctl/v1
accounts:
  acme: { plan: bussiness }
  corp: { kind: organization }
  lost: { master: nowhere }
  sub: { master: acme, plan: basic }
`,
    );
    at.writes();
    for (const verb of ['diff -f acme.yaml', 'apply acme.yaml --yes']) {
      const done = await at.cli.run(verb);
      expect([verb, done.code, at.writes()]).toEqual([verb, 6, []]);
      const text = done.stdout + done.stderr;
      expect(text).toContain('there is no plan bussiness; did you mean business?');
      expect(text).toContain('tenantctl accounts create NAME --slug corp --organization --super-admin EMAIL');
      expect(text).toContain('nowhere, which is to manage it, is not there, or may not be seen');
    }
    at.file('acme.yaml', 'schema: tenantctl/v1\naccounts: { sub: { master: acme } }\n');
    const locked = await at.apply('acme.yaml --yes');
    expect([locked.code, at.writes()]).toEqual([6, []]);
    expect(locked.stderr).toContain(
      '- acme.yaml:2:13: account sub: acme may have no managed accounts: tenantctl accounts unlock acme --reason TEXT',
    );
  });

  test('whoever is no administrator is told so, of files and of a saved change set, and nothing is sent', async () => {
    const at = await desk();
    const acme = await at.server.ok('accounts.create', {
      token: at.ann.token,
      body: { name: 'Acme', slug: 'acme' },
    });
    await join(at.server, acme.id, await person(at.server, 'bob@acme.example'), 'user', ['parsers']);
    await at.cli.ok('login --email bob@acme.example --password-stdin --profile bob', { stdin: PASSWORD });
    at.file('acme.yaml', 'schema: tenantctl/v1\naccounts:\n  acme: { name: A }\n  sub: { master: acme }\n');
    at.writes();
    const files = await at.apply('acme.yaml --yes --profile bob');
    expect([files.code, at.writes()]).toEqual([6, []]);
    expect(files.stderr).toContain('- acme.yaml:3:3: account acme: this credential may not read acme;');
    expect(files.stderr).toContain('only an administrator of acme makes accounts that it manages');
    at.file('acme.yaml', 'schema: tenantctl/v1\naccounts:\n  acme: { name: A }\n');
    await at.save('acme.yaml', 'changes.json');
    const saved = await at.apply('changes.json --profile bob');
    expect([saved.code, at.writes()]).toEqual([6, []]);
    expect(saved.stderr).toContain('acme of changes.json cannot be read');
  });

  test('a parser that a master may only copy is a conflict with the way, not a failure on the way', async () => {
    const at = await desk();
    const acme = await master(at.server, at.ann, 'acme', await at.server.staffToken());
    await managed(at.server, at.ann, acme.id, 'acme-dev');
    at.file('acme.yaml', defining('acme-dev'));
    at.writes();
    const done = await at.apply('acme.yaml --yes');
    expect([done.code, at.writes()]).toEqual([6, []]);
    expect(done.stderr).toContain('copy_from: ACCOUNT/Invoice');
  });

  test('a plan that the account does not fit is a conflict with what stands in the way', async () => {
    const at = await desk();
    at.file('acme.yaml', ACME);
    await at.apply('acme.yaml --yes');
    const many = Array.from({ length: 8 }, (_, n) => `      p${n}@x.example: admin`).join('\n');
    at.file('acme.yaml', ACME.replace('    members:', `    members:\n${many}`));
    await at.apply('acme.yaml --yes');
    at.file('acme.yaml', 'schema: tenantctl/v1\naccounts: { acme: { plan: basic } }\n');
    at.writes();
    const done = await at.apply('acme.yaml --yes');
    expect([done.code, at.writes()]).toEqual([6, []]);
    expect(done.stderr).toContain('acme cannot go to basic');
  });

  test('the last administrator stays: demoting them is a conflict', async () => {
    const at = await desk();
    at.file('a.yaml', 'schema: tenantctl/v1\naccounts: { acme: { plan: business } }\n');
    await at.apply('a.yaml --yes');
    at.file(
      'a.yaml',
      'schema: tenantctl/v1\naccounts: { acme: { members: { ann@acme.example: { role: user, modules: [forms] } } } }\n',
    );
    at.writes();
    const done = await at.apply('a.yaml --yes');
    expect([done.code, at.writes()]).toEqual([6, []]);
    expect(done.stderr).toContain('without an administrator');
  });

  test('a protected profile asks for the slug, of a saved change set too', async () => {
    const at = await desk();
    at.file('acme.yaml', ACME);
    await at.save('acme.yaml', 'changes.json');
    await at.cli.ok('profiles update ann --protected');
    at.writes();
    for (const words of ['acme.yaml --yes', 'changes.json', 'changes.json --yes']) {
      expect((await at.apply(words)).code).toBe(8);
    }
    expect(at.writes()).toEqual([]);
    expect((await at.apply('changes.json --confirm acme')).code).toBe(0);
  });

  test('--read-only sends nothing, --dry-run shows it', async () => {
    const at = await desk();
    at.file('acme.yaml', ACME);
    const refused = await at.apply('acme.yaml --yes --read-only');
    expect([refused.code, /Code: (\w+)/.exec(refused.stderr)?.[1]]).toEqual([2, 'read_only']);
    const dry = await at.apply('acme.yaml --dry-run');
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining('bob@x.example')]);
    expect(at.writes()).toEqual([]);
  });

  test('a change set of another account, or edited, is refused', async () => {
    const at = await desk();
    at.file('acme.yaml', ACME);
    const set = await at.save('acme.yaml', 'changes.json');
    await at.save('acme.yaml', 'elsewhere.json', () => ({ api: 'https://prod.example' }));
    at.file('edited.json', JSON.stringify({ ...set, changes: set.changes.slice(1) }));
    const code = async (words: string) => {
      const done = await at.apply(words);
      return [done.code, /Code: (\w+)/.exec(done.stderr)?.[1]];
    };
    at.writes();
    expect(await code('elsewhere.json')).toEqual([6, 'change_set_elsewhere']);
    expect(await code('changes.json --account other')).toEqual([6, 'change_set_elsewhere']);
    expect(await code('edited.json')).toEqual([2, 'change_set_edited']);
    expect(await code('changes.json --reinvite')).toEqual([2, 'invalid_value']);
    expect(await code('changes.json acme.yaml')).toEqual([2, 'invalid_value']);
    expect(at.writes()).toEqual([]);
  });
});

describe('at a terminal', () => {
  test('it shows what it will do and asks', async () => {
    const at = await desk();
    at.file('acme.yaml', ACME);
    const no = await at.apply('acme.yaml', { answers: [['Go on?', 'n']] });
    expect([no.code, at.writes()]).toEqual([8, []]);
    const yes = await at.apply('acme.yaml', { answers: [['Go on?', 'y']] });
    expect(yes.code).toBe(0);
    expect(yes.stderr).toContain('mail goes to 2 people');
    expect(yes.stderr).toContain('Applying');
  });

  test('in CI it needs --yes', async () => {
    const at = await desk();
    at.file('acme.yaml', ACME);
    expect([(await at.apply('acme.yaml')).code, at.writes()]).toEqual([8, []]);
  });
});

describe('what programs read', () => {
  test('an event a change with ndjson, and a summary', async () => {
    const at = await desk();
    at.file('acme.yaml', ACME);
    const done = await at.apply('acme.yaml --yes -o ndjson');
    const events = done.stdout
      .trimEnd()
      .split('\n')
      .map((line): { event: string } => JSON.parse(line));
    expect(events.filter(({ event }) => event === 'item')).toHaveLength(4);
    expect(events[0]).toMatchObject({ event: 'run_start', changes: 4, mails: 2 });
    expect(events.at(-1)).toMatchObject({ event: 'summary', ended: 'done', done: 4, again: null });
  });

  test('Ctrl-C: what is in flight is finished, and the line to go on is said', async () => {
    const at = await desk();
    at.file('acme.yaml', ACME);
    const stop = new AbortController();
    const done = await at.apply('acme.yaml --yes --parallel 1', {
      interrupt: stop.signal,
      onStderr: (text) => {
        if (text.includes('account acme: made')) stop.abort();
      },
    });
    expect(done.code).toBe(130);
    expect(done.stderr).toContain('To go on:\n  tenantctl apply acme.yaml --parallel 1 --yes\n');
    expect((await at.apply('acme.yaml --yes')).code).toBe(0);
    expect(await at.mailed()).toEqual(['bob@x.example', 'eve@x.example']);
  });
});

test('organizations: workspaces and the people in them, invited with their places', async () => {
  const at = await desk();
  const staff = await at.server.staffToken();
  await organization(at.server, staff, 'org', at.ann);
  await person(at.server, 'bob@x.example');
  at.file(
    'org.yaml',
    `schema: tenantctl/v1
accounts:
  org:
    kind: organization
    workspaces:
      ops: { name: Operations, members: { bob@x.example: operator } }
    members: { bob@x.example: member }
`,
  );
  expect((await at.apply('org.yaml --yes')).code).toBe(0);
  expect((await at.apply('org.yaml --yes')).stdout).toBe('The estate is as its files say.\n');
});
