import { z } from 'zod';
import type { Send, WireRequest } from '../../src/client/wire.ts';
import { changes, type OperationId, operationIds, operationOf } from '../../src/contract/operations.ts';
import { shapeOf } from '../../src/contract/shapes.ts';

/** A request as the contract sees it. */
export interface Seen {
  readonly id: OperationId | null;
  readonly request: WireRequest;
  /** Would a server have changed anything? */
  readonly changed: boolean;
}

/** A server that answers every operation with a value of its schema, and keeps what was asked of it. */
export function anyServer(): { send: Send; seen: Seen[] } {
  const seen: Seen[] = [];
  const send: Send = async (request) => {
    const id = operationAt(request.method, new URL(request.url).pathname);
    seen.push({ id, request, changed: id === null ? request.method !== 'GET' : changed(id, request) });
    const answer = id === null ? {} : sample(z.toJSONSchema(shapeOf(id).answer, { io: 'output' }), '');
    return {
      status: 200,
      headers: { 'content-type': 'application/json', etag: '"1"' },
      body: JSON.stringify(answer),
    };
  };
  return { send, seen };
}

function changed(id: OperationId, request: WireRequest): boolean {
  return changes(operationOf(id)) && new URL(request.url).searchParams.get('dry_run') !== 'true';
}

function operationAt(method: string, path: string): OperationId | null {
  const fits = operationIds.filter((id) => {
    const pattern = operationOf(id).path.replaceAll(/\{\w+\}/g, '[^/]+');
    return operationOf(id).method === method && new RegExp(`^/v1${pattern}$`).test(path);
  });
  // `/invites/resend` fits `/invites/{invite}` too: the one with fewer parameters is meant.
  return (
    fits.toSorted(
      (a, b) => operationOf(a).path.split('{').length - operationOf(b).path.split('{').length,
    )[0] ?? null
  );
}

type Schema = z.core.JSONSchema.JSONSchema;

/** The simplest value: a list has one item, a page is the last one, what may be null is not. */
function sample(
  schema: Schema | boolean,
  name: string,
  root: Schema = typeof schema === 'boolean' ? {} : schema,
): unknown {
  if (typeof schema === 'boolean') return null;
  if (name === 'next_cursor') return null;
  const reference = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? '')?.[1];
  if (reference !== undefined) return sample(root.$defs?.[reference] ?? true, name, root);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [first] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (first !== undefined) return sample(first, name, root);
  if (schema.type === 'object') {
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([key, value]) => [key, sample(value, key, root)]),
    );
  }
  if (schema.type === 'array')
    return schema.items === undefined || Array.isArray(schema.items)
      ? []
      : [sample(schema.items, name, root)];
  if (schema.type === 'boolean') return true;
  if (schema.type === 'integer' || schema.type === 'number') return 1;
  if (schema.format === 'date-time') return '2026-01-01T00:00:00.000Z';
  return `some-${name === '' ? 'text' : name}`;
}
