import { expect, it } from 'vitest';
import { type Person, person, standard, umbrella } from '../../support/estate.ts';
import { startServer, type TestServer } from '../../support/server.ts';

/** An invitation of `partner` under the umbrella of an account of this name. */
async function invited(name = 'Holding Ltd', invitee: string | null = 'partner') {
  const server = await startServer();
  const ulla = await person(server, 'ulla@holding.example');
  const pia = await person(server, 'pia@partner.example');
  await umbrella(server, ulla, 'holding', await server.staffToken());
  const above = { token: ulla.token, params: { account: 'holding' } };
  await server.ok('accounts.update', { ...above, headers: { 'if-match': '*' }, body: { name } });
  await standard(server, pia, 'partner');
  const { id } = await server.ok('sub_accounts.invite', {
    ...above,
    body: {
      email: pia.email,
      caps: { upload: 500, message: 'none' },
      ...(invitee !== null && { invitee }),
    },
  });
  return { server, ulla, pia, id, secret: await server.secretFor(pia.email) };
}

const get = (server: TestServer, secret: string) =>
  server.app.inject({ method: 'GET', url: '/umbrella', query: { secret } });
const post = (server: TestServer, form: Record<string, string>) =>
  server.app.inject({
    method: 'POST',
    url: '/umbrella',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(form).toString(),
  });
const titleOf = (body: string) => /<title>(.*?)<\/title>/s.exec(body)?.[1];
/** What a person reads. */
const wordsOf = (body: string) =>
  body
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');
const stateOf = async (server: TestServer, by: Person, link: string) =>
  (await server.ok('sub_accounts.show', { token: by.token, params: { account: 'holding', link } })).state;

it('says who invites which account, who pays up to what, and how to accept; looking changes nothing', async () => {
  const { server, ulla, id, secret } = await invited();
  for (const _ of [1, 2]) {
    const { statusCode, body } = await get(server, secret);
    expect([statusCode, titleOf(body)]).toEqual([200, 'Invitation under the umbrella of Holding Ltd']);
    const words = wordsOf(body);
    expect(words).toContain('your account partner');
    expect(words).toContain('Invited by ulla@holding.example');
    expect(words).toContain('up to 500 uploads and any number of messages a month');
    expect(words).toContain(`tenantctl umbrella consent ${id} --account partner`);
    expect(words).toContain(`tenantctl umbrella accept ${id} --account partner`);
    expect(words).toContain('tenantctl login --api-url http://tenancy.test --email pia@partner.example');
  }
  expect(await stateOf(server, ulla, id)).toBe('invited');
});

it('names no account where none is meant', async () => {
  const { server, id, secret } = await invited('Holding Ltd', null);
  const words = wordsOf((await get(server, secret)).body);
  expect(words).toContain('an account of yours');
  expect(words).toContain(`tenantctl umbrella consent ${id} --account YOUR-ACCOUNT`);
});

it('declines with one press, and accepts by no form at all (D12)', async () => {
  const { server, ulla, id, secret } = await invited();
  const { body: shown } = await get(server, secret);
  expect([...shown.matchAll(/<button[^>]*>(.*?)<\/button>/gs)].map(([, label]) => label)).toEqual([
    'Decline',
  ]);
  const forged = await post(server, { secret, action: 'accept', account: 'partner' });
  expect([forged.statusCode, titleOf(forged.body)]).toEqual([
    200,
    'Invitation under the umbrella of Holding Ltd',
  ]);
  expect(await stateOf(server, ulla, id)).toBe('invited');
  const declined = await post(server, { secret, action: 'decline' });
  expect([declined.statusCode, titleOf(declined.body)]).toEqual([200, 'Invitation declined']);
  expect(await stateOf(server, ulla, id)).toBe('declined');
});

it('says in plain words why a link does not work any more', async () => {
  const { server, ulla, pia, id, secret } = await invited();
  const shown = async (is = secret) => {
    const { statusCode, body } = await get(server, is);
    return [statusCode, titleOf(body)];
  };
  const params = { account: 'holding', link: id };
  await server.ok('sub_accounts.resend', { token: ulla.token, params });
  expect(await shown()).toEqual([404, 'This link is not valid']);
  const newest = await server.secretFor(pia.email);
  server.clock.advance({ days: 7 });
  expect(await shown(newest)).toEqual([410, 'The invitation has expired']);
  expect(await shown('tctl_inv_nothing')).toEqual([404, 'This link is not valid']);
  expect(await shown('')).toEqual([404, 'This link is not valid']);
});

it('takes names as text, and loads and runs nothing', async () => {
  const { server, secret } = await invited('<img src=x onerror=alert(1)>');
  const { body, headers } = await get(server, secret);
  expect(body).not.toContain('<img');
  expect(titleOf(body)).toContain('&lt;img');
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(headers['cache-control']).toContain('no-store');
});
