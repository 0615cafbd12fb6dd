import { z } from 'zod';
import { problem } from './common.ts';
import { errorCodes } from './errors.ts';
import { isObject, type Json, type JsonObject, toJson } from './json-schema.ts';
import { limits } from './limits.ts';
import {
  type Operation,
  type OperationId,
  operationIds,
  operationOf,
  takesIdempotencyKey,
} from './operations.ts';
import { type CompleteShape, shapeOf } from './shapes.ts';

const COMPONENTS = '#/components/schemas/';
/** Zod names what recurs without a name: that is only `z.json()`, any JSON value. */
const anonymous = (name: string): boolean => name.startsWith('__');

/** References to definitions become references to components; the definitions themselves go to `found`. */
function lift(value: Json, found: Map<string, JsonObject>): Json {
  if (Array.isArray(value)) return value.map((item) => lift(item, found));
  if (!isObject(value)) return value;
  const { $defs, $ref, ...rest } = value;
  delete rest.$schema;
  // A schema's own id is text; a property of that name is a schema.
  if (typeof rest.id === 'string') delete rest.id;
  for (const [name, definition] of Object.entries(isObject($defs) ? $defs : {})) {
    if (!anonymous(name)) keep(name, definition, found);
  }
  if (typeof $ref === 'string') {
    const name = $ref.slice('#/$defs/'.length);
    return anonymous(name) ? {} : { $ref: COMPONENTS + name };
  }
  return Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, lift(part, found)]));
}

function keep(name: string, definition: Json, found: Map<string, JsonObject>): JsonObject {
  const lifted = lift(definition, found);
  // A named schema with named parts is a definition itself, and was kept with them.
  if (isObject(lifted) && lifted.$ref === undefined) found.set(name, lifted);
  return { $ref: COMPONENTS + name };
}

/** Names of the definitions that a request may leave parts out of, and of those that hold one. */
function lenient(definitions: JsonObject): ReadonlySet<string> {
  const texts = Object.entries(definitions).map(([name, part]) => [name, JSON.stringify(part)] as const);
  const names = new Set<string>();
  let known = -1;
  while (names.size > known) {
    known = names.size;
    for (const [name, text] of texts) {
      if (text.includes('"default":') || [...names].some((other) => text.includes(`"#/$defs/${other}"`)))
        names.add(name);
    }
  }
  return names;
}

/** What has a default may be left out of a request and never is of an answer: then each has a schema of its own. */
function asRequest(json: JsonObject): JsonObject {
  const definitions = isObject(json.$defs) ? json.$defs : {};
  const names = lenient(definitions);
  const named = (name: string): string => (names.has(name) ? `${name}Request` : name);
  const renamed = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(renamed);
    if (!isObject(value)) return value;
    const { $ref } = value;
    if (typeof $ref === 'string')
      return { ...value, $ref: `#/$defs/${named($ref.slice('#/$defs/'.length))}` };
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, renamed(part)]));
  };
  const $defs = Object.entries(definitions).map(([name, part]) => [named(name), renamed(part)] as const);
  const top = renamed({ ...json, $defs: undefined });
  return isObject(top) ? { ...top, $defs: Object.fromEntries($defs) } : json;
}

/** A schema where it is used: by reference if it has a name (`meta({ id })`). */
function use(schema: z.ZodType, io: 'input' | 'output', found: Map<string, JsonObject>): Json {
  const name = z.globalRegistry.get(schema)?.id;
  const json = io === 'input' ? asRequest(toJson(schema, io)) : toJson(schema, io);
  return name === undefined ? lift(json, found) : keep(name, json, found);
}

const header = (description: string, schema: JsonObject): JsonObject => ({ description, schema });

const components = {
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer', description: 'A token: `tctl_<kind>_<random><checksum>`.' },
  },
  headers: {
    RequestId: header('Names the request in logs and the audit trail.', { type: 'string' }),
    ETag: header('Revision of the object; send it back as If-Match.', { type: 'string' }),
    Replayed: header('The answer of an earlier request with this Idempotency-Key.', {
      type: 'string',
      const: 'true',
    }),
    RateLimit: header('What is left of the quota: `"name";r=left;t=seconds`.', { type: 'string' }),
    RateLimitPolicy: header('The quota: `"name";q=requests;w=seconds`.', { type: 'string' }),
    RetryAfter: header('Seconds until it is worth trying again.', { type: 'integer' }),
  },
  parameters: {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      description: `Kept ${limits.idempotencyHours} h. The same key with the same request answers what was answered; with another one it is refused.`,
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
    IfMatch: {
      name: 'If-Match',
      in: 'header',
      description: 'ETag of the object as it was read; a stale one answers 412.',
      schema: { type: 'string' },
    },
    IfMatchRequired: {
      name: 'If-Match',
      in: 'header',
      required: true,
      description: 'ETag of the object as it was read; without it 428, a stale one answers 412.',
      schema: { type: 'string' },
    },
  },
  responses: {
    Problem: {
      description: 'An error (RFC 9457). `code` is stable.',
      headers: {
        'X-Request-Id': { $ref: '#/components/headers/RequestId' },
        'Retry-After': { $ref: '#/components/headers/RetryAfter' },
      },
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  },
} satisfies JsonObject;

