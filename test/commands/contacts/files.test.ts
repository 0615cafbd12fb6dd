import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Send } from '../../../src/client/wire.ts';
import type { Contact, Link } from '../../../src/contract/types.ts';
import { problem } from '../../client/wire.ts';
import { sendTo } from '../../support/cli.ts';
import { type Office, office } from '../invites/account.ts';

let acme: Office;

beforeEach(async () => {
  acme = await office('enterprise');
});

const report = () => readFileSync(join(acme.cli.configDir, 'out.csv'), 'utf8').trimEnd().split('\n');
const links = async () => (await acme.run('sub-accounts list --json')).json() as Link[];
const contacts = async () => (await acme.run('contacts list --json')).json() as Contact[];
const subMails = async () =>
  (await acme.server.mails()).flatMap(({ kind, to }) => (kind === 'sub_invite' ? [to] : [])).toSorted();

/** The product's own headings. */
const own = `First,Last,Email,Mobile,Organization,Sub account,Groups
Pia,Ammann,pia@partner.example,+41 79 123 45 67,Partner Ltd,Yes,pilots; north
Bo,Burri,bo@plain.example,,Plain,no,
Cy,,cy@plain.example,,,,"a,b"
Pia,Ammann,PIA@partner.example,0041791234567,Partner Ltd,yes,pilots; north
=1+1,,x@mailinator.com,,,x,
`;

