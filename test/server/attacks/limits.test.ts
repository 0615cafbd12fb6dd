import { expect, it } from 'vitest';
import { mintToken } from '../../../src/contract/token.ts';
import { startServer } from '../../support/server.ts';

const policies = { default: { quota: 50, window: 60 }, public: { quota: 3, window: 60 } };
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
