import type { RawAnswer, RawRequest } from '../../client/client.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { safeJson, safeText } from '../../output/text.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { readText } from '../file.ts';
import { type Json, jsonFields, withQuery } from './fields.ts';

const spec = {
  path: 'api',
  summary: 'Send a signed request to any path of the API',
  about:
    'The method is GET, or POST where there is a body. The path may leave out /v1. Fields become the JSON body, or the query of a GET; -F reads true, false, null, numbers and @FILE, -f takes text as it is; a[b]=c nests and a[]=x makes a list. --read-only, --dry-run and a protected profile hold here too.',
  args: { methodAndPath: { help: '[METHOD] PATH', rest: true } },
  flags: {
    rawField: { short: 'f', value: 'KEY=VALUE', repeat: true, help: 'a text field' },
    field: { short: 'F', value: 'KEY=VALUE', repeat: true, help: 'a typed field' },
    header: { short: 'H', value: 'NAME:VALUE', repeat: true, help: 'a header of your own' },
    input: { value: 'FILE', help: 'the body from a file, or - for stdin' },
    include: { short: 'i', help: 'print status and headers too' },
    paginate: { help: 'follow next_cursor and print all items as one list' },
  },
  examples: [
    'tenantctl api /accounts',
    'tenantctl api /accounts/acme/members -f state=active --paginate',
    'tenantctl api PATCH /accounts/acme -f name="Acme Ltd"',
    'tenantctl api POST /accounts --input account.json -i',
  ],
  operations: [],
  raw: true,
  next: 'tenantctl commands',
} as const satisfies VerbSpec;

export type ApiOptions = OptionsOf<typeof spec>;

export function apiCommand(ctx: Context, run = apiRun): Verb {
  return verb(spec, ctx, run);
}

export async function apiRun(options: ApiOptions, ctx: Context): Promise<void> {
  const request = await requestOf(options, ctx);
  if (options.paginate === true) return await printPages(request, ctx);
  const answer = await ctx.client().raw(request);
  if (options.include === true) await ctx.out.raw(head(answer));
  answer.check();
  await print(answer.json ?? answer.body, ctx);
}

async function requestOf(options: ApiOptions, ctx: Context): Promise<RawRequest> {
  const { method, path } = target(options, ctx);
  const fields = await fieldsOf(options, ctx);
  const input =
    options.input === undefined ? undefined : await readText(ctx, options.input, 'the body', MOST_BYTES);
  if (input !== undefined && Object.keys(fields).length > 0) {
    throw usageError('--input and fields are two bodies: give one', { code: 'invalid_value' });
  }
  const inQuery = method === 'GET' || method === 'HEAD';
  const body = input ?? (inQuery || Object.keys(fields).length === 0 ? undefined : JSON.stringify(fields));
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return {
    method,
    path: inQuery ? withQuery(path, fields) : path,
    headers: { ...type, ...headersOf(options.header ?? []) },
    body,
  };
}

function target(options: ApiOptions, ctx: Context) {
  const [first = '', second, ...more] = options.methodAndPath;
  if (more.length > 0)
    throw usageError(`too many words: ${more.join(' ')}`, { hint: 'tenantctl api --help' });
  const hasBody = options.input !== undefined || (options.field ?? options.rawField ?? []).length > 0;
  const method =
    second === undefined ? (hasBody && options.paginate !== true ? 'POST' : 'GET') : first.toUpperCase();
  if (!/^(GET|HEAD|POST|PUT|PATCH|DELETE)$/.test(method)) {
    throw usageError(`${first}: not a method`, { hint: 'tenantctl api [METHOD] PATH' });
  }
  return { method, path: pathOf(second ?? first, ctx) };
}

const unversioned = /^\/(v\d+|healthz|readyz|metrics|openapi\.json|docs)([/?]|$)/;

