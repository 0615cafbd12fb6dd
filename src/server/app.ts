import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { limits } from '../contract/limits.ts';
import { operations } from '../contract/operations.ts';
import { maskTokensIn } from '../contract/token.ts';
import { DomainError } from './domain/errors.ts';
import type { Deps } from './domain/work.ts';
import { bind } from './http/bind.ts';
import { unacceptable } from './http/json-body.ts';
import type { Memory } from './http/metrics.ts';
import { sendProblem, toDomainError } from './http/problem.ts';
import { defaultPolicies, type RatePolicies, rateLimiter } from './http/rate-limit.ts';
import { system } from './http/system.ts';
import { docs } from './pages/docs.ts';
import { mailedLinks } from './pages/mailed-links.ts';
import { handlers } from './routes/table.ts';

export interface LogOptions {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  readonly stream: { write(line: string): void };
}

export interface AppOptions {
  readonly deps: Deps;
  readonly policies?: RatePolicies;
  /** Where JSON lines go, and from which level on. */
  readonly log?: LogOptions | false;
  /** Of the process, for /metrics. */
  readonly memory?: () => Memory;
  /** Checks every answer against the contract; for tests. */
  readonly checkAnswers?: boolean;
}

/** Does another method of the contract live at this path? Then the answer is 405 and not 404. */
function methodsAt(path: string): string[] {
  const at = Object.values(operations).filter((operation) => {
    const pattern = operation.path.replaceAll(/\{\w+\}/g, '[^/]+');
    return new RegExp(`^/v1${pattern}$`).test(path);
  });
  return [...new Set(at.map((operation) => operation.method))];
}

/** Of an error only what we know to be harmless: databases put people's data into the other fields. */
function harmless(error: Error): { type: string; code: string; message: string; stack: string } {
  const code = 'code' in error ? String(error.code) : '';
  return {
    type: error.name,
    code,
    message: maskTokensIn(error.message),
    stack: maskTokensIn(error.stack ?? ''),
  };
}

/** One line a request, written when it is answered (http/system.ts): Fastify's own hold the query. */
function loggerOf(log: LogOptions | false) {
  if (log === false) return false;
  return { level: log.level, stream: log.stream, serializers: { err: harmless } };
}

/** Composition root of the server: no listening, no environment. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { deps, policies = defaultPolicies, log = false, checkAnswers = false } = options;
  const app = fastify({
    logger: loggerOf(log),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: limits.bodyBytes,
    // The caller's own id is taken over when it is harmless, so that both sides' logs meet.
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && /^[\w.-]{8,100}$/.test(given) ? given : randomUUID();
    },
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: 'idle',
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    // PostgreSQL has no NUL in text; the escape is refused whole, also where it is a harmless literal.
    if (String(text).includes('\\u0000')) {
      done(new DomainError('invalid_request', 'The body holds a NUL character.'));
      return;
    }
    void app.getDefaultJsonParser('error', 'error')(_request, String(text), (error, value) => {
      done(error ?? unacceptable(String(text), value), value);
    });
  });

  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('cache-control', 'no-store');
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
  });
  app.setErrorHandler((error, request, reply) => {
    const known = toDomainError(error);
    if (known.code === 'internal') request.log.error({ err: known.trouble.cause ?? known }, 'failed');
    return sendProblem(reply, known);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = methodsAt(path);
    if (methods.length === 0) {
      return sendProblem(
        reply,
        new DomainError('not_found', `There is nothing at ${request.method} ${path}.`),
      );
    }
    reply.header('allow', methods.join(', '));
    return sendProblem(reply, new DomainError('method_not_allowed', `${path} takes ${methods.join(', ')}.`));
  });

  system(app, { deps, memory: options.memory ?? (() => ({ rss: 0, heapUsed: 0 })) });
  docs(app);
  const limit = rateLimiter(policies, () => Date.now());
  mailedLinks(app, { deps, handlers, limit });
  bind(app, handlers, { deps, limit, checkAnswers });
  return app;
}
