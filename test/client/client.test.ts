import { describe, expect, it } from 'vitest';
import { client, free, json, problem, refused, scripted } from './wire.ts';

const account = { id: 'acc_1', slug: 'acme' };

describe('a call', () => {
  it('is method, path, query and headers of its operation', async () => {
    const { send, sent } = scripted(json({ data: [], next_cursor: null }));
    await client(send).call('accounts.list', { query: { limit: 5, label: ['env=dev', 'a=b'] } });
    expect(sent.map(({ signal: _, ...rest }) => rest)).toEqual([
      {
        method: 'GET',
        url: 'https://api.test/v1/accounts?limit=5&label=env%3Ddev&label=a%3Db',
        headers: {
          accept: 'application/json',
          authorization: 'Bearer tctl_user_1',
          'user-agent': 'tenantctl/test',
          'x-request-id': 'uuid-1',
        },
        body: undefined,
      },
    ]);
  });

  it('carries an Idempotency-Key where the contract wants one, the same over its retries', async () => {
    const { send, sent } = scripted(problem(500, 'internal'), json(account, 201));
    await client(send).call('accounts.create', { body: { name: 'Acme' } });
    expect(
      sent.map((request) => [request.headers['idempotency-key'], request.headers['x-request-id']]),
    ).toEqual([
      ['uuid-1', 'uuid-2'],
      ['uuid-1', 'uuid-3'],
    ]);
    expect(sent[0]?.body).toBe('{"name":"Acme"}');
  });

  it('takes no key for what repeats harmlessly', async () => {
    const { send, sent } = scripted(json({ changed: true }));
    await client(send).call('accounts.leave', { params: { account: 'acme' } });
    expect(sent[0]?.headers['idempotency-key']).toBeUndefined();
  });

  it('sends the revision as If-Match and tells ETag, status and replay', async () => {
    const headers = { etag: '"8"', 'idempotency-replayed': 'true', 'x-request-id': 'req-9' };
    const { send, sent } = scripted(json(account, 200, headers));
    const done = await client(send).exchange('accounts.update', {
      params: { account: 'acme' },
      body: { name: 'New' },
      ifMatch: 7,
    });
    expect(sent[0]?.headers['if-match']).toBe('"7"');
    expect(done).toEqual({ answer: account, status: 200, etag: '"8"', requestId: 'req-9', replayed: true });
  });

  it.each(['..', '.', ''])('refuses the path parameter "%s", which would name another path', async (name) => {
    const { send, sent } = scripted();
    await expect(client(send).call('accounts.show', { params: { account: name } })).rejects.toThrow(
      /account/,
    );
    expect(sent).toEqual([]);
  });

  it('escapes a path parameter', async () => {
    const { send, sent } = scripted(json(account));
    await client(send).call('accounts.show', { params: { account: 'a/b?c' } });
    expect(sent[0]?.url).toBe('https://api.test/v1/accounts/a%2Fb%3Fc');
  });
});

describe('the credential', () => {
  it('is not sent with an operation that carries a secret of its own', async () => {
    const { send, sent } = scripted(json({ sent: true }, 202));
    await client(send).call('auth.signup', { body: { email: 'a@x.io' } });
    expect(sent[0]?.headers.authorization).toBeUndefined();
  });

  it('is renewed once when the server calls it expired', async () => {
    const { send, sent } = scripted(problem(401, 'token_expired'), json(account));
    const stale: string[] = [];
    const credential = {
      token: async () => 'old',
      renew: async (token: string) => {
        stale.push(token);
        return 'new';
      },
    };
    const answer = await client(send, { credential }).call('accounts.show', { params: { account: 'acme' } });
    expect([answer, stale, sent.map((request) => request.headers.authorization)]).toEqual([
      account,
      ['old'],
      ['Bearer old', 'Bearer new'],
    ]);
  });

  it('that cannot be renewed ends in 4 with the way out', async () => {
    const { send } = scripted(problem(401, 'token_expired'));
    await expect(client(send).call('me.show')).rejects.toMatchObject({
      outcome: 'auth',
      code: 'token_expired',
      hint: 'tenantctl login',
    });
  });

  it('that is missing ends in 4 before anything is sent', async () => {
    const { send, sent } = scripted();
    const credential = { token: async () => undefined, renew: async () => undefined };
    await expect(client(send, { credential }).call('me.show')).rejects.toMatchObject({
      outcome: 'auth',
      exitCode: 4,
    });
    expect(sent).toEqual([]);
  });
});

