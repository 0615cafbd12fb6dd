import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { keysOf } from '../../contract/keys.ts';
import { type OperationId, operationOf, takesIdempotencyKey } from '../../contract/operations.ts';
import type { Body, Params, Query } from '../../contract/shapes.ts';
import { type CompleteShape, shapeOf } from '../../contract/shapes.ts';
import type { Call, Handler } from '../domain/change.ts';
import { DomainError, notFound } from '../domain/errors.ts';
import type { Deps, Input } from '../domain/work.ts';
import { decodeCursor, encodeCursor, keyOf } from './cursor.ts';

export type Handlers = { readonly [Id in OperationId]: Handler<Id> };

interface BindOptions {
  readonly deps: Deps;
  readonly limit: (id: OperationId, request: FastifyRequest, reply: import('fastify').FastifyReply) => void;
  /** Also checks every answer against the contract: on in tests. */
  readonly checkAnswers: boolean;
}

type Place = 'path' | 'query' | 'body';

function pointerOf(place: Place, path: readonly PropertyKey[]): string {
  if (place === 'query') return `?${path.map(String).join('.')}`;
  if (place === 'path') return `{${path.map(String).join('.')}}`;
  return `/${path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
}

/** More would help nobody, and an answer must not be many times what was sent. */
const MOST_ERRORS = 100;

function issuesOf(place: Place, issue: z.core.$ZodIssue): { pointer: string; detail: string }[] {
  if (issue.code === 'unrecognized_keys') {
    const detail =
      place === 'query' ? 'is not a parameter of this operation' : 'is not a field of this request';
    return issue.keys
      .slice(0, MOST_ERRORS)
      .map((key) => ({ pointer: pointerOf(place, [...issue.path, key]), detail }));
  }
  return [{ pointer: pointerOf(place, issue.path), detail: issue.message }];
}

const hasNul = (value: string): boolean => value.includes('\u0000');

function parse<T>(place: Place, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, MOST_ERRORS);
  const errors = issues.flatMap((issue) => issuesOf(place, issue)).slice(0, MOST_ERRORS);
  const [first] = errors;
  throw new DomainError('invalid_request', `The request is not valid: ${first?.pointer} ${first?.detail}.`, {
    errors,
  });
}

function bearerOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const [, token] = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(header) ?? [];
  if (token === undefined)
    throw new DomainError('invalid_token', 'Send the credential as Authorization: Bearer <token>.');
  return token;
}

function expectedOf(id: OperationId, request: FastifyRequest): number | null {
  const rule = operationOf(id).if_match;
  const header = request.headers['if-match'];
  if (rule === undefined || header === '*') return null;
  if (header === undefined) {
    if (rule === 'optional') return null;
    throw new DomainError(
      'precondition_required',
      'Send If-Match with the ETag of the object as you read it.',
    );
  }
  const [, revision] = /^"(\d{1,15})"$/.exec(header) ?? [];
  if (revision === undefined)
    throw new DomainError('stale', 'If-Match is not an ETag of this API. Read the object again.');
  return Number(revision);
}

function idempotencyKeyOf(id: OperationId, request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined || !takesIdempotencyKey(operationOf(id))) return null;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new DomainError(
    'invalid_idempotency_key',
    'An Idempotency-Key has 1 to 255 visible ASCII characters.',
  );
}

/** Parsed parts are typed by the operation's own schemas; the compiler cannot follow that through a table of them. */
interface Parsed<Id extends OperationId> {
  readonly params: Params<Id>;
  readonly query: Query<Id> & { cursor?: string; dry_run?: boolean };
  readonly body: Body<Id>;
}

function parseAll<Id extends OperationId>(shape: CompleteShape, request: FastifyRequest): Parsed<Id> {
  const params = parse('path', shape.params, request.params);
  const query = parse('query', shape.query, request.query);
  if (
    [...Object.values(params), ...Object.values(query)]
      .flat()
      .some((value) => typeof value === 'string' && hasNul(value))
  ) {
    throw new DomainError('invalid_request', 'The request holds a NUL character.');
  }
  const body = shape.body ? parse('body', shape.body, request.body ?? {}) : {};
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schemas are those of `Id`: shapeOf(id) made `shape`
  return { params, query, body } as Parsed<Id>;
}

function bindOne<Id extends OperationId>(
  app: FastifyInstance,
  id: Id,
  handler: Handler<Id>,
  options: BindOptions,
): void {
  const operation = operationOf(id);
  const shape = shapeOf(id);
  const { deps, limit, checkAnswers } = options;
  app.route({
    method: operation.method,
    url: `/v1${operation.path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    onRequest: async (request, reply) => limit(id, request, reply),
    handler: async (request, reply) => {
      if (operation.dev && !deps.setup.dev)
        throw notFound('operation', `${operation.method} ${operation.path}`);
      const credential = bearerOf(request);
      const { params, query, body } = parseAll<Id>(shape, request);
      const { cursor, dry_run: dryRun = false, ...filters } = query;
      // A list that is asked for by a POST has its filters in the body.
      const list = JSON.stringify(shape.body ? [id, params, filters, body] : [id, params, filters]);
      const input: Input<Id> = {
        params,
        query,
        body,
        expected: expectedOf(id, request),
        after: cursor === undefined ? null : decodeCursor(list, cursor),
        ip: request.ip,
      };
      const call: Call = {
        credential,
        idempotencyKey: idempotencyKeyOf(id, request),
        // Keyed with what the database does not have: a body may hold a short secret, which its plain hash would betray.
        requestHash: createHmac('sha256', credential ?? '')
          .update(JSON.stringify([params, filters, body]))
          .digest('hex'),
        requestId: request.id,
        dryRun,
      };
      const { answer, status, replayed } = await handler(deps, input, call);
      if (replayed) reply.header('idempotency-replayed', 'true');
      if (checkAnswers) shape.answer.parse(answer);
      reply.status(status);
      if (typeof answer !== 'object' || answer === null) return reply.send(answer);
      if ('revision' in answer && typeof answer.revision === 'number')
        reply.header('etag', `"${answer.revision}"`);
      if ('next_cursor' in answer && typeof answer.next_cursor === 'string') {
        return reply.send({ ...answer, next_cursor: encodeCursor(list, keyOf(answer.next_cursor)) });
      }
      return reply.send(answer);
    },
  });
}

/** Makes a route of every operation in the table. */
export function bind(app: FastifyInstance, handlers: Partial<Handlers>, options: BindOptions): void {
  for (const id of keysOf(handlers)) {
    const handler = handlers[id];
    if (handler) bindOne(app, id, handler as Handler<typeof id>, options);
  }
}