describe('contacts import', () => {
  it('saves the contacts of a file, invites those that are marked, and reports each row', async () => {
    acme.file('contacts.csv', own);
    const done = await acme.run('contacts import --csv contacts.csv --cap none --report out.csv --json');
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.json()).toMatchObject({
      kind: 'contacts',
      rows: 5,
      outcomes: { invited: 1, created: 3, duplicate_row: 1, updated: 0 },
      mail: { queued: 1 },
    });
    expect((await contacts()).map(({ email, groups, sub_account }) => [email, groups, sub_account])).toEqual([
      ['pia@partner.example', ['pilots', 'north'], true],
      ['bo@plain.example', [], false],
      ['cy@plain.example', ['a', 'b'], false],
      ['x@mailinator.com', [], true],
    ]);
    expect(await subMails()).toEqual(['pia@partner.example']);
    const [heading, ...lines] = report();
    expect(heading).toBe(
      'First,Last,Email,Mobile,Organization,Sub account,Groups,_row,_status,_contact_id,_error',
    );
    expect(lines.map((line) => line.replace(/ctc_\w{26}/, 'ctc'))).toEqual([
      "Pia,Ammann,pia@partner.example,'+41 79 123 45 67,Partner Ltd,Yes,pilots; north,1,invited,ctc,contact created",
      'Bo,Burri,bo@plain.example,,Plain,no,,2,created,ctc,',
      'Cy,,cy@plain.example,,,,"a,b",3,created,ctc,',
      'Pia,Ammann,PIA@partner.example,0041791234567,Partner Ltd,yes,pilots; north,4,duplicate_row,,the same as row 1',
      // A cell that a spreadsheet would run is text there.
      "'=1+1,,x@mailinator.com,,,x,,5,created,ctc,disposable: mailinator.com gives out disposable addresses",
    ]);
    const again = await acme.run('contacts import --csv contacts.csv --cap none --json');
    expect(again.json()).toMatchObject({ outcomes: { unchanged: 4, duplicate_row: 1, invited: 0 } });
    expect(await subMails()).toEqual(['pia@partner.example']);
  });

  it.each([
    ['First name;Last name;E-mail;Phone;Company;Sub-account;Group(s)', ';'],
    ['firstname,LASTNAME,EMAIL,mobile number,Organisation,subaccount,group', ','],
  ])('reads the headings %s', async (headings, delimiter) => {
    const cells = ['Pia', 'Ammann', 'pia@partner.example', '+41791234567', 'Partner', 'n', 'one'];
    acme.file('contacts.csv', `${headings}\n${cells.join(delimiter)}\n`);
    expect((await acme.run('contacts import --csv contacts.csv')).code).toBe(0);
    expect(await contacts()).toMatchObject([
      {
        first_name: 'Pia',
        last_name: 'Ammann',
        email: 'pia@partner.example',
        mobile: '+41791234567',
        organization: 'Partner',
        groups: ['one'],
      },
    ]);
  });

  it('checks all of the file first: every mistake at its line, and nothing is saved', async () => {
    acme.file(
      'contacts.csv',
      [
        'Email,Mobile,Sub account,First,Cap uploads,Cap messages',
        'ok@x.example,,,,,',
        'nonsense,,,,,',
        'a@x.example,079 1,,,,',
        'b@x.example,,maybe,,,',
        'c@x.example,,yes,,,',
        'd@x.example,,yes,,5,few',
        ',,,Nobody,,',
        'ok@x.example,,,Other,,',
        ',+41 79 123 45 67,,By number,,',
      ].join('\n'),
    );
    const done = await acme.run('contacts import --csv contacts.csv --report out.csv');
    expect([done.code, done.stdout]).toEqual([2, '']);
    expect(done.stderr).toContain('contacts.csv: 8 of 9 rows are bad; nothing was saved');
    for (const text of [
      'contacts.csv:3: row 2: "nonsense" is no address',
      'contacts.csv:4: row 3: "079 1" is no mobile number: it has no country code',
      'contacts.csv:5: row 4: sub account is yes or no, not "maybe"',
      'contacts.csv:6: row 5: it names no cap',
      'contacts.csv:7: row 6: "few" is no cap of messages',
      'contacts.csv:8: row 7: "" is no address',
      'contacts.csv:9: row 8: row 1 has the same address with something else in it',
    ])
      expect(done.stderr).toContain(text);
    expect(await contacts()).toEqual([]);
    const some = await acme.run('contacts import --csv contacts.csv --allow-invalid --json');
    expect(some.code).toBe(3);
    expect((await contacts()).map(({ email, mobile }) => email ?? mobile)).toEqual(['+41791234567']);
  });

  it('on a terminal shows the plan, and asks before anybody is invited', async () => {
    acme.file('contacts.csv', own);
    const refused = await acme.run('contacts import --csv contacts.csv --cap 5', {
      answers: [['Go on?', 'no']],
    });
    expect(refused.stderr).toContain('invite 1 contact of acme to become sub-accounts');
    expect(refused.stderr).toContain('3 of 5 rows: created');
    expect(await contacts()).toEqual([]);
    const dry = await acme.run('contacts import --csv contacts.csv --cap 5 --dry-run --json');
    expect(dry.json()).toMatchObject({ dry_run: true, outcomes: { created: 3, invited: 1 } });
    expect(await contacts()).toEqual([]);
  });
});

