import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type UndiciSender, undiciSender } from '../../src/client/undici.ts';

let server: Server | undefined;
let sender: UndiciSender | undefined;

afterEach(async () => {
  await sender?.close();
  server?.closeAllConnections();
  server?.close();
});

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<string> {
  server = createServer((request, response) => {
    void answer(request, response);
  });
  const listening = server;
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  const address = listening.address() as AddressInfo;
  return `http://127.0.0.1:${address.port}`;
}

const get = (url: string) => ({
  method: 'GET',
  url,
  headers: {},
  body: undefined,
  signal: new AbortController().signal,
});

describe('undici as the wire', () => {
  it('sends method, path, headers and body, and reads the answer, keeping the connection', async () => {
    const ports = new Set<number | undefined>();
    const url = await listen(async (request, response) => {
      ports.add(request.socket.remotePort);
      let body = '';
      for await (const chunk of request) body += String(chunk);
      response.writeHead(201, {
        'X-Seen': `${request.method} ${request.url} ${String(request.headers['x-a'])} ${body}`,
      });
      response.end('späte Antwort');
    });
    sender = undiciSender({ caFile: null, proxy: undefined });
    const request = { ...get(`${url}/v1/a?b=c`), method: 'POST', headers: { 'x-a': '1' }, body: 'hi' };
    const answer = await sender.send(request);
    for (let count = 0; count < 4; count += 1) await sender.send(request);
    expect([answer.status, answer.headers['x-seen'], answer.body, ports.size < 5]).toEqual([
      201,
      'POST /v1/a?b=c 1 hi',
      'späte Antwort',
      true,
    ]);
  });

  it('follows no redirect', async () => {
    const url = await listen((_, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    });
    sender = undiciSender({ caFile: null, proxy: undefined });
    expect(await sender.send(get(url))).toMatchObject({
      status: 302,
      headers: { location: 'http://127.0.0.1:1/' },
    });
  });

  it('names the cause of a refused connection', async () => {
    const url = await listen(() => undefined);
    await new Promise((done) => server?.close(done));
    sender = undiciSender({ caFile: null, proxy: undefined });
    await expect(sender.send(get(url))).rejects.toMatchObject({ name: 'WireError', code: 'ECONNREFUSED' });
  });

  it('goes through the proxy, but not for what NO_PROXY names', async () => {
    const seen: (string | undefined)[] = [];
    const url = await listen((request, response) => {
      seen.push(request.headers.host);
      response.end('{}');
    });
    server?.on('connect', (request, socket) => {
      seen.push(`connect ${request.url}`);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    sender = undiciSender({
      caFile: null,
      proxy: { httpProxy: url, httpsProxy: undefined, noProxy: '127.0.0.1' },
    });
    await sender.send(get(url));
    await sender.send(get('http://api.test/v1')).catch(() => undefined);
    expect([seen.length, seen[0], seen[1]?.includes('api.test')]).toEqual([2, new URL(url).host, true]);
  });

  it('stops when the signal says so', async () => {
    const url = await listen(() => undefined);
    sender = undiciSender({ caFile: null, proxy: undefined });
    const stop = new AbortController();
    const sending = sender.send({ ...get(url), signal: stop.signal });
    setTimeout(() => stop.abort(), 10);
    await expect(sending).rejects.toMatchObject({ name: 'WireError' });
  });
});
