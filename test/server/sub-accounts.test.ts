import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { linkUnder, NO_CAPS, type Person, person, standard, umbrella } from '../support/estate.ts';
import { START, startServer, type TestServer } from '../support/server.ts';

async function scene(server: TestServer) {
  const staff = await server.staffToken();
  const ulla = await person(server, 'ulla@umbrella.example');
  const pia = await person(server, 'pia@partner.example');
  await umbrella(server, ulla, 'holding', staff);
  await standard(server, pia, 'partner');
  return { staff, ulla, pia };
}

const invite = (server: TestServer, by: Person, email: string, more: object = {}) =>
  server.call('sub_accounts.invite', {
    token: by.token,
    params: { account: 'holding' },
    body: { email, caps: NO_CAPS, ...more },
  });

describeOnEachDatabase('inviting sub-accounts', (open) => {
  it('is accepted by an administrator of the account, and both sides see the link', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia } = await scene(server);
    const id = await linkUnder(
      server,
      { by: ulla, slug: 'holding' },
      { by: pia, slug: 'partner' },
      { upload: 500, message: 'none' },
    );
    const params = { account: 'holding', link: 'partner' };
    const link = await server.ok('sub_accounts.show', { token: ulla.token, params });
    expect(link).toMatchObject({
      id,
      state: 'active',
      account: { slug: 'partner', name: 'partner' },
      email: 'pia@partner.example',
      caps: { upload: 500, message: 'none' },
      accepted_at: START,
      ended_at: null,
    });
    const own = await server.ok('umbrella.show', { token: pia.token, params: { account: 'partner' } });
    expect(own).toMatchObject({
      link_id: id,
      umbrella: { slug: 'holding', name: 'holding', suspended: false },
      caps: { upload: 500, message: 'none' },
      since: START,
    });
    expect(own.changes).toEqual({
      entitlements: [],
      limits: [
        { name: 'seats', before: 5, after: 100 },
        { name: 'mails_per_day', before: 5, after: 100 },
        { name: 'parsers', before: 10, after: 500 },
        { name: 'workspaces', before: 1, after: 3 },
      ],
    });
  });

  it('answers the same whatever exists: an unknown address, a user, the owner of an account under another umbrella', async () => {
    const server = await startServer({ database: await open() });
    const { ulla, pia, staff } = await scene(server);
    const other = await person(server, 'otto@other.example');
    await umbrella(server, other, 'other', staff);
    await linkUnder(server, { by: other, slug: 'other' }, { by: pia, slug: 'partner' });
    const answers = [];
    for (const email of ['nobody@a.example', 'pia@partner.example', 'otto@other.example']) {
      const { status, body } = await invite(server, ulla, email, { invitee: 'partner' });
      const text = JSON.stringify(body)
        .replaceAll(email, 'X')
        .replaceAll(/"lnk_\w+"/g, '"lnk"');
      answers.push(`${status} ${text}`);
    }
    expect(new Set(answers)).toEqual(new Set([answers[0]]));
    expect(answers[0]).toMatch(/^201 .*"state":"invited","account":null/);
  });
});
