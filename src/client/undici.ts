import { readFile } from 'node:fs/promises';
import type { Dispatcher } from 'undici';
import { usageError } from '../errors.ts';
import {
  answerBytesMax,
  asWireError,
  type Send,
  type WireAnswer,
  WireError,
  type WireRequest,
} from './wire.ts';

export interface UndiciOptions {
  /** A file of PEM certificates; it replaces the built-in authorities, as curl's --cacert does. */
  readonly caFile: string | null;
  readonly proxy: ProxySettings | undefined;
}

/** From HTTP_PROXY, HTTPS_PROXY and NO_PROXY, either case. */
export interface ProxySettings {
  readonly httpProxy: string | undefined;
  readonly httpsProxy: string | undefined;
  readonly noProxy: string | undefined;
}

export interface UndiciSender {
  readonly send: Send;
  /** Drops idle connections, which would keep the process alive. */
  close(): Promise<void>;
}

/** Opens nothing until the first request: undici itself is loaded then. */
export function undiciSender(options: UndiciOptions): UndiciSender {
  let opened: Promise<Dispatcher> | undefined;
  return {
    send: async (request) => {
      opened ??= openDispatcher(options);
      return await sendOver(await opened, request);
    },
    close: async () => {
      await (await opened)?.destroy();
    },
  };
}

async function openDispatcher(options: UndiciOptions): Promise<Dispatcher> {
  const ca = options.caFile === null ? {} : { ca: await authorities(options.caFile) };
  const settings = {
    allowH2: false,
    // Deadlines are the caller's, by signal; undici's own would end a slow but living batch.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 10_000, ...ca },
  };
  if (options.proxy === undefined) {
    const { default: Agent } = await import('undici/lib/dispatcher/agent.js');
    return new Agent(settings);
  }
  const { default: EnvHttpProxyAgent } = await import('undici/lib/dispatcher/env-http-proxy-agent.js');
  const { httpProxy, httpsProxy, noProxy } = options.proxy;
  // Empty strings, not undefined: undici would look into process.env itself.
  return new EnvHttpProxyAgent({
    ...settings,
    httpProxy: httpProxy ?? '',
    httpsProxy: httpsProxy ?? '',
    noProxy: noProxy ?? '',
  });
}

async function authorities(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : undefined;
    throw usageError(`--ca-file ${path} cannot be read`, { code: 'invalid_ca_file', why, cause });
  }
}

async function sendOver(dispatcher: Dispatcher, request: WireRequest): Promise<WireAnswer> {
  const { default: undiciRequest } = await import('undici/lib/api/api-request.js');
  const url = new URL(request.url);
  try {
    const answer = await undiciRequest.call(dispatcher, {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: methodOf(request.method),
      headers: { ...request.headers },
      body: request.body ?? null,
      signal: request.signal,
    });
    return {
      status: answer.statusCode,
      headers: flatHeaders(answer.headers),
      body: await readText(answer.body),
    };
  } catch (thrown) {
    throw asWireError(thrown);
  }
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

function methodOf(name: string): (typeof methods)[number] {
  const method = methods.find((known) => known === name);
  if (method === undefined)
    throw new WireError(`the method ${name} is not one that HTTP APIs use`, 'ERR_INVALID_METHOD');
  return method;
}

async function readText(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > answerBytesMax)
      throw new WireError(`the answer is larger than ${answerBytesMax} bytes`, 'ANSWER_TOO_LARGE');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