describe('the guards', () => {
  const params = { account: 'acme', invite: 'inv_1' };

  it('let a dry run through only as one the server knows', async () => {
    const { send, sent } = scripted(json({ changed: true }));
    const guard = { dryRun: true, readOnly: false, ...free };
    await client(send, { guard }).call('accounts.release', { params: { account: 'acme' } });
    expect(sent[0]?.url).toBe('https://api.test/v1/accounts/acme/release?dry_run=true');
  });

  it('refuse a dry run that the server does not know, and send nothing', async () => {
    const { send, sent } = scripted();
    const guard = { dryRun: true, readOnly: false, ...free };
    await expect(client(send, { guard }).call('invites.revoke', { params })).rejects.toMatchObject({
      outcome: 'usage',
      code: 'no_dry_run',
    });
    expect(sent).toEqual([]);
  });

  it('let a safe POST through under --dry-run and --read-only', async () => {
    const { send, sent } = scripted(json({}));
    const guard = { dryRun: true, readOnly: true, ...free };
    await client(send, { guard }).call('invites.preview', { body: { secret: 's' } });
    expect(sent).toHaveLength(1);
  });

  it('refuse every change of a read-only run', async () => {
    const { send, sent } = scripted();
    const guard = { dryRun: false, readOnly: true, ...free };
    await expect(client(send, { guard }).call('invites.revoke', { params })).rejects.toMatchObject({
      code: 'read_only',
    });
    await expect(
      client(send, { guard }).raw({
        method: 'DELETE',
        path: '/v1/accounts/acme',
        headers: {},
        body: undefined,
      }),
    ).rejects.toMatchObject({ code: 'read_only' });
    expect(sent).toEqual([]);
  });

  it('ask before a change, naming the account, and not before reading', async () => {
    const { send, sent } = scripted(json(account));
    const asked: (string | undefined)[] = [];
    const beforeWrite = async (name: string | undefined) => {
      asked.push(name);
      throw new Error('not confirmed');
    };
    const guard = { dryRun: false, readOnly: false, ...free, beforeWrite };
    await client(send, { guard }).call('accounts.show', { params: { account: 'acme' } });
    await expect(client(send, { guard }).call('invites.revoke', { params })).rejects.toThrow('not confirmed');
    expect([asked, sent.length]).toEqual([['acme'], 1]);
  });
});

describe('a raw request', () => {
  it('carries credential and key, and gives any answer back', async () => {
    const { send, sent } = scripted(problem(409, 'conflict'));
    const answer = await client(send).raw({
      method: 'POST',
      path: '/v1/accounts',
      headers: { 'x-a': 'b' },
      body: '{}',
    });
    expect(sent[0]?.headers).toMatchObject({
      authorization: 'Bearer tctl_user_1',
      'idempotency-key': 'uuid-1',
      'x-a': 'b',
    });
    expect(answer.status).toBe(409);
    expect(answer.check).toThrow(expect.objectContaining({ outcome: 'conflict', code: 'conflict' }));
  });
});

describe('pages', () => {
  it('walks the cursors and asks for no more than wanted', async () => {
    const { send, sent } = scripted(
      json({ data: [{ id: 1 }, { id: 2 }], next_cursor: 'c1' }),
      json({ data: [{ id: 3 }, { id: 4 }], next_cursor: 'c2' }),
    );
    const items = [];
    for await (const item of client(send).pages('accounts.list', {}, 3)) items.push(item);
    expect(items).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(sent.map(({ url }) => new URL(url).search)).toEqual(['?limit=3', '?limit=1&cursor=c1']);
  });

  it('has the next page under way while one is read', async () => {
    const { send, sent } = scripted(
      json({ data: [{ id: 1 }], next_cursor: 'c1' }),
      json({ data: [{ id: 2 }], next_cursor: null }),
    );
    const pages = client(send).pages('accounts.list', {});
    await pages.next();
    await Promise.resolve();
    expect(sent).toHaveLength(2);
    await pages.return();
  });

  it('refuses a list that never ends', async () => {
    const page = json({ data: [], next_cursor: 'same' });
    const { send } = scripted(page, page, page);
    await expect(client(send).pages('accounts.list', {}).next()).rejects.toMatchObject({
      code: 'bad_answer',
    });
  });
});

describe('answers that are not the API', () => {
  it.each([
    [
      'HTML from a proxy',
      { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' },
      'http_502',
      'temporary',
    ],
    [
      'broken JSON',
      { status: 200, headers: { 'content-type': 'application/json' }, body: '{"id":' },
      'bad_answer',
      'error',
    ],
    [
      'no JSON at all',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
      'bad_answer',
      'error',
    ],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://evil.test/' }, body: '' },
      'redirect',
      'error',
    ],
  ])('%s is told apart', async (_, answer, code, outcome) => {
    const { send, sent } = scripted(answer);
    await expect(client(send, { maxRetries: 0 }).call('me.show')).rejects.toMatchObject({ code, outcome });
    expect(sent).toHaveLength(1);
  });
});

describe('--debug', () => {
  it('never shows the credential or a body', async () => {
    const { send } = scripted(json(account, 201, { etag: '"1"', 'set-cookie': 'a=secret' }));
    const lines: string[] = [];
    await client(send, { debug: (line) => lines.push(line) }).call('accounts.create', {
      body: { name: 'Acme' },
    });
    expect(lines).toEqual([
      'POST https://api.test/v1/accounts 201 0 ms request_id=uuid-2',
      '> content-type: application/json',
      '> idempotency-key: uuid-1',
      '> user-agent: tenantctl/test',
      '< content-type: application/json',
      '< etag: "1"',
    ]);
  });

  it('shows a failed attempt', async () => {
    const { send } = scripted(refused('ECONNREFUSED'), json(account));
    const lines: string[] = [];
    await client(send, { debug: (line) => lines.push(line) }).call('me.show');
    expect(lines[0]).toBe('GET https://api.test/v1/me ECONNREFUSED 0 ms');
  });
});