/** A whole URL would send the token wherever it says. */
function pathOf(text: string, ctx: Context): string {
  const base = ctx.config().settings.api_url.value ?? '';
  const own = base !== '' && text.startsWith(`${base}/`) ? text.slice(base.length) : text;
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(own)) {
    throw usageError(`${text} is not a path`, {
      code: 'invalid_path',
      why: 'The credential is sent to the API of the profile and nowhere else.',
    });
  }
  const path = own.startsWith('/') ? own : `/${own}`;
  // Also as URL parsers read it, who would send it elsewhere than the guards were told: %2e is a dot, \\ a slash, a tab nothing.
  if (/(^|\/)(\.|%2e){1,2}(\/|$)|[\\\p{Cc}]/iu.test(path.split(/[?#]/)[0] ?? ''))
    throw usageError(`${text}: a path without . and .., backslashes and control characters`);
  return unversioned.test(path) ? path : `/v1${path}`;
}

async function fieldsOf(options: ApiOptions, ctx: Context): Promise<Record<string, Json>> {
  const typed: [string, Json][] = [];
  for (const field of options.field ?? []) {
    const [key, value] = pairOf('-F', field);
    typed.push([key, await typedValue(value, ctx)]);
  }
  const plain = (options.rawField ?? []).map((field) => pairOf('-f', field));
  return jsonFields([...typed, ...plain]);
}

async function typedValue(text: string, ctx: Context): Promise<Json> {
  if (text.startsWith('@')) return await readText(ctx, text.slice(1), 'the body', MOST_BYTES);
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

function pairOf(flag: string, text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw usageError(`${flag} ${text}: write it like name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** What the server takes at most. */
const MOST_BYTES = 5 * 1024 * 1024;

/** These are the client's own: to set them would be to go around its guards. */
const reserved = new Set(['authorization', 'host', 'content-length', 'connection', 'transfer-encoding']);

function headersOf(given: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of given) {
    const at = text.indexOf(':');
    const name = text.slice(0, Math.max(0, at)).trim().toLowerCase();
    if (!/^[a-z0-9-]+$/.test(name)) throw usageError(`-H ${text}: write it like Name: value`);
    if (reserved.has(name)) throw usageError(`-H ${name}: this header is not yours to set`);
    headers[name] = text.slice(at + 1).trim();
  }
  return headers;
}

async function printPages(request: RawRequest, ctx: Context): Promise<void> {
  if (request.method !== 'GET') throw usageError('--paginate follows a GET only');
  const items: unknown[] = [];
  let cursor: string | null = null;
  do {
    const path = cursor === null ? request.path : withQuery(request.path, { cursor });
    const answer = await ctx.client().raw({ ...request, path });
    answer.check();
    const page = pageOf(answer.json);
    items.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  await print(items, ctx);
}

function pageOf(json: unknown): { data: unknown[]; next_cursor: string | null } {
  if (typeof json === 'object' && json !== null && 'data' in json && Array.isArray(json.data)) {
    const next = 'next_cursor' in json ? json.next_cursor : null;
    return { data: json.data, next_cursor: typeof next === 'string' ? next : null };
  }
  throw usageError('--paginate: the answer is not a page of a list', { code: 'not_a_page' });
}

async function print(value: unknown, ctx: Context): Promise<void> {
  if (typeof value === 'string') return await ctx.out.raw(value === '' ? '' : `${safeText(value)}\n`);
  const { format } = ctx.out;
  if (format === 'table' || format === 'json') {
    return await ctx.out.raw(`${safeJson(JSON.stringify(value, null, 2))}\n`);
  }
  if (Array.isArray(value)) return await ctx.out.list([], value);
  if (typeof value === 'object' && value !== null) await ctx.out.result(value);
}

function head(answer: RawAnswer): string {
  const lines = Object.entries(answer.headers).map(([name, value]) => safeText(`${name}: ${value}`));
  return `HTTP ${answer.status}\n${lines.join('\n')}\n\n`;
}