describe('sub-accounts invite --csv', () => {
  it('invites those whom the file marks, each with caps of its own', async () => {
    acme.file(
      'partners.csv',
      'Email,First,Sub account,Cap uploads\na@p.example,Ana,yes,10\nb@p.example,Bo,,\nc@p.example,Cy,x,none\n',
    );
    const done = await acme.run(
      'sub-accounts invite --csv partners.csv --cap-uploads 7 --cap-messages none --report out.csv --json',
    );
    expect(done.json()).toMatchObject({ kind: 'sub_accounts', outcomes: { invited: 2, not_marked: 1 } });
    expect((await links()).map(({ email, caps, first_name }) => [email, caps, first_name])).toEqual([
      ['a@p.example', { upload: 10, message: 'none' }, 'Ana'],
      ['c@p.example', { upload: 'none', message: 'none' }, 'Cy'],
    ]);
    expect(report()[1]).toMatch(/^a@p.example,Ana,yes,10,1,invited,lnk_\w{26},$/);
  });

  it('is taken back by batches revoke, and said how', async () => {
    acme.file('partners.csv', 'Email\na@p.example\nb@p.example\n');
    const done = await acme.run('sub-accounts invite --csv partners.csv --cap none');
    expect(done.stdout).toBe('OUTCOME\tROWS\ninvited\t2\n');
    const revoke = /tenantctl (batches revoke bat_\w{26})/.exec(done.stderr)?.[1] ?? '';
    expect((await acme.run(`${revoke} --yes`)).stdout).toBe('2 invitations are revoked.\n');
    expect((await links()).map(({ state }) => state)).toEqual(['revoked', 'revoked']);
    expect(await subMails()).toEqual([]);
  });

  it.each([
    ['sub-accounts invite', 'whom to invite?'],
    ['sub-accounts invite a@b.example --csv partners.csv', 'contradict each other'],
    ['sub-accounts invite --csv partners.csv --invitee x', 'go with one address'],
    ['sub-accounts invite a@b.example --report out.csv', 'go with --csv'],
    ['sub-accounts invite --csv partners.csv --cap-uploads 5', 'it names no cap: add a column Cap messages'],
  ])('%s is 2 and invites nobody', async (argv, text) => {
    acme.file('partners.csv', 'Email\na@p.example\n');
    const done = await acme.run(argv);
    expect([done.code, done.stdout]).toEqual([2, '']);
    expect(done.stderr).toContain(text);
    expect(await links()).toEqual([]);
  });

  it('through lost answers, 503s and refusals each is invited and mailed once', async () => {
    const rows = Array.from({ length: 500 }, (_, at) => `p${at}@x.example`);
    acme.file('partners.csv', ['Email', ...rows].join('\n'));
    const wire = sendTo(acme.server.app);
    const fates = ['lost', 'busy', 'broken', 'lost', 'refused', 'lost', 'busy', 'lost'];
    let next = 0;
    const send: Send = async (request) => {
      const bulk = /\/(rows|finish|batches)$/.test(new URL(request.url).pathname);
      const fate = bulk ? fates[next++] : undefined;
      if (fate === 'refused')
        throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      if (fate === 'busy') return problem(503, 'busy', {}, { 'retry-after': '1' });
      const answer = await wire(request);
      if (fate === 'lost') throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      return fate === 'broken' ? problem(500, 'internal') : answer;
    };
    const done = await acme.run('sub-accounts invite --csv partners.csv --cap none --json', { send });
    expect(done.code).toBe(0);
    expect(done.json()).toMatchObject({ outcomes: { invited: 500 }, rows: 500 });
    expect(next).toBeGreaterThan(fates.length);
    expect(await subMails()).toEqual(rows.toSorted());
  }, 60_000);

  it('interrupted goes on by batches resume, which knows the file', async () => {
    const rows = Array.from({ length: 450 }, (_, at) => `p${at}@x.example`);
    acme.file('partners.csv', ['Email', ...rows].join('\n'));
    const wire = sendTo(acme.server.app);
    let chunks = 0;
    const cut = await acme.run('sub-accounts invite --csv partners.csv --cap 3 --json', {
      send: async (request) => {
        if (request.url.endsWith('/rows') && ++chunks > 1)
          throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        return await wire(request);
      },
    });
    expect(cut.code).toBe(7);
    const { error } = JSON.parse(cut.stderr.trimEnd().split('\n').at(-1) ?? '');
    expect(error.hint).toMatch(/^tenantctl batches resume bat_\w{26} --csv partners\.csv/);
    acme.file('other.csv', 'Email\nx@y.example\n');
    const wrong = await acme.run(error.hint.replace('partners.csv', 'other.csv').split(' ').slice(1));
    expect(wrong.stderr).toContain('is not the file that batch');
    expect((await acme.run(error.hint.split(' ').slice(1))).code).toBe(0);
    expect(await subMails()).toEqual(rows.toSorted());
  }, 60_000);
});
