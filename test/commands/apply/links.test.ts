import { expect, test } from 'vitest';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { linkUnder, type Person, person, standard, trail, umbrella } from '../../support/estate.ts';
import { PASSWORD } from '../../support/server.ts';
import { type Desk, desk } from './world.ts';

const SUBS = {
  partner: { email: 'Pia@Partner.example', cap: { uploads: 100, messages: 'none' } },
  'new@partner.example': { cap: { uploads: 0, messages: 5 } },
};

const file = (sub_accounts: object) =>
  JSON.stringify({ schema: 'tenantctl/v1', accounts: { umbra: { sub_accounts } } });

describeOnEachDatabase('sub-accounts of an estate', (open) => {
  /** Ann's umbrella, and Pia, who has an account `partner`. */
  async function world(): Promise<{ at: Desk; pia: Person }> {
    const at = await desk(await open());
    await umbrella(at.server, at.ann, 'umbra', await at.server.staffToken());
    const pia = await person(at.server, 'pia@partner.example');
    await standard(at.server, pia, 'partner');
    return { at, pia };
  }

  const mails = async (at: Desk) =>
    (await at.server.mails()).filter(({ kind }) => kind === 'sub_invite').map(({ to }) => to);

  /** To whom invitations were sent, also those whose mail was taken back before it left. */
  const sent = async (at: Desk) => {
    const { id } = await at.server.ok('accounts.show', {
      token: await at.server.staffToken(),
      params: { account: 'umbra' },
    });
    const events = await trail(at.server, id);
    return events
      .filter((event) => event.startsWith('sub_accounts.invite '))
      .map((event) => event.replace('sub_accounts.invite ', ''))
      .toSorted();
  };

  const links = async (at: Desk) => {
    const { data } = await at.server.ok('sub_accounts.list', {
      token: at.ann.token,
      params: { account: 'umbra' },
    });
    return data.map(({ email, invitee, state, caps }) => [email, invitee, state, caps.upload, caps.message]);
  };

  async function accept(at: Desk, pia: Person): Promise<void> {
    const { data } = await at.server.ok('umbrella_invites.list', { token: pia.token });
    const link = data[0]?.id ?? '';
    const query = { account: 'partner' };
    const params = { link };
    const { digest } = await at.server.ok('umbrella_invites.consent', { token: pia.token, params, query });
    await at.server.ok('umbrella_invites.accept', { token: pia.token, params, body: { ...query, digest } });
  }

  test('are invited, capped, and never mailed twice, before they accept and after', async () => {
    const { at, pia } = await world();
    at.file('umbra.json', file(SUBS));
    const done = await at.apply('umbra.json --yes');
    expect([done.code, done.stdout]).toEqual([0, '2 changes done.\n']);
    expect(done.stderr).toContain('+ sub-account partner  mail to pia@partner.example');
    expect(done.stderr).toContain('2 to make, 0 to change, 0 to remove; mail to 2.');
    expect(await links(at)).toEqual([
      ['new@partner.example', null, 'invited', 0, 5],
      ['pia@partner.example', 'partner', 'invited', 100, 'none'],
    ]);
    at.writes();
    const nothing = 'The estate is as its files say.\n';
    expect((await at.apply('umbra.json --yes')).stdout).toBe(nothing);
    // A cap that changes is no other invitation.
    at.file('umbra.json', file({ ...SUBS, partner: { cap: { uploads: 7 } } }));
    const capped = await at.apply('umbra.json --yes');
    expect(capped.stderr).toContain('cap.uploads  100 -> 7\n');
    await accept(at, pia);
    expect((await at.apply('umbra.json --yes')).stdout).toBe(nothing);
    at.file('umbra.json', file({ ...SUBS, partner: { cap: { uploads: 'none', messages: 1 } } }));
    expect((await at.apply('umbra.json --yes')).stdout).toBe('1 change done.\n');
    expect((await at.apply('umbra.json --yes')).stdout).toBe(nothing);
    expect((await links(at)).at(-1)).toEqual(['pia@partner.example', 'partner', 'active', 'none', 1]);
    expect((await mails(at)).toSorted()).toEqual(['new@partner.example', 'pia@partner.example']);
    expect(at.writes().every((write) => write.startsWith('PATCH /umbra/sub-accounts/'))).toBe(true);
  });

  test('that a killed run invited are found invited, by the same change set and by the files', async () => {
    const { at, pia } = await world();
    at.file('umbra.json', file(SUBS));
    await at.save('umbra.json', 'changes.json');
    // The one invitation that left before the kill.
    await at.server.ok('sub_accounts.invite', {
      token: at.ann.token,
      params: { account: 'umbra' },
      body: { email: pia.email, invitee: 'partner', caps: { upload: 100, message: 'none' } },
    });
    expect((await at.apply('changes.json')).stdout).toBe('1 change done, 1 so already.\n');
    expect((await at.apply('changes.json')).code).toBe(0);
    await accept(at, pia);
    expect((await at.apply('changes.json')).code).toBe(0);
    expect((await at.apply('umbra.json --yes')).stdout).toBe('The estate is as its files say.\n');
    expect((await mails(at)).toSorted()).toEqual(['new@partner.example', 'pia@partner.example']);
  });

  test('that expired, declined or left come back only where that is asked for', async () => {
    const { at, pia } = await world();
    at.file('umbra.json', file(SUBS));
    await at.apply('umbra.json --yes');
    const secret = await at.server.secretFor('new@partner.example');
    await at.server.ok('umbrella_invites.decline', { body: { secret } });
    at.server.clock.advance({ days: 8 });
    at.writes();
    const refused = await at.apply('umbra.json --yes');
    expect([refused.code, at.writes().filter((write) => !write.includes('/auth/'))]).toEqual([6, []]);
    expect(refused.stderr).toContain(
      'new@partner.example declined an invitation; --reinvite invites them again',
    );
    expect(refused.stderr).toContain('the invitation of partner has expired; --renew-expired sends it again');
    const renewed = await at.apply('umbra.json --yes --renew-expired --skip-conflicts');
    expect([renewed.code, renewed.stdout]).toEqual([3, '1 change done.\n']);
    expect(await sent(at)).toEqual(['new@partner.example', 'pia@partner.example', 'pia@partner.example']);
    const credentials = { email: pia.email, password: PASSWORD };
    const session = await at.server.ok('auth.login', { body: credentials });
    const back = { ...pia, token: session.access_token };
    await accept(at, back);
    await at.server.ok('umbrella.unlink', { token: back.token, params: { account: 'partner' } });
    const left = await at.apply('umbra.json --yes');
    expect([left.code, left.stderr]).toEqual([
      6,
      expect.stringContaining('partner was a sub-account, and is not any more'),
    ]);
    expect((await at.apply('umbra.json --yes --reinvite')).stdout).toBe('2 changes done.\n');
    expect((await at.apply('umbra.json --yes --reinvite')).stdout).toBe('The estate is as its files say.\n');
    expect(await sent(at)).toEqual([
      'new@partner.example',
      'new@partner.example',
      'pia@partner.example',
      'pia@partner.example',
      'pia@partner.example',
    ]);
  });

  test('that the files do not name are unlinked where that is asked for, behind the brakes', async () => {
    const { at, pia } = await world();
    await linkUnder(at.server, { by: at.ann, slug: 'umbra' }, { by: pia, slug: 'partner' });
    await at.server.ok('forms.create', {
      token: pia.token,
      params: { account: 'partner' },
      body: { name: 'Visit', title: 'Visit', questions: [{ type: 'date', name: 'day', label: 'Day' }] },
    });
    at.file('umbra.json', file({ 'new@partner.example': SUBS['new@partner.example'] }));
    await at.apply('umbra.json --yes');
    at.file('umbra.json', file({}));
    at.writes();
    expect((await at.apply('umbra.json --yes')).stdout).toBe('The estate is as its files say.\n');
    const braked = await at.apply('umbra.json --yes --prune sub_account');
    expect([braked.code, braked.stderr]).toEqual([6, expect.stringContaining('--max-deletes allows 0')]);
    expect(braked.stderr).toContain('- sub-account partner\n      takes along 1 form out of sight\n');
    const words = 'umbra.json --yes --prune sub_account --max-deletes 2 --max-share 100% --confirm umbra';
    expect((await at.apply(words)).stdout).toBe('2 changes done.\n');
    expect((await at.apply(words)).stdout).toBe('The estate is as its files say.\n');
    expect((await links(at)).map(([email, , state]) => [email, state])).toEqual([
      ['pia@partner.example', 'ended'],
      ['new@partner.example', 'revoked'],
    ]);
  });

  test('cannot be invited without address and cap: told before anything is sent', async () => {
    const { at } = await world();
    at.file('umbra.json', file({ partner: {}, other: { email: 'o@x.example', cap: { uploads: 1 } } }));
    const done = await at.apply('umbra.json --yes');
    expect([done.code, at.writes()]).toEqual([6, []]);
    expect(done.stderr).toContain('partner is no sub-account; its email: says who is to bring it');
    expect(done.stderr).toContain('other is no sub-account, and is invited with a cap');
  });
});
