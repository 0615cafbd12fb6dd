import { expect, it } from 'vitest';
import { mintToken } from '../../../src/contract/token.ts';
import { startServer } from '../../support/server.ts';

const policies = {
  default: { quota: 50, window: 60 },
  public: { quota: 3, window: 60 },
  mailing: { quota: 1000, window: 60 },
};
const login = { body: { email: 'ann@acme.example', password: 'x' } };

it('T73: an invented credential opens no further window for guessing', async () => {
  const server = await startServer({ policies });
  const statuses: number[] = [];
  for (let at = 0; at < 6; at += 1)
    statuses.push((await server.call('auth.login', { ...login, token: mintToken('user') })).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429, 429]);
  await server.close();
});

it('T73: asking for something else first does not widen the window of what needs no credential', async () => {
  const server = await startServer({ policies });
  await server.call('me.show');
  const statuses: number[] = [];
  for (let at = 0; at < 5; at += 1) statuses.push((await server.call('auth.login', login)).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  await server.close();
});

it('T73: a whole /64 is one caller', async () => {
  const server = await startServer({ policies });
  const statuses: number[] = [];
  for (let at = 1; at < 6; at += 1)
    statuses.push((await server.call('auth.login', { ...login, ip: `2001:db8:0:1::${at}` })).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  await server.close();
});

it('T18: mail that anybody may cause is limited for a network, over all the ways to cause it', async () => {
  const server = await startServer({
    policies: { ...policies, public: policies.default, mailing: { quota: 3, window: 60 } },
  });
  const statuses: number[] = [];
  for (let at = 0; at < 4; at += 1) {
    const operation = at % 2 === 0 ? 'auth.signup' : 'auth.password_forgot';
    const reply = await server.call(operation, { body: { email: `victim${at}@x.example` }, ip: '192.0.2.7' });
    statuses.push(reply.status);
  }
  expect(statuses).toEqual([202, 202, 202, 429]);
  expect(
    (await server.call('auth.signup', { body: { email: 'ann@x.example' }, ip: '198.51.100.7' })).status,
  ).toBe(202);
  expect((await server.call('auth.login', { ...login, ip: '192.0.2.7' })).status).toBe(401);
  await server.close();
});
