import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { expected, peopleCsv } from '../../../scripts/people-csv.ts';
import { type CliOptions, sendTo } from '../../support/cli.ts';
import { type Office, office } from './account.ts';

let acme: Office;

beforeEach(async () => {
  acme = await office();
});

/** A person at a terminal, who answers once the question stands there. */
function answering(answer: string): CliOptions {
  const stdin = new PassThrough();
  let asked = false;
  const onStderr = (text: string) => {
    if (asked || !text.includes('Go on?')) return;
    asked = true;
    setTimeout(() => stdin.write(`${answer}\r`), 20);
  };
  return { tty: true, stdin, onStderr };
}

const none = {
  invited: 0,
  already_member: 0,
  already_invited: 0,
  duplicate_row: 0,
  disposable: 0,
  declined: 0,
  invalid_email: 0,
  invalid_role: 0,
  conflicting_rows: 0,
  unknown_workspace: 0,
  unknown_child: 0,
  not_permitted: 0,
  deactivated_member: 0,
  no_seat: 0,
};

describe('invites send ADDRESS', () => {
  it('invites, counts each outcome and says how to take it back', async () => {
    const done = await acme.run('invites send b@x.example c@x.example B@X.example --modules forms,reports');
    expect(done).toMatchObject({ code: 0, stdout: 'OUTCOME\tROWS\ninvited\t2\nduplicate_row\t1\n' });
    expect(done.stderr).toMatch(/tenantctl batches revoke bat_\w{26}/);
    expect(
      (await acme.invites())
        .map(({ email, role, modules }) => [email, role, modules])
        .toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    ).toEqual([
      ['b@x.example', 'user', ['forms', 'reports']],
      ['c@x.example', 'user', ['forms', 'reports']],
    ]);
    expect(await acme.mailed()).toEqual(['b@x.example', 'c@x.example']);
  });

  it('is one object with every outcome as JSON', async () => {
    await acme.run('invites send b@x.example --role admin');
    const done = await acme.run(
      'invites send b@x.example c@x.example ana@acme.example d@mailinator.com --role admin --json',
    );
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.json()).toEqual({
      batch_id: expect.stringMatching(/^bat_/),
      kind: 'invites',
      dry_run: false,
      rows: 4,
      outcomes: { ...none, invited: 1, already_invited: 1, already_member: 1, disposable: 1 },
      seats: { used: 3, limit: 1000 },
      differs: null,
      mail: { queued: 1, sent: 0, failed: 0, waiting_until: null },
      report: null,
    });
  });

  it.each([
    ['invites send', 'whom to invite?'],
    ['invites send b@x.example', '--modules is missing'],
    ['invites send b@x.example --role owner', 'It is one of admin, user.'],
    ['invites send b@x.example --modules pricing', 'It is one of parsers, forms'],
    ['invites send b@x.example --modules none --workspaces default=king', 'It is one of viewer'],
    ['invites send b@x.example --modules none --children ghost', '--children ghost: the account has none'],
    ['invites send b@x.example --csv x.csv', 'contradict'],
    ['invites send b@x.example --map email=Mail', '--map goes with --csv'],
    ['invites send nonsense ok@x.example --modules none', 'address 1: row 1: "nonsense" is no address'],
    ['invites send --csv ghost.csv --modules none', 'there is no such file'],
  ])('%s is 2 and sends nothing', async (argv, text) => {
    const done = await acme.run(argv);
    expect([done.code, done.stdout]).toEqual([2, '']);
    expect(done.stderr).toContain(text);
    expect(await acme.invites()).toEqual([]);
  });

  it('of a personal account is refused', async () => {
    const done = await acme.run(['invites', 'send', 'b@x.example', '--account', await personal()]);
    expect(done).toMatchObject({ code: 6, stdout: '' });
  });

  async function personal(): Promise<string> {
    const all = (await acme.run('accounts list --json --kind personal')).json() as { slug: string }[];
    return all[0]?.slug ?? '';
  }

  it('by staff is one, with a reason', async () => {
    await acme.cli.staff();
    const argv = [
      'invites',
      'send',
      'b@x.example',
      '--role',
      'admin',
      '--reason',
      'ticket 7',
      '--profile',
      'staff',
      '--json',
    ];
    expect((await acme.run(argv)).json()).toMatchObject({ email: 'b@x.example', role: 'admin' });
  });
});

