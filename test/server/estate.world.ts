import {
  grantChildren,
  join,
  linkUnder,
  managed,
  master,
  organization,
  type Person,
  person,
  place,
  standard,
  umbrella,
} from '../support/estate.ts';
import { form } from '../support/forms.ts';
import { definition, parser } from '../support/parsers.ts';
import type { TestServer } from '../support/server.ts';

/** A family with one of everything, and an organization with workspaces. */
export async function estateWorld(server: TestServer) {
  const staff = await server.staffToken();
  const [ann, kid, gus, oda, eve] = await Promise.all(
    ['ann@acme.example', 'kid@dev.example', 'gus@acme.example', 'oda@org.example', 'eve@other.example'].map(
      (email) => person(server, email),
    ),
  );
  if (!ann || !kid || !gus || !oda || !eve) throw new Error('nobody');
  const acme = await master(server, ann, 'acme', staff);
  const dev = await managed(server, ann, 'acme', 'acme-dev');
  await managed(server, ann, 'acme', 'acme-prod');
  await master(server, eve, 'other', staff);
  const org = await organization(server, staff, 'org', oda);
  const as = { token: ann.token, params: { account: 'acme' } };
  await join(server, dev.id, kid, 'admin');
  await join(server, acme.id, gus, 'user', ['parsers']);
  await grantChildren(server, ann, 'acme', gus, ['acme-dev', 'acme-prod']);
  await server.ok('promotion_path.update', { ...as, body: { accounts: ['acme-dev', 'acme-prod', 'acme'] } });
  await server.ok('permission_sets.save', {
    token: ann.token,
    params: { account: 'acme', name: 'crew' },
    body: { role: 'user', modules: ['forms'], children: ['acme-dev'] },
  });
  for (const plan of ['professional', 'basic'])
    await server.ok('subscription.change', {
      token: ann.token,
      params: { account: 'acme-dev' },
      body: { plan },
    });
  for (const name of ['Invoice', 'Order form']) await parser(server, ann, 'acme', name);
  await parser(server, kid, 'acme-dev', 'Secretive', { definition: definition([], 'key') });
  await form(server, ann, 'acme', 'Visit');
  await form(server, ann, 'acme', 'Odd one', {
    description: 'Costs ${MUCH}',
    questions: [{ type: 'text', name: 'code', label: '# ${CODE}: yes', pattern: '[A-Z]{2}-\\d{3}' }],
  });
  await form(server, kid, 'acme-dev', 'Trial');
  await invitations(server, ann);
  await organized(server, oda, org.id);
  await underUmbrella(server, eve, staff);
  return { server, staff, ann, kid, gus, oda, eve, acme, dev, org };
}

/** One that is linked, one that left, one that waits, by slug and by address, one that declined, one that was revoked. */
async function underUmbrella(server: TestServer, eve: Person, staff: string): Promise<void> {
  await umbrella(server, eve, 'umbra', staff);
  const pia = await person(server, 'pia@partner.example');
  for (const slug of ['partner', 'parted']) {
    await standard(server, pia, slug);
    await linkUnder(server, { by: eve, slug: 'umbra' }, { by: pia, slug }, { upload: 100, message: 'none' });
  }
  await server.ok('umbrella.unlink', { token: pia.token, params: { account: 'parted' } });
  const invite = (email: string, invitee?: string) =>
    server.ok('sub_accounts.invite', {
      token: eve.token,
      params: { account: 'umbra' },
      body: { email, caps: { upload: 0, message: 5 }, ...(invitee !== undefined && { invitee }) },
    });
  await invite('Waits@partner.example', 'waiting');
  await invite('waits@partner.example');
  await invite('no@partner.example');
  await server.ok('umbrella_invites.decline', {
    body: { secret: await server.secretFor('no@partner.example') },
  });
  const { id } = await invite('back@partner.example');
  await server.ok('sub_accounts.unlink', { token: eve.token, params: { account: 'umbra', link: id } });
}

/** One that waits, one that expired, one that was declined, one that was revoked; somebody removed, and come back. */
async function invitations(server: TestServer, ann: Person): Promise<void> {
  const as = { token: ann.token, params: { account: 'acme' } };
  const invite = (email: string) =>
    server.ok('invites.send', { ...as, body: { email, role: 'user', modules: [], children: ['acme-dev'] } });
  server.clock.advance({ days: -8 });
  await invite('late@new.example');
  server.clock.advance({ days: 8 });
  await invite('Waits@new.example');
  await invite('no@new.example');
  await server.ok('invites.decline', { body: { secret: await server.secretFor('no@new.example') } });
  const { id } = await invite('taken@new.example');
  await server.ok('invites.revoke', { token: ann.token, params: { account: 'acme', invite: id } });
  const { id: accountId } = await server.ok('accounts.show', as);
  for (const name of ['gone', 'back']) {
    const member = await join(server, accountId, await person(server, `${name}@acme.example`), 'admin');
    await server.ok('members.remove', { token: ann.token, params: { account: 'acme', member } });
  }
  const { data } = await server.ok('receipts.list', { ...as, query: { member: 'back@acme.example' } });
  const receipt = data[0]?.id ?? '';
  await server.ok('receipts.restore', { token: ann.token, params: { account: 'acme', receipt }, body: {} });
}

async function organized(server: TestServer, oda: Person, accountId: string): Promise<void> {
  const as = { token: oda.token, params: { account: 'org' } };
  for (const slug of ['ops', 'lab'])
    await server.ok('workspaces.create', { ...as, body: { name: slug, slug } });
  await form(server, oda, 'org', 'Shift', { workspace: 'ops' });
  for (const name of ['wim', 'wes']) {
    const member = await join(server, accountId, await person(server, `${name}@org.example`), 'member');
    await place(server, accountId, member, 'developer', 'ops');
    await place(server, accountId, member, 'viewer', 'lab');
  }
}
