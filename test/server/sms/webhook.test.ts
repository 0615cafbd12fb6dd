import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { DeliveryError } from '../../../src/server/delivery/delivery-error.ts';
import { signatureOf, webhookTransport } from '../../../src/server/sms/webhook.ts';
import { message } from './messages.ts';

const SECRET = 'a secret of the gateway';
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function gateway(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function transport(url: string, timeoutMs = 5000) {
  const made = webhookTransport({ url, secret: SECRET, timeoutMs, now: () => 1_764_061_200_000 });
  closing.push(() => made.close());
  return made;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}

const troubleWith = (url: string, timeoutMs?: number) =>
  transport(url, timeoutMs)
    .send(message)
    .then(
      () => null,
      (error: unknown) => (error instanceof DeliveryError ? error : Promise.reject(error)),
    );

it('posts a message with its id, signed', async () => {
  const got: { headers: IncomingMessage['headers']; body: string; path: string | undefined }[] = [];
  const url = await gateway((request, response) => {
    void bodyOf(request).then((body) => {
      got.push({ headers: request.headers, body, path: request.url });
      response.writeHead(202).end('{"queued":true}');
    });
  });
  await transport(`${url}/messages?key=1`).send(message);
  const [post] = got;
  expect(post?.path).toBe('/messages?key=1');
  expect(JSON.parse(post?.body ?? '')).toEqual({
    id: message.id,
    to: '+41791234567',
    mode: 'structured',
    text: 'Wells: reply with 1 Depth',
    form: message.body.form,
    questions: [],
  });
  expect(post?.headers).toMatchObject({
    'content-type': 'application/json',
    'idempotency-key': message.id,
    'x-tenantctl-signature': signatureOf(SECRET, 1_764_061_200, post?.body ?? ''),
  });
});

it('signs the time and the body, as docs/records.md tells the gateway to check', () => {
  const mac = createHmac('sha256', SECRET).update('17.{"a":1}').digest('hex');
  expect(signatureOf(SECRET, 17, '{"a":1}')).toBe(`t=17,v1=${mac}`);
});

it.each([
  [400, 'refused'],
  [422, 'refused'],
  [401, 'outage'],
  [404, 'outage'],
  [429, 'outage'],
  [408, 'later'],
  [500, 'later'],
  [503, 'later'],
] as const)('takes an answer of %i as %s', async (status, trouble) => {
  const url = await gateway((_, response) => response.writeHead(status).end('+41791234567 is nobody'));
  const error = await troubleWith(url);
  expect(error).toMatchObject({ trouble, message: `the gateway answered ${status}` });
});

it('follows no redirect, whatever it points at', async () => {
  let visits = 0;
  const inside = await gateway((_, response) => {
    visits += 1;
    response.end();
  });
  for (const status of [301, 302, 303, 307, 308]) {
    const url = await gateway((_, response) =>
      response.writeHead(status, { location: `${inside}/admin` }).end(),
    );
    expect(await troubleWith(url)).toMatchObject({
      trouble: 'outage',
      message: `the gateway answered ${status}: it redirects, which is not followed`,
    });
  }
  expect(visits).toBe(0);
});

it('waits for a slow gateway only so long', async () => {
  const url = await gateway(() => {});
  expect(await troubleWith(url, 100)).toMatchObject({ trouble: 'cut' });
});

it('tells a gateway that is away from one that breaks off', async () => {
  const url = await gateway((request) => void request.socket.destroy());
  expect(await troubleWith(url)).toMatchObject({ trouble: 'cut' });
  expect(await troubleWith('http://127.0.0.1:9/')).toMatchObject({ trouble: 'outage' });
});

it('reads an endless answer only so far', async () => {
  const url = await gateway((_, response) => {
    const flood = () => {
      while (response.write('x'.repeat(65_536))) {
        // Until the connection is full.
      }
    };
    response.writeHead(200);
    response.on('drain', flood);
    flood();
  });
  // Taken or broken off: either way it ends, and within the time.
  const error = await troubleWith(url, 3000);
  expect(error === null || error.trouble === 'cut').toBe(true);
});
