import { beforeEach, describe, expect, it } from 'vitest';
import type { Contact } from '../../../src/contract/types.ts';
import { type Office, office } from '../invites/account.ts';

let acme: Office;

beforeEach(async () => {
  acme = await office('enterprise');
});

const pia = ['contacts', 'add', 'Pia@Partner.example', '--first-name', 'Pia', '--mobile', '+41 79 123 45 67'];

describe('contacts', () => {
  it('are added, listed, shown, changed and removed', async () => {
    const added = await acme.run([...pia, '--groups', 'pilots,north']);
    expect(added).toMatchObject({ code: 0, stdout: 'Added Pia@Partner.example.\n' });
    const listed = await acme.run('contacts list --group PILOTS');
    expect(listed.stdout).toMatch(
      /^FIRST\tLAST\tEMAIL\tMOBILE\tORGANIZATION\tGROUPS\tSUB ACCOUNT\tID\nPia\t\tPia@Partner.example\t\+41791234567\t/,
    );
    const changed = await acme.run([
      'contacts',
      'update',
      'pia@partner.example',
      '--organization',
      'Partner Ltd',
      '--mobile',
      '',
      '--groups',
      'none',
      '--json',
    ]);
    expect(changed.json()).toMatchObject({
      organization: 'Partner Ltd',
      mobile: null,
      groups: [],
      revision: 2,
    });
    const same = await acme.run([
      'contacts',
      'update',
      'pia@partner.example',
      '--organization',
      'Partner Ltd',
    ]);
    expect(same.stdout).toBe('Pia@Partner.example is like that already.\n');
    expect((await acme.run('contacts show pia@partner.example')).stdout).toContain('Partner Ltd');
    expect((await acme.run('contacts rm pia@partner.example')).code).toBe(8);
    const removed = await acme.run('contacts rm pia@partner.example --yes');
    expect(removed.stdout).toBe('pia@partner.example: removed\n');
    expect((await acme.run('contacts list --json')).json()).toEqual([]);
  });

  it('say what came of the invitation of a sub-account', async () => {
    const added = await acme.run([...pia, '--sub-account', '--cap', '500']);
    expect(added.stdout).toBe('Added Pia@Partner.example. The invitation is on its way.\n');
    expect((await acme.server.mails('Pia@Partner.example')).map(({ kind }) => kind)).toEqual(['sub_invite']);
    const [contact] = (await acme.run('contacts list --sub-account yes --json')).json() as Contact[];
    expect(contact?.link?.state).toBe('invited');
    const cleared = await acme.run('contacts update pia@partner.example --clear-mark');
    expect(cleared.stdout).toBe('Changed Pia@Partner.example. The pending invitation is taken back.\n');
    expect(await acme.server.mails('Pia@Partner.example')).toEqual([]);
    const disposable = await acme.run('contacts add x@mailinator.com --sub-account --cap none');
    expect(disposable.stdout).toBe(
      'Added x@mailinator.com. No invitation was sent or taken back: mailinator.com gives out disposable addresses.\n',
    );
  });

  it.each([
    ['contacts add', 2, 'whom to add?'],
    ['contacts add x@y.example --cap 5', 2, 'go with --sub-account'],
    ['contacts add x@y.example --sub-account --cap many', 2, '--cap many'],
    ['contacts update x@y.example', 2, 'nothing to change'],
    ['contacts update x@y.example --sub-account --cap 1 --clear-mark', 2, 'contradict each other'],
    ['contacts update x@y.example --first-name X', 5, 'There is no contact "x@y.example"'],
    ['contacts add x@y.example --mobile 0791234567', 2, 'no country code'],
  ])('%s ends with %i', async (argv, code, text) => {
    const done = await acme.run(argv);
    expect([done.code, done.stdout]).toEqual([code, '']);
    expect(done.stderr).toContain(text);
  });

  it('on a terminal asks what the umbrella would pay for, and before removing', async () => {
    const added = await acme.run('contacts add x@y.example --sub-account', {
      answers: [
        ['how many uploads', '100'],
        ['how many messages', 'none'],
      ],
    });
    expect(added.code).toBe(0);
    const [link] = (await acme.run('sub-accounts list --json')).json() as { caps: object }[];
    expect(link?.caps).toEqual({ upload: 100, message: 'none' });
    const kept = await acme.run('contacts remove x@y.example', { answers: [['Go on?', 'no']] });
    expect(kept.stderr).toContain('a pending invitation is taken back, a link stays');
    expect((await acme.run('contacts list -o id')).stdout).not.toBe('');
  });

  it('of a file print nothing that a terminal would obey', async () => {
    acme.file('evil.csv', 'Email,First\nx@y.example,"a\u001b]0;title\u0007b"\n');
    const done = await acme.run('contacts import --csv evil.csv');
    expect(done.code).toBe(2);
    expect(done.stderr).toContain('has a control character in it');
    expect(done.stderr).not.toContain('\u001b]0');
  });
});
