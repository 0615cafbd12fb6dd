import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { signatureOf } from '../../../src/server/sms/webhook.ts';
import { type RunningServer, type StartOptions, start } from '../../../src/server/start.ts';

const SECRET = 'sixteen or more characters';
const ending: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
  vi.unstubAllEnvs();
});

async function run(options: StartOptions): Promise<RunningServer> {
  const data = mkdtempSync(join(tmpdir(), 'tenancy-'));
  ending.push(() => rmSync(data, { recursive: true }));
  const server = await start({ port: 0, logLevel: 'silent', data, ...options });
  ending.push(() => server.close());
  return server;
}

it('serve posts what was sent to the gateway, signed with the secret of the environment', async () => {
  vi.stubEnv('TENANTCTL_SMS_SECRET', SECRET);
  const posts: { signature: string; body: string }[] = [];
  const gateway = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += String(piece);
    });
    request.on('end', () => {
      posts.push({ signature: String(request.headers['x-tenantctl-signature']), body });
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  ending.push(() => new Promise((resolve) => gateway.close(resolve)));
  const port = (gateway.address() as AddressInfo).port;
  const server = await run({ smsWebhook: `http://127.0.0.1:${port}/messages` });
  const post = async (path: string, body: object) => {
    const response = await fetch(`${server.url}/v1${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.session?.access_token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as { queued?: number } };
  };
  await post('/accounts', { name: 'Acme', slug: 'acme' });
  const questions = [{ type: 'text', name: 'site', label: 'Site' }];
  await post('/accounts/acme/forms', { name: 'Wells', title: 'Wells', questions });
  const sent = await post('/accounts/acme/forms/Wells/sms', { to: ['+41791234567'], mode: 'structured' });
  expect([sent.status, sent.body.queued]).toEqual([200, 1]);
  await vi.waitFor(() => expect(posts).toHaveLength(1));
  const [{ signature, body } = { signature: '', body: '' }] = posts;
  expect(JSON.parse(body)).toMatchObject({ to: '+41791234567', form: { name: 'Wells' } });
  expect(signature).toBe(signatureOf(SECRET, Number(/^t=(\d+),/.exec(signature)?.[1]), body));
});

it.each([
  ['http://gateway.example/', 'give an https URL'],
  ['https://user:pass@gateway.example/', 'give an https URL without a password'],
  ['ftp://127.0.0.1/', 'give an https URL'],
  ['nonsense', 'give an https URL'],
])('serve refuses --sms-webhook %s', async (smsWebhook, text) => {
  vi.stubEnv('TENANTCTL_SMS_SECRET', SECRET);
  await expect(run({ smsWebhook })).rejects.toThrow(text);
});

it('serve refuses a gateway without a secret, or with one that is short, and any under --dev', async () => {
  const smsWebhook = 'https://gateway.example/';
  await expect(run({ smsWebhook })).rejects.toThrow('--sms-webhook needs TENANTCTL_SMS_SECRET');
  vi.stubEnv('TENANTCTL_SMS_SECRET', 'short');
  await expect(run({ smsWebhook })).rejects.toThrow('16 characters or more');
  await expect(run({ smsWebhook, dev: true })).rejects.toThrow('--dev captures messages and sends none');
});
