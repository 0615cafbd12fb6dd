import { expect, it } from 'vitest';
import { encodeCursor } from '../../../src/server/http/cursor.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../../support/databases.ts';
import { office } from '../inviting.ts';
import { nastyTexts } from './nasty.ts';

async function target(open: OpenDatabase) {
  const { server, account, admin } = await office(await open());
  const params = { account };
  const batch = await server.ok('batches.create', {
    token: admin,
    params,
    body: { kind: 'invites', digest: '0'.repeat(64), rows_total: 10_000, seats_needed: 0, defaults: {} },
  });
  return { server, admin, params, batch: batch.id };
}

describeOnEachDatabase('input made by hand', (open) => {
  it('a forged cursor of any list answers a page or 400', async () => {
    const { server, admin, params, batch } = await target(open);
    const lists = [
      ['batches.rows', { ...params, batch }],
      ['batches.list', params],
      ['invites.list', params],
      ['members.list', params],
      ['workspaces.list', params],
      ['audit.list', params],
      ['account_tokens.list', params],
      ['accounts.list', {}],
      ['tokens.list', {}],
    ] as const;
    const wrong: string[] = [];
    for (const [id, given] of lists) {
      for (const key of [
        ...nastyTexts.map((text) => text.slice(0, 400)),
        '1e400',
        '1.5',
        '99999999999999999999',
      ]) {
        const cursor = encodeCursor(JSON.stringify([id, given, { limit: 100 }]), [key]);
        const { status } = await server.call(id, { token: admin, params: given, query: { cursor } });
        if (status >= 500) wrong.push(`${id} ${JSON.stringify(key)} ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('a NUL in a repeated parameter is refused like one in a single parameter', async () => {
    const { server, admin } = await target(open);
    const { status } = await server.call('accounts.list', {
      token: admin,
      query: { label: ['env=a\u0000', 'env=b'] },
    });
    expect(status).toBe(400);
  });

  it('an age past all time finds nothing instead of failing', async () => {
    const { server, admin, params } = await target(open);
    const { status } = await server.call('invites.resend_many', {
      token: admin,
      params,
      body: { state: 'pending', older_than_seconds: Number.MAX_SAFE_INTEGER },
    });
    expect(status).toBe(400);
  });

  it('rows with texts that no database likes have an outcome each', async () => {
    const { server, admin, params, batch } = await target(open);
    const texts = nastyTexts.filter((text) => text.isWellFormed() && !text.includes('\u0000'));
    const cut = (text: string, length: number) => text.slice(0, length);
    const rows = texts.flatMap((text, at) => [
      { row: at * 4 + 1, email: cut(text, 1000), role: 'admin' },
      { row: at * 4 + 2, email: `p${at}@x.example`, role: 'admin', first_name: cut(text, 200) },
      { row: at * 4 + 3, email: `q${at}@x.example`, role: cut(text, 100) },
      {
        row: at * 4 + 4,
        email: `r${at}@x.example`,
        role: 'user',
        modules: [cut(text, 100)],
        children: [cut(text, 100)],
      },
    ]);
    for (const row of rows) {
      const { status, body } = await server.call('batches.send', {
        token: admin,
        params: { ...params, batch },
        body: { rows: [row] },
      });
      expect([row, status, status === 200 ? null : body]).toEqual([row, 200, null]);
    }
    const { status } = await server.call('batches.rows', {
      token: admin,
      params: { ...params, batch },
      query: { limit: 1000 },
    });
    expect(status).toBe(200);
  });

  it('half of a character is refused, whole ones and their escapes are not', async () => {
    const { server, admin, params, batch } = await target(open);
    const send = (row: number, name: string) =>
      server.app.inject({
        method: 'POST',
        url: `/v1/accounts/${params.account}/batches/${batch}/rows`,
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
        payload: `{"rows":[{"row":${row},"email":"n${row}@x.example","role":"admin","first_name":"${name}"}]}`,
      });
    const names = ['\\ud800', 'a\\uDFFFb', '\\\\\\udc00', '\\ud83d\\ude00', '\\\\ud800', 'plain'];
    const statuses: number[] = [];
    for (const [at, name] of names.entries()) statuses.push((await send(at + 1, name)).statusCode);
    expect(statuses).toEqual([400, 400, 400, 200, 200, 200]);
  });

  it('wildcards in a search are letters', async () => {
    const { server, admin, params } = await target(open);
    for (const q of ['%', '_', '\\', "'", '%%%%%%%%%%%%%%%%%%%%%%%%a', '\\%'])
      expect([q, (await server.ok('members.list', { token: admin, params, query: { q } })).data]).toEqual([
        q,
        [],
      ]);
    expect(
      (await server.ok('members.list', { token: admin, params, query: { q: 'BOSS' } })).data,
    ).toHaveLength(1);
  });
});
