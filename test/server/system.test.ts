import { describe, expect, test } from 'vitest';
import { operationIds } from '../../src/contract/operations.ts';
import { buildApp } from '../../src/server/app.ts';
import { DomainError } from '../../src/server/domain/errors.ts';
import { docsPage } from '../../src/server/pages/docs.ts';
import { PASSWORD, startServer } from '../support/server.ts';

describe('the operator', () => {
  test('asks whether it lives and whether it is ready', async () => {
    const server = await startServer();
    const health = await server.app.inject('/healthz');
    const ready = await server.app.inject('/readyz');
    expect([health.statusCode, health.json(), ready.statusCode, ready.json()]).toEqual([
      200,
      { status: 'ok' },
      200,
      { status: 'ready' },
    ]);
  });

  test('hears that it is not ready when the database is away', async () => {
    const away = async () => {
      throw new DomainError('database_unavailable', 'The database cannot be reached right now.', {
        retryAfter: 2,
      });
    };
    const server = await startServer({ deps: { transactions: { read: away, write: away } } });
    const [health, ready] = [await server.app.inject('/healthz'), await server.app.inject('/readyz')];
    expect([health.statusCode, ready.statusCode, ready.json().code]).toEqual([
      200,
      503,
      'database_unavailable',
    ]);
  });

  test('reads counts by operation and never by path', async () => {
    const server = await startServer();
    await server.call('plans.list');
    await server.call('plans.list');
    await server.call('accounts.show', { params: { account: 'hidden-name' } });
    await server.app.inject('/nowhere/hidden-name');
    await server.ok('auth.signup', { body: { email: 'ada@example.org' } });
    const { body, headers } = await server.app.inject('/metrics');
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = body.split('\n');
    expect(lines).toContain('tenantctl_requests_total{operation="plans.list",status="200"} 2');
    expect(lines).toContain('tenantctl_requests_total{operation="accounts.show",status="401"} 1');
    expect(lines).toContain('tenantctl_requests_total{operation="none",status="404"} 1');
    expect(lines).toContain('tenantctl_request_seconds_count{operation="plans.list"} 2');
    expect(lines).toContain('tenantctl_outbox_messages{state="queued"} 1');
    expect(body).not.toContain('hidden');
    for (const line of lines) expect(line).toMatch(/^$|^# |^[a-z_]+(\{[^}]*\})? [\d.e+-]+$/);
  });

  test('reads a log without secrets, addresses and queries', async () => {
    const lines: string[] = [];
    const { deps } = await startServer();
    const app = buildApp({ deps, log: { level: 'debug', stream: { write: (line) => lines.push(line) } } });
    const payload = { email: 'ada@example.org', password: PASSWORD };
    await app.inject({ method: 'POST', url: '/v1/auth/login', payload });
    await app.inject({
      url: '/v1/accounts/acme/invites/bob@example.org?q=secretquery',
      headers: { authorization: 'Bearer x' },
    });
    const log = lines.join('');
    expect(lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request')).toEqual([
      expect.objectContaining({
        operation: 'auth.login',
        method: 'POST',
        status: 401,
        request_id: expect.any(String),
      }),
      expect.objectContaining({ operation: 'invites.show', method: 'GET', status: 400 }),
    ]);
    for (const hidden of ['example.org', PASSWORD, 'secretquery', 'Bearer', 'authorization']) {
      expect(log).not.toContain(hidden);
    }
  });

  test('finds a fault of ours in the log and not in the answer', async () => {
    const lines: string[] = [];
    const { deps } = await startServer();
    const broken = async () => {
      throw new Error('column "password_hash" is broken');
    };
    const app = buildApp({
      deps: { ...deps, transactions: { read: broken, write: broken } },
      log: { level: 'error', stream: { write: (line) => lines.push(line) } },
    });
    const answer = await app.inject('/v1/plans');
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'internal']);
    expect(answer.body).not.toContain('password_hash');
    expect(lines.map((line) => JSON.parse(line).err.message)).toEqual(['column "password_hash" is broken']);
  });
});

describe('the reference', () => {
  test('shows every operation, runs no script and loads nothing', async () => {
    const server = await startServer();
    const { body, headers } = await server.app.inject('/docs');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    for (const id of operationIds) expect(body).toContain(`<section id="${id}">`);
    expect(body).not.toMatch(/<script|\son\w+=|src=|https?:/i);
  });

  test('takes names as text', () => {
    const page = docsPage({ info: { description: '<img src=x onerror=alert(1)> & "more"' } });
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;more&quot;');
    expect(page).not.toContain('<img');
  });
});