const examples: Readonly<Record<string, string>> = {
  account: 'acme',
  workspace: 'default',
  member: 'mbr_01kjpwd6m0emgbnrgfm8hyzpe6',
  invite: 'inv_01kjpwd6m0emgbnrgfm8hyzpe6',
  batch: 'bat_01kjpwd6m0emgbnrgfm8hyzpe6',
  token: 'tok_01kjpwd6m0emgbnrgfm8hyzpe6',
  user: 'usr_01kjpwd6m0emgbnrgfm8hyzpe6',
};

function parametersIn(
  place: 'path' | 'query',
  schema: z.ZodObject,
  found: Map<string, JsonObject>,
): JsonObject[] {
  const json = use(schema, 'input', found);
  const properties = isObject(json) && isObject(json.properties) ? json.properties : {};
  const required = isObject(json) && Array.isArray(json.required) ? json.required : [];
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(place === 'path' && examples[name] !== undefined && { example: examples[name] }),
    schema: property,
  }));
}

function parametersOf(operation: Operation, shape: CompleteShape, found: Map<string, JsonObject>): Json[] {
  const parameters: Json[] = [
    ...parametersIn('path', shape.params, found),
    ...parametersIn('query', shape.query, found),
  ];
  if (takesIdempotencyKey(operation)) parameters.push({ $ref: '#/components/parameters/IdempotencyKey' });
  if (operation.if_match === 'optional') parameters.push({ $ref: '#/components/parameters/IfMatch' });
  if (operation.if_match === 'required') parameters.push({ $ref: '#/components/parameters/IfMatchRequired' });
  return parameters;
}

function describe(operation: Operation): string {
  const notes = [
    operation.dry_run && 'With `dry_run=true` everything is checked and answered, and nothing written.',
    operation.natural &&
      operation.method === 'POST' &&
      'Repeating it is harmless: it takes no Idempotency-Key.',
    operation.secret && 'The answer holds a secret that is shown once.',
    operation.dev && 'Only on a server that runs with `--dev`.',
  ];
  return notes.filter((note) => typeof note === 'string').join(' ');
}

function revised(answer: Json, found: Map<string, JsonObject>): boolean {
  const name =
    isObject(answer) && typeof answer.$ref === 'string' ? answer.$ref.slice(COMPONENTS.length) : '';
  const properties = found.get(name)?.properties;
  return isObject(properties) && 'revision' in properties;
}

function answerOf(operation: Operation, answer: Json, found: Map<string, JsonObject>): JsonObject {
  const hasRevision = revised(answer, found);
  return {
    description: operation.summary,
    headers: {
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      RateLimit: { $ref: '#/components/headers/RateLimit' },
      'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
      ...(hasRevision && { ETag: { $ref: '#/components/headers/ETag' } }),
      ...(takesIdempotencyKey(operation) &&
        !operation.secret && { 'Idempotency-Replayed': { $ref: '#/components/headers/Replayed' } }),
    },
    content: { 'application/json': { schema: answer } },
  };
}

function operationObject(id: OperationId, found: Map<string, JsonObject>): JsonObject {
  const operation = operationOf(id);
  const shape = shapeOf(id);
  const parameters = parametersOf(operation, shape, found);
  const description = describe(operation);
  return {
    operationId: id,
    tags: [tagOf(id)],
    summary: operation.summary,
    ...(description !== '' && { description }),
    security: operation.public ? [{}, { bearer: [] }] : [{ bearer: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(shape.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: use(shape.body, 'input', found) } },
      },
    }),
    responses: {
      [String(operation.status ?? 200)]: answerOf(operation, use(shape.answer, 'output', found), found),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

export function tagOf(id: OperationId): string {
  return id.slice(0, id.indexOf('.'));
}

/** The contract as an OpenAPI 3.1 document: the same bytes every time, so that it can be checked in. */
export function openapiDocument(): JsonObject {
  const found = new Map<string, JsonObject>();
  use(problem, 'output', found);
  const paths: Record<string, JsonObject> = {};
  for (const id of operationIds) {
    const { path, method } = operationOf(id);
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationObject(id, found) };
  }
  const properties = found.get('Problem')?.properties;
  if (isObject(properties)) properties.code = { type: 'string', enum: Object.keys(errorCodes) };
  const schemas = Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tenancy API',
      version: '1',
      description: 'Accounts, people, invitations and workspaces of a multi-tenant product.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/v1' }],
    security: [{ bearer: [] }],
    tags: [...new Set(operationIds.map(tagOf))].map((name) => ({ name })),
    paths,
    components: { ...components, schemas },
  };
}
