import { describe, expect, it } from 'vitest';
import { encodeCursor } from '../../../src/server/http/cursor.ts';
import { startServer } from '../../support/server.ts';

const fields = (count: number, value: string) =>
  Array.from({ length: count }, (_, n) => `"f${n.toString(36)}":${value}`).join(',');
const items = (count: number, value: string) => Array.from({ length: count }, () => value).join(',');
const rows = '/v1/accounts/x/batches/bat_00000000000000000000000000/rows';

describe('T83: a body made to be expensive', () => {
  it.each([
    ['POST', '/v1/auth/signup', `{${fields(300_000, '1')}}`],
    ['POST', '/v1/accounts', `{"name":"x","labels":{${fields(300_000, '1')}}}`],
    ['POST', rows, `{"rows":[${items(1_500_000, '{}')}]}`],
    ['POST', rows, `{"rows":[${items(900, `{${fields(500, '1')}}`)}]}`],
    [
      'POST',
      rows,
      `{"rows":[${items(1000, '{"row":1,"email":1,"role":1,"modules":1,"children":1,"workspaces":1}')}]}`,
    ],
    ['PATCH', '/v1/accounts/x/members/y', `{"modules":[${items(2_000_000, '1')}]}`],
    ['POST', '/v1/auth/login', `${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}`],
    ['POST', '/v1/auth/login', `${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`],
    ['POST', '/v1/auth/login', `${'{"a":'.repeat(500_000)}"\\ud800"${'}'.repeat(500_000)}`],
    ['POST', '/v1/auth/login', '{"\\ud800":1}'],
  ] as const)(
    '%s %s is refused in few words (%#)',
    async (method, url, payload) => {
      const server = await startServer();
      const headers = { 'content-type': 'application/json' };
      const answer = await server.app.inject({ method, url, payload, headers });
      expect([answer.statusCode, answer.body.length < 20_000]).toEqual([400, true]);
      await server.close();
    },
    30_000,
  );

  it('names the first hundred mistakes', async () => {
    const server = await startServer();
    const payload = `{"email":"a@b.example",${fields(900, '1')}}`;
    const answer = await server.app.inject({
      method: 'POST',
      url: '/v1/auth/signup',
      payload,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.json().errors).toHaveLength(100);
    await server.close();
  });

  it('a long cursor is refused unread', async () => {
    const server = await startServer();
    const { access_token: token } = await server.signUp('ann@acme.example');
    const cursor = encodeCursor(JSON.stringify(['tokens.list', {}, { limit: 100 }]), ['x'.repeat(500)]);
    expect((await server.call('tokens.list', { token, query: { cursor } })).status).toBe(400);
    await server.close();
  });
});
