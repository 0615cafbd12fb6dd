import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { type OperationId, operationIds, operationOf } from '../../../src/contract/operations.ts';
import { pathParams, shapeOf } from '../../../src/contract/shapes.ts';
import { buildApp } from '../../../src/server/app.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { buildWorld, requests, rollingBack, type Target } from '../matrix.world.ts';
import { generated, mutated, nastyText } from './nasty.ts';

const UNLIMITED = {
  default: { quota: 1e9, window: 60 },
  public: { quota: 1e9, window: 60 },
  mailing: { quota: 1e9, window: 60 },
};

interface Loose {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: object;
  readonly body?: unknown;
}

interface Shot {
  readonly url: string;
  readonly payload: string | undefined;
  readonly headers: Record<string, string>;
}

function urlOf(
  id: OperationId,
  params: Readonly<Record<string, string>>,
  query: readonly [string, string][],
) {
  const path = pathParams(id).reduce(
    (so, name) => so.replace(`{${name}}`, encodeURIComponent((params[name] ?? '').toWellFormed())),
    operationOf(id).path,
  );
  const search = new URLSearchParams(
    query.map(([name, value]): [string, string] => [name, value.toWellFormed()]),
  );
  return `/v1${path}${query.length > 0 ? `?${search.toString()}` : ''}`;
}

const headers = fc.record(
  {
    'if-match': fc.constantFrom('*', '"1"', '"999999999999999"', 'W/"1"', '"x"', '""'),
    'idempotency-key': fc.constantFrom('a', 'k'.repeat(255), 'k'.repeat(256), ' ', '\u00e9'),
    'x-request-id': fc.constantFrom('short', 'x'.repeat(200), 'request-12345678', '../../etc'),
    'x-forwarded-for': fc.constantFrom('127.0.0.1', '::1, evil'),
  },
  { requiredKeys: [] },
);

/** Requests of an operation around a well-formed one: its parts kept, generated from the contract, or bent. */
function shots(id: OperationId, target: Target): fc.Arbitrary<Shot> {
  const good: Loose = requests[id](target);
  const shape = shapeOf(id);
  const params = { ...good.params };
  const bentParams = fc
    .tuple(fc.constantFrom(...Object.keys(params), ''), nastyText)
    .map(([name, value]) => (name === '' ? params : { ...params, [name]: value }));
  const fields = [...Object.keys(shape.query.shape), 'cursor', 'other'];
  const goodQuery = Object.entries(good.query ?? {}).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  const cursor = fc
    .array(nastyText, { minLength: 1, maxLength: 4 })
    .map((key) => Buffer.from(JSON.stringify(['0'.repeat(16), key])).toString('base64url'));
  const value = fc.oneof(
    nastyText,
    cursor,
    fc.constantFrom('true', '1', 'env=a\u0000', 'env=\ud800', 'admin', 'pending'),
  );
  const extra = fc.array(fc.tuple(fc.constantFrom(...fields), value), { maxLength: 3 });
  const body =
    shape.body === null
      ? fc.constant(undefined)
      : fc.oneof(generated(shape.body), mutated(good.body ?? {}), fc.constant(good.body));
  const spelled = body.map((it) => (it === undefined ? undefined : JSON.stringify(it)));
  return fc
    .tuple(fc.oneof({ weight: 4, arbitrary: fc.constant(params) }, bentParams), extra, spelled, headers)
    .map(([bent, more, payload, extras]) => ({
      url: urlOf(id, bent, [...goodQuery, ...more]),
      payload,
      headers: { ...extras, ...(payload !== undefined && { 'content-type': 'application/json' }) },
    }));
}

async function fire(app: FastifyInstance, id: OperationId, shot: Shot, token: string | null) {
  const answer = await app.inject({
    method: operationOf(id).method,
    url: shot.url,
    headers: { ...shot.headers, ...(token !== null && { authorization: `Bearer ${token}` }) },
    ...(shot.payload !== undefined && { payload: shot.payload }),
  });
  return answer;
}

describeOnEachDatabase('T83, T91: whatever is sent', (open, { kind }) => {
  const runs = kind === 'sqlite' ? 60 : 30;
  it('no operation answers 5xx, for any caller', async () => {
    const { server, targets } = await buildWorld({ database: await open() });
    const log: string[] = [];
    const app = buildApp({
      deps: { ...server.deps, transactions: rollingBack(server.deps.transactions) },
      policies: UNLIMITED,
      checkAnswers: true,
      log: { level: 'error', stream: { write: (line) => log.push(line) } },
    });
    const failures: string[] = [];
    for (const id of operationIds) {
      const found = await fc.check(
        fc.asyncProperty(
          fc
            .constantFrom(...targets)
            .chain((target) =>
              fc.tuple(
                shots(id, target),
                fc.constantFrom(target.admin, target.admin, target.callers.get('staff') ?? null, null),
              ),
            ),
          async ([shot, token]) => {
            const answer = await fire(app, id, shot, token);
            if (answer.statusCode >= 500)
              throw new Error(`${answer.statusCode} ${answer.body} ${log.at(-1)?.slice(0, 600)}`);
          },
        ),
        { numRuns: runs },
      );
      if (found.failed)
        failures.push(
          `${id}: ${JSON.stringify(found.counterexample).slice(0, 700)}\n${String(found.errorInstance).slice(0, 900)}`,
        );
    }
    expect(failures.join('\n\n')).toBe('');
    await server.close();
  }, 180_000);
});

describe('what is not even a request', () => {
  it('is refused as one, never 5xx', async () => {
    const { server } = await buildWorld();
    const urls = [
      '/v1/accounts/%ff',
      '/v1/accounts/%',
      '/v1/accounts/%00',
      `/v1/accounts/${'a'.repeat(300)}`,
      '/v1//me',
      '/v1/me/',
      '/v1/ME',
      '/v1/accounts/..%2f..%2fme',
      '/accept?secret[]=x',
      '/accept?secret=%ff',
      '/v1/me?%ff=%fe',
      '/v1/accounts?label=a%00&label=b',
    ];
    const statuses: string[] = [];
    for (const url of urls) {
      for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT'] as const) {
        const { statusCode } = await server.app.inject({ method, url });
        if (statusCode >= 500) statuses.push(`${method} ${url} ${statusCode}`);
      }
    }
    const bodies: [string, string][] = [
      ['application/json', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
      ['application/json', '{"__proto__":{"admin":true},"email":"a@b.example"}'],
      ['application/json', '{"constructor":{"prototype":{}},"email":"a@b.example"}'],
      ['application/json', '{"email":1e400}'],
      ['application/json', 'null'],
      ['application/json', '"x"'],
      ['application/json;charset=utf-16', '{}'],
      ['application/json garbage', '{}'],
      ['application/json\ta', '{}'],
      [' application/json', '{}'],
      ['text/plain', '{}'],
      ['multipart/form-data', '{}'],
    ];
    for (const [type, payload] of bodies) {
      for (const url of ['/v1/auth/login', '/accept', '/v1/auth/signup']) {
        const { statusCode } = await server.app.inject({
          method: 'POST',
          url,
          payload,
          headers: { 'content-type': type },
        });
        if (statusCode >= 500 || statusCode < 400)
          statuses.push(`${type} ${payload.slice(0, 60)} ${url} ${statusCode}`);
      }
    }
    expect(statuses).toEqual([]);
    expect(Reflect.get({}, 'admin')).toBeUndefined();
    await server.close();
  });
});