describe('invites send --csv', () => {
  it('takes the people of the example, and again sends nothing new', async () => {
    acme = await office('enterprise');
    acme.file('people.csv', peopleCsv(['fine', 'duplicate', 'disposable']));
    const argv = 'invites send --csv people.csv --report out.csv --json';
    const first = await acme.run(argv);
    const { invited, duplicate_row, disposable } = expected;
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('Inviting: ')]);
    expect(first.json()).toMatchObject({ outcomes: { ...none, invited, duplicate_row, disposable } });
    expect((await acme.mailed()).length).toBe(invited);
    const again = await acme.run(argv);
    expect(again.code).toBe(0);
    // The tool has seen the whole file and says which rows repeat which, in whatever chunk they come.
    const outcomes = { ...none, already_invited: invited, duplicate_row, disposable };
    expect(again.json()).toMatchObject({ outcomes: outcomes });
    expect((await acme.mailed()).length).toBe(invited);
    const report = readFileSync(join(acme.cli.configDir, 'out.csv'), 'utf8');
    expect(report).toContain('_row;_status;_invite_id;_error');
    expect(statSync(join(acme.cli.configDir, 'out.csv')).mode & 0o777).toBe(0o600);
  }, 30_000);

  it('with a bad row is 2, names file and line, and sends nothing', async () => {
    acme.file('people.csv', 'email,role\nb@x.example,admin\n"broken,\n line",admin\nc@x.example,king\n');
    const done = await acme.run('invites send --csv people.csv --report out.csv --json');
    expect([done.code, done.stdout]).toEqual([2, '']);
    const { error } = JSON.parse(done.stderr);
    expect(error).toMatchObject({
      code: 'bad_rows',
      message: 'people.csv: 2 of 3 rows are bad; nothing was sent',
    });
    expect(error.details.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      'people.csv:3',
      'people.csv:5',
    ]);
    expect(await acme.invites()).toEqual([]);
    const report = readFileSync(join(acme.cli.configDir, 'out.csv'), 'utf8');
    expect(report.split('\n').slice(0, 2)).toEqual([
      'email,role,_row,_status,_invite_id,_error',
      'b@x.example,admin,1,not_sent,,nothing was sent: other rows are bad',
    ]);
    expect(report).toContain(',invalid_email,,');
  });

  it('invites nobody for whom the file asks for two roles, in whatever chunks the rows come', async () => {
    const fillers = Array.from({ length: 1000 }, (_, n) => `p${n}@x.example,admin`);
    acme = await office('enterprise');
    acme.file(
      'people.csv',
      ['email,role', 'both@x.example,admin', ...fillers, 'Both@x.example,user', ''].join('\n'),
    );
    const argv = 'invites send --csv people.csv --modules none --json';
    expect((await acme.run(argv)).code).toBe(2);
    const done = await acme.run(`${argv} --allow-invalid`);
    expect(done.code).toBe(3);
    expect(done.json()).toMatchObject({ outcomes: { ...none, invited: 1000, conflicting_rows: 2 } });
    expect((await acme.invites()).map(({ email }) => email)).not.toContain('both@x.example');
  });

  it('annotates bad rows under GitHub Actions', async () => {
    acme.file('a,b.csv', 'email\nbroken\n');
    const done = await acme.run(['invites', 'send', '--csv', 'a,b.csv', '--role', 'admin'], {
      env: { GITHUB_ACTIONS: 'true' },
    });
    expect(done.code).toBe(2);
    expect(done.stderr).toMatch(/^::error file=a%2Cb\.csv,line=2::row 1: "broken" is no address/m);
  });

  it('--allow-invalid invites the others, is 3, and the report has a reason for each', async () => {
    acme.file(
      'people.csv',
      'email,role\nb@x.example,admin\nbroken,admin\nc@x.example,king\nd@x.example,admin,extra\n',
    );
    const done = await acme.run('invites send --csv people.csv --allow-invalid --report out.csv --json');
    expect(done.code).toBe(3);
    expect(done.json()).toMatchObject({
      rows: 4,
      outcomes: { ...none, invited: 1, invalid_email: 2, invalid_role: 1 },
    });
    expect((await acme.invites()).map(({ email }) => email)).toEqual(['b@x.example']);
    const [invite] = await acme.invites();
    const report = readFileSync(join(acme.cli.configDir, 'out.csv'), 'utf8').trimEnd().split('\n');
    expect(report.map((line) => line.split(',').slice(2))).toEqual(
      [
        ['_row', '_status', '_invite_id', '_error'],
        ['1', 'invited', invite?.id, ''],
        ['2', 'invalid_email', '', expect.stringContaining('is no address')],
        ['3', 'invalid_role', '', expect.stringContaining('there is no role ""king""'), expect.any(String)],
        expect.arrayContaining(['4', 'invalid_email', expect.stringContaining('it has 3 cells')]),
      ].map((line) => (Array.isArray(line) ? line : line)),
    );
  });

  it('with too few seats is 6 and sends nothing; --allow-partial sends what fits', async () => {
    acme = await office('basic');
    acme.file(
      'people.csv',
      ['email', ...Array.from({ length: 7 }, (_, at) => `p${at}@x.example`)].join('\n'),
    );
    const done = await acme.run('invites send --csv people.csv --role admin --json');
    expect([done.code, done.stdout]).toEqual([6, '']);
    expect(JSON.parse(done.stderr.split('\n').at(-2) ?? '').error).toMatchObject({ code: 'batch_too_large' });
    expect(await acme.invites()).toEqual([]);
    expect((await acme.run('batches list --json')).json()).toEqual([]);
    const part = await acme.run('invites send --csv people.csv --role admin --allow-partial --json');
    expect(part.code).toBe(3);
    expect(part.json()).toMatchObject({
      outcomes: { ...none, invited: 4, no_seat: 3 },
      seats: { used: 5, limit: 5 },
    });
  });

  it('whose people are here already needs no seats', async () => {
    acme = await office('basic');
    acme.file('people.csv', 'email\na@x.example\nb@x.example\nc@x.example\nd@x.example\n');
    await acme.run('invites send --csv people.csv --role admin');
    const again = await acme.run('invites send --csv people.csv --role admin --json');
    expect(again.code).toBe(0);
    expect(again.json()).toMatchObject({ outcomes: { ...none, already_invited: 4 } });
  });

  it('--dry-run shows what would become of it and writes nothing', async () => {
    await acme.run('invites send a@x.example --modules forms');
    acme.file('people.csv', 'email\na@x.example\nb@x.example\nb@x.example\n');
    const done = await acme.run(
      'invites send --csv people.csv --role admin --dry-run --json --report out.csv',
    );
    expect(done.code).toBe(0);
    expect(done.json()).toEqual({
      batch_id: null,
      kind: 'invites',
      dry_run: true,
      rows: 3,
      outcomes: { ...none, invited: 1, already_invited: 1, duplicate_row: 1 },
      seats: { used: 3, limit: 1000 },
      differs: 1,
      mail: null,
      report: null,
    });
    expect(done.stderr).toContain('row 1, a@x.example: has role user, not admin');
    expect((await acme.invites()).length).toBe(1);
  });

  it('on a terminal shows the plan and asks', async () => {
    acme.file('people.csv', 'email\na@x.example\nb@x.example\n');
    const no = await acme.run('invites send --csv people.csv --role admin', answering('n'));
    expect(no.code).toBe(8);
    expect(no.stderr).toContain(
      'This will invite 2 people to acme:\n  - seats: 1 of 1000 used, 3 afterwards',
    );
    expect(await acme.invites()).toEqual([]);
    const yes = await acme.run('invites send --csv people.csv --role admin', answering('y'));
    expect(yes.code).toBe(0);
    expect((await acme.invites()).length).toBe(2);
  });

  it('reads stdin, with headings mapped', async () => {
    const done = await acme.run(
      ['invites', 'send', '--csv', '-', '--map', 'email=Work Mail', '--role', 'admin'],
      {
        stdin: 'Name;Work Mail\nBo;b@x.example\n',
      },
    );
    expect(done).toMatchObject({ code: 0, stdout: 'OUTCOME\tROWS\ninvited\t1\n' });
    expect(await acme.run('invites send --csv - --role admin', { tty: true })).toMatchObject({ code: 2 });
  });

  it('-o ndjson streams events, the summary last', async () => {
    acme.file('people.csv', 'email\na@x.example\nb@x.example\n');
    const done = await acme.run('invites send --csv people.csv --role admin -o ndjson');
    const events = done.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual([
      'run_start',
      'progress',
      'item',
      'item',
      'progress',
      'summary',
    ]);
    expect(events.at(-1)).toMatchObject({ ended: 'done', outcomes: { ...none, invited: 2 }, resume: null });
    expect(events[2]).toMatchObject({ email: 'a@x.example', row: 1, outcome: 'invited' });
  });

  it('for a user without modules names the flag', async () => {
    acme.file('people.csv', 'email\na@x.example\n');
    const done = await acme.run('invites send --csv people.csv');
    expect(done.code).toBe(2);
    expect(done.stderr).toContain('--modules none');
  });

  it('judges each row once where nobody looks and there are seats', async () => {
    acme.file('people.csv', 'email\na@x.example\n');
    const asked: string[] = [];
    const send = sendTo(acme.server.app);
    const done = await acme.run('invites send --csv people.csv --role admin', {
      send: async (request) => {
        asked.push(`${request.method} ${new URL(request.url).pathname.replace(/(acc|bat)_\w+/g, '$1')}`);
        return await send(request);
      },
    });
    expect(done.code).toBe(0);
    expect(asked).toEqual([
      'GET /v1/accounts/acme',
      'POST /v1/accounts/acc/batches',
      'POST /v1/accounts/acc/batches/bat/rows',
      'POST /v1/accounts/acc/batches/bat/finish',
    ]);
  });
});
