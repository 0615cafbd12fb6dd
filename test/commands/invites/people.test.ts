import { beforeEach, describe, expect, it } from 'vitest';
import { NEW_PASSWORD, PASSWORD } from '../../support/server.ts';
import { type Office, office } from './account.ts';

let acme: Office;

beforeEach(async () => {
  acme = await office();
  await acme.run('invites send b@x.example c@x.example d@x.example --modules forms');
});

const link = async (email: string) => `http://tenancy.test/accept#${await acme.secret(email)}`;

describe('invites list, show', () => {
  it('list what was sent', async () => {
    const done = await acme.run('invites list --fields email,state,role --q b@');
    expect(done.stdout).toBe('EMAIL\tSTATE\tROLE\nb@x.example\tpending\tuser\n');
    expect((await acme.run('invites list --state expired --json')).json()).toEqual([]);
    server().clock.advance({ days: 8 });
    expect((await acme.run('invites list --state expired --json')).json()).toHaveLength(3);
  });

  it('show one, by address or id', async () => {
    const byAddress = (await acme.run('invites show B@x.example --json')).json() as { id: string };
    expect(byAddress).toMatchObject({
      email: 'b@x.example',
      role: 'user',
      modules: ['forms'],
      state: 'pending',
    });
    expect((await acme.run(`invites show ${byAddress.id} --json`)).json()).toEqual(byAddress);
    expect(await acme.run('invites show ghost@x.example')).toMatchObject({ code: 5, stdout: '' });
  });
});

const server = () => acme.server;

describe('invites revoke', () => {
  it('needs a confirmation, and says what goes', async () => {
    const done = await acme.run('invites revoke b@x.example');
    expect([done.code, done.stdout]).toEqual([8, '']);
    expect(done.stderr).toContain('b@x.example, user, pending');
    expect((await acme.invites('pending')).length).toBe(3);
  });

  it('takes several back', async () => {
    const done = await acme.run('invites revoke b@x.example c@x.example --yes --json');
    expect(done.code).toBe(0);
    expect(done.json()).toEqual({ changed: ['b@x.example', 'c@x.example'], unchanged: [], failed: [] });
    expect((await acme.invites('pending')).map(({ email }) => email)).toEqual(['d@x.example']);
  });

  it('with a mistyped one takes nothing back', async () => {
    expect(await acme.run('invites revoke b@x.example ghost@x.example --yes')).toMatchObject({
      code: 5,
      stdout: '',
    });
    expect((await acme.invites('pending')).length).toBe(3);
  });
});

describe('invites resend', () => {
  it('sends a new link, and the old one is dead', async () => {
    const before = await link('b@x.example');
    const done = await acme.run('invites resend b@x.example');
    expect(done).toMatchObject({ code: 0, stdout: 'b@x.example: sent again\n' });
    expect(await link('b@x.example')).not.toBe(before);
    expect(await acme.run('invites accept --secret-stdin', { stdin: before })).toMatchObject({
      code: 5,
      stdout: '',
    });
  });

  it('--pending and --expired do many, once each', async () => {
    server().clock.advance({ days: 6 });
    await acme.run('invites send e@x.example --modules none');
    const some = await acme.run('invites resend --pending --older-than 5d --json');
    expect([some.code, some.json()]).toEqual([0, { dry_run: false, resent: 3, remaining: 0, refused: [] }]);
    server().clock.advance({ days: 8 });
    expect((await acme.run('invites resend --expired --dry-run')).stdout).toBe(
      '4 expired invitations would be sent again.\n',
    );
    expect((await acme.run('invites resend --expired')).stdout).toBe('4 expired invitations sent again.\n');
    expect((await acme.invites('pending')).length).toBe(4);
  });

  it('does more than a request takes, and none of them twice', async () => {
    acme = await office('enterprise');
    const rows = Array.from({ length: 1200 }, (_, at) => `p${at}@x.example`);
    acme.file('people.csv', ['email', ...rows].join('\n'));
    await acme.run('invites send --csv people.csv --role admin');
    server().clock.advance({ days: 1 });
    const done = await acme.run('invites resend --pending --json');
    expect([done.code, done.json()]).toEqual([
      0,
      { dry_run: false, resent: 1200, remaining: 0, refused: [] },
    ]);
    // The first mails still waited: a link that is dead is not sent.
    expect(await acme.mailed()).toEqual(rows.toSorted());
  });

  it.each([
    ['invites resend', 'which invitations?'],
    ['invites resend --pending --expired', 'contradict'],
    ['invites resend b@x.example --pending', 'contradict'],
    ['invites resend b@x.example --older-than 5d', 'goes with'],
    ['invites resend --pending --older-than soon', 'not a time such as'],
  ])('%s is a usage error', async (argv, text) => {
    const done = await acme.run(argv);
    expect([done.code, done.stdout]).toEqual([2, '']);
    expect(done.stderr).toContain(text);
  });
});

