import type { FastifyInstance, FastifyRequest } from 'fastify';
import { operationIds, operationOf } from '../../contract/operations.ts';
import type { Deps } from '../domain/work.ts';
import { type Memory, Metrics } from './metrics.ts';
import { sendProblem, toDomainError } from './problem.ts';

export interface SystemOptions {
  readonly deps: Deps;
  /** Of the process, read when /metrics is asked for. */
  readonly memory: () => Memory;
}

/** Which operation a route serves; none for pages and what is not there. */
function operationNames(): Map<string, string> {
  return new Map(
    operationIds.map((id) => {
      const { method, path } = operationOf(id);
      return [`${method} /v1${path.replaceAll(/\{(\w+)\}/g, ':$1')}`, id];
    }),
  );
}

/**
 * One line and one count a request. The line names the route's pattern and not the path, and no query, header or
 * body, for those hold addresses and secrets.
 */
function observe(app: FastifyInstance, metrics: Metrics): void {
  const names = operationNames();
  const nameOf = (request: FastifyRequest): string => {
    const route = `${request.method} ${request.routeOptions.url ?? ''}`;
    return names.get(route) ?? (request.routeOptions.url === undefined ? 'none' : request.routeOptions.url);
  };
  app.addHook('onResponse', async (request, reply) => {
    const operation = nameOf(request);
    const seconds = reply.elapsedTime / 1000;
    metrics.observe(operation, reply.statusCode, seconds);
    request.log.info(
      { operation, method: request.method, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
  });
}

/** What the operator asks of the server rather than its users: is it alive, is it ready, how is it doing. */
export function system(app: FastifyInstance, { deps, memory }: SystemOptions): void {
  const metrics = new Metrics();
  observe(app, metrics);
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    try {
      await deps.transactions.read(({ platform }) => platform.users.any());
      return { status: 'ready' };
    } catch (error) {
      return sendProblem(reply, toDomainError(error));
    }
  });
  app.get('/metrics', async (_request, reply) => {
    const backlog = await deps.transactions.read(({ platform }) => platform.outbox.backlog());
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.render(memory(), backlog));
  });
  app.get('/openapi.json', async () => {
    // Asked for rarely, and it costs memory to have.
    const { openapiDocument } = await import('../../contract/openapi.ts');
    return openapiDocument();
  });
  app.get('/schemas/parser.json', async (_request, reply) => {
    const { parserSchema } = await import('../../contract/parser-schema.ts');
    return reply.type('application/schema+json').send(JSON.stringify(parserSchema(), null, 2));
  });
  app.get('/schemas/form.json', async (_request, reply) => {
    const { formSchema } = await import('../../contract/form-schema.ts');
    return reply.type('application/schema+json').send(JSON.stringify(formSchema(), null, 2));
  });
  app.get('/schemas/estate.json', async (_request, reply) => {
    const { estateSchema } = await import('../../contract/estate-schema.ts');
    return reply.type('application/schema+json').send(JSON.stringify(estateSchema(), null, 2));
  });
}