describe('invites accept', () => {
  it('of somebody new takes a password, and they can sign in', async () => {
    const done = await acme.run(['invites', 'accept', '--secret-stdin', '--password-stdin', '--name', 'Bo'], {
      stdin: `${await link('b@x.example')}\n${NEW_PASSWORD}\n`,
    });
    expect(done).toMatchObject({
      code: 0,
      stdout: 'You are user in Acme (acme). Next: tenantctl login --email b@x.example\n',
    });
    expect(done.stderr).toContain(
      'b@x.example is invited by ana@acme.example to Acme as user with forms, until ',
    );
    expect(done.stderr).not.toContain('tctl_');
    const login = await acme.run('login --email b@x.example --password-stdin --profile b', {
      stdin: NEW_PASSWORD,
    });
    expect(login.code).toBe(0);
  });

  it('of somebody who has an account takes the session or that password, and changes neither', async () => {
    await acme.server.signUp('c@x.example');
    const wrong = await acme.run('invites accept --secret-stdin --password-stdin', {
      stdin: `${await link('c@x.example')}\n${NEW_PASSWORD}\n`,
    });
    expect([wrong.code, wrong.stdout]).toEqual([4, '']);
    await acme.cli.signIn('c@x.example', { known: true });
    const done = await acme.run('invites accept --secret-stdin', {
      stdin: await acme.secret('c@x.example'),
    });
    expect(done).toMatchObject({
      code: 0,
      stdout: 'You are user in Acme (acme). Next: tenantctl accounts use acme\n',
    });
    await acme.cli.ok('login --email c@x.example --password-stdin --profile again', { stdin: PASSWORD });
  });

  it('as somebody else is refused', async () => {
    await acme.server.signUp('c@x.example');
    const done = await acme.run('invites accept --secret-stdin', { stdin: await link('c@x.example') });
    expect([done.code, done.stdout]).toEqual([9, '']);
  });

  it.each([
    ['invites accept', 2, '--secret-stdin is missing'],
    ['invites accept --secret-stdin', 2, 'stdin holds no secret'],
    ['invites accept --secret-stdin --password-stdin', 2, 'stdin holds less than two lines'],
  ])('%s with nothing on stdin', async (argv, code, text) => {
    const done = await acme.run(argv);
    expect([done.code, done.stdout]).toEqual([code, '']);
    expect(done.stderr).toContain(text);
  });

  it('past its days, or revoked, says so', async () => {
    const [revoked, expired] = [await acme.secret('b@x.example'), await acme.secret('c@x.example')];
    await acme.run('invites revoke b@x.example --yes');
    expect(await acme.run('invites accept --secret-stdin', { stdin: revoked })).toMatchObject({ code: 6 });
    server().clock.advance({ days: 8 });
    const late = await acme.run('invites accept --secret-stdin', { stdin: expired });
    expect(late.code).toBe(6);
    expect(late.stderr).toContain('Code: invite_expired');
  });
});

describe('invites decline', () => {
  it('frees the seat, and files pass the address over', async () => {
    const done = await acme.run('invites decline --secret-stdin', { stdin: await link('b@x.example') });
    expect(done).toMatchObject({ code: 0, stdout: 'Declined: you do not join Acme.\n' });
    const again = await acme.run('invites send b@x.example --modules forms');
    expect(again).toMatchObject({ code: 0, stdout: 'OUTCOME\tROWS\ndeclined\t1\n' });
    const meant = await acme.run('invites send b@x.example --modules forms --reinvite-declined');
    expect(meant.stdout).toBe('OUTCOME\tROWS\ninvited\t1\n');
  });
});

describe('batches', () => {
  const batches = async () => (await acme.run('batches list --json')).json() as { id: string }[];

  it('list, show, report', async () => {
    const [batch] = await batches();
    expect(batch).toMatchObject({ state: 'finished', rows_total: 3, outcomes: { invited: 3 } });
    expect((await acme.run(`batches show ${batch?.id} --json`)).json()).toEqual(batch);
    const report = await acme.run(`batches report ${batch?.id} -o csv --fields row,email,outcome`);
    expect(report.stdout).toBe(
      'row,email,outcome\r\n1,b@x.example,invited\r\n2,c@x.example,invited\r\n3,d@x.example,invited\r\n',
    );
    const table = await acme.run(`batches report ${batch?.id} --outcome invalid_email`);
    expect(table).toMatchObject({ code: 0, stdout: '', stderr: 'No such row.\n' });
  });

  it('revoke counts, asks, and takes back what is pending', async () => {
    const [batch] = await batches();
    await acme.run('invites accept --secret-stdin --password-stdin', {
      stdin: `${await link('b@x.example')}\n${NEW_PASSWORD}\n`,
    });
    const dry = await acme.run(`batches revoke ${batch?.id} --dry-run`);
    expect(dry).toMatchObject({ code: 0, stdout: '2 invitations would be revoked.\n' });
    const no = await acme.run(`batches revoke ${batch?.id}`);
    expect(no.code).toBe(8);
    expect(no.stderr).toContain('1 have accepted, and stay');
    expect((await acme.invites('pending')).length).toBe(2);
    const yes = await acme.run(`batches revoke ${batch?.id} --yes`);
    expect(yes).toMatchObject({ code: 0, stdout: '2 invitations are revoked.\n' });
    expect((await acme.invites('pending')).length).toBe(0);
  });

  it('resume refuses another file, cancel closes', async () => {
    const { id } = await acme.server.ok('batches.create', {
      token: acme.token,
      params: { account: 'acme' },
      body: { kind: 'invites', digest: 'a'.repeat(64), rows_total: 2, seats_needed: 2, defaults: {} },
    });
    acme.file('people.csv', 'email,role\np@x.example,admin\nq@x.example,admin\n');
    const wrong = await acme.run(`batches resume ${id} --csv people.csv`);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('Code: wrong_file');
    const done = await acme.run(`batches cancel ${id}`);
    expect(done).toMatchObject({ code: 0, stdout: `Batch ${id} is cancelled: 0 of 2 rows were sent.\n` });
    expect(await acme.run(`batches resume ${id} --csv people.csv`)).toMatchObject({
      code: 6,
      stdout: '',
    });
  });
});
