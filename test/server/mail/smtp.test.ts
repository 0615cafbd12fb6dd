import { createServer, type Server, type Socket } from 'node:net';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { DeliveryError } from '../../../src/server/delivery/delivery-error.ts';
import { smtpTransport } from '../../../src/server/mail/smtp.ts';
import type { SendingTransport } from '../../../src/server/mail/transport.ts';
import { openDatabase } from '../../../src/server/store/database.ts';
import { addresses, Outbox } from './outbox.ts';
import { type RunningSmtp, smtpError, startSmtp } from './smtp-server.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function smtp(options?: SMTPServerOptions): Promise<RunningSmtp> {
  const server = await startSmtp(options);
  open.push(server.close);
  return server;
}

function transportTo(url: string, patience = 1000): SendingTransport {
  const transport = smtpTransport({
    url,
    from: 'Tenancy <no-reply@tenancy.example>',
    patience,
    perSecond: 1000,
  });
  open.push(transport.close);
  return transport;
}

async function outbox(): Promise<Outbox> {
  const database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
  open.push(() => database.close());
  return new Outbox(database);
}

const mail = {
  id: 'mai_1',
  to: 'ana@x.example',
  subject: 'Hello',
  text: 'text',
  html: '<p>text</p>',
  messageId: '<mai_1@tenancy.example>',
};

const headerOf = (raw: string, name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(raw)?.[1]?.trim();

/** A server that speaks as told, line by line: what smtp-server is too polite for. */
async function rude(
  onLine: (line: string, socket: Socket) => void,
  greeting = '220 rude\r\n',
): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (greeting !== '') socket.write(greeting);
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line, socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `smtp://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

describe('mail over SMTP', () => {
  it('delivers with our sender, text and HTML, and marks the mail as made by a machine', async () => {
    const server = await smtp();
    await transportTo(server.url).send(mail);
    const [delivered] = server.delivered;
    expect(delivered).toMatchObject({ from: 'no-reply@tenancy.example', to: ['ana@x.example'] });
    const raw = delivered?.raw ?? '';
    expect(headerOf(raw, 'Message-ID')).toBe('<mai_1@tenancy.example>');
    expect(headerOf(raw, 'Auto-Submitted')).toBe('auto-generated');
    expect(headerOf(raw, 'From')).toBe('Tenancy <no-reply@tenancy.example>');
    expect(raw).toContain('Content-Type: text/plain');
    expect(raw).toContain('Content-Type: text/html');
  });

  it.each([
    ['an unknown recipient', 550, 'refused'],
    ['a full mailbox', 452, 'later'],
    ['a session out of step', 503, 'later'],
  ] as const)('%s (%i) is %s', async (_name, code, trouble) => {
    const server = await smtp({ onRcptTo: (_address, _session, done) => done(smtpError(code, 'no')) });
    const error: DeliveryError = await transportTo(server.url)
      .send(mail)
      .then(
        () => expect.unreachable(),
        (e) => e,
      );
    expect({ trouble: error.trouble, message: error.message }).toEqual({ trouble, message: `${code} no` });
  });

  it('a refused body is refused; a refused sender is for the operator to put right, and loses no mail', async () => {
    const body = await smtp({
      onData(stream, _session, done) {
        stream.resume();
        stream.on('end', () => done(smtpError(554, 'spam')));
      },
    });
    await expect(transportTo(body.url).send(mail)).rejects.toMatchObject({
      trouble: 'refused',
      message: '554 spam',
    });
    const sender = await smtp({ onMailFrom: (_address, _session, done) => done(smtpError(553, 'not you')) });
    await expect(transportTo(sender.url).send(mail)).rejects.toMatchObject({ trouble: 'later' });
  });

  it('nobody there, no greeting, a refusing greeting and a refused login are outages', async () => {
    const gone = await startSmtp();
    await gone.close();
    await expect(transportTo(gone.url).send(mail)).rejects.toMatchObject({ trouble: 'outage' });
    const mute = await rude(() => {}, '');
    await expect(transportTo(mute, 100).send(mail)).rejects.toMatchObject({ trouble: 'outage' });
    const busy = await rude(() => {}, '554 go away\r\n');
    await expect(transportTo(busy, 500).send(mail)).rejects.toMatchObject({ trouble: 'outage' });
    const strict = await smtp({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(smtpError(535, 'wrong password')),
    });
    const withPassword = strict.url.replace('//', '//user:secret@');
    const error: DeliveryError = await transportTo(withPassword)
      .send(mail)
      .then(
        () => expect.unreachable(),
        (e) => e,
      );
    expect(error.trouble).toBe('outage');
    expect(error.message).not.toContain('secret');
  });

  it('a server that hangs, or drips, is left within a bounded time', async () => {
    const hangs = await rude((line, socket) => {
      if (line.startsWith('EHLO')) socket.write('250 rude\r\n');
    });
    await expect(transportTo(hangs, 100).send(mail)).rejects.toMatchObject({ trouble: 'cut' });
    const drips = await rude((line, socket) => {
      if (line.startsWith('EHLO')) socket.write('250 rude\r\n');
      else if (line.startsWith('MAIL')) setInterval(() => socket.write('250-drip\r\n'), 20).unref();
    });
    await expect(transportTo(drips, 100).send(mail)).rejects.toMatchObject({ trouble: 'cut' });
  });

  it('an answer that repeats a secret is not written down with it', async () => {
    const secret = `tctl_inv_${'a'.repeat(49)}`;
    const server = await smtp({ onRcptTo: (_a, _s, done) => done(smtpError(550, `no ${secret}`)) });
    await expect(transportTo(server.url).send(mail)).rejects.toMatchObject({
      message: '550 no tctl_inv_****',
    });
  });

  it('an address that looks like a header or like several is sent to as one, or not at all', async () => {
    const server = await smtp();
    const transport = transportTo(server.url);
    for (const to of [
      'a@x.example\r\nRCPT TO:<b@y.example>',
      'a@x.example, b@y.example',
      '<a@x.example> b@y.example',
    ]) {
      await transport.send({ ...mail, to }).catch(() => {});
    }
    expect(server.delivered.every((one) => one.to.length === 1 && !one.raw.includes('\r\nRCPT'))).toBe(true);
  });
});

describe('the worker over SMTP (T21)', () => {
  it('sends a few hundred, each once, over few connections', async () => {
    let connections = 0;
    const server = await smtp({
      onConnect: (_session, done) => {
        connections += 1;
        done();
      },
    });
    const box = await outbox();
    await box.queue(...addresses(200));
    const worker = box.worker(transportTo(server.url));
    while ((await worker.round()) > 0);
    expect(server.delivered.map((one) => one.to[0] ?? '').sort()).toEqual(addresses(200));
    expect(connections).toBeLessThanOrEqual(10);
  });

  it('a recipient that is refused fails with its reason and leaves the others alone', async () => {
    const server = await smtp({
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('nobody') ? smtpError(550, '5.1.1 no such user here') : null),
    });
    const box = await outbox();
    await box.queue('nobody@x.example', 'ana@x.example');
    await box.worker(transportTo(server.url)).round();
    expect(await box.rows()).toMatchObject([
      { to: 'nobody@x.example', state: 'failed', error: '550 5.1.1 no such user here', payload: null },
      { to: 'ana@x.example', state: 'sent' },
    ]);
  });

  it('a temporary refusal is tried again and gets through', async () => {
    let refusals = 2;
    const server = await smtp({
      onRcptTo: (_address, _session, done) => {
        refusals -= 1;
        done(refusals >= 0 ? smtpError(451, 'greylisted') : null);
      },
    });
    const box = await outbox();
    await box.queue('ana@x.example');
    const worker = box.worker(transportTo(server.url));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await worker.round();
      box.clock.advance({ hours: 1 });
    }
    expect(server.delivered).toHaveLength(1);
    expect(await box.rows()).toMatchObject([{ state: 'sent', attempts: 3 }]);
  });

  it('a server that dies after DATA gets the mail again with the same Message-ID', async () => {
    const taken: string[] = [];
    let deaths = 1;
    let data = false;
    let body = '';
    const url = await rude((line, socket) => {
      if (data) {
        body += `${line}\r\n`;
        if (line !== '.') return;
        data = false;
        taken.push(headerOf(body, 'Message-ID') ?? '');
        body = '';
        deaths -= 1;
        if (deaths >= 0) socket.destroy();
        else socket.write('250 taken\r\n');
      } else if (line === 'DATA') {
        data = true;
        socket.write('354 go on\r\n');
      } else socket.write('250 fine\r\n');
    });
    const box = await outbox();
    await box.queue('ana@x.example');
    const worker = box.worker(transportTo(url));
    await worker.round();
    expect(await box.rows()).toMatchObject([{ state: 'queued', attempts: 1 }]);
    box.clock.advance({ minutes: 1 });
    await worker.round();
    expect(await box.rows()).toMatchObject([{ state: 'sent', attempts: 2 }]);
    expect(taken).toHaveLength(2);
    expect(taken[1]).toBe(taken[0]);
  });

  it('a mail that the server dies of every time does not keep the others back', async () => {
    let poison = false;
    let data = false;
    const delivered: string[] = [];
    let to = '';
    const url = await rude((line, socket) => {
      if (line.startsWith('RCPT')) {
        to = line;
        poison = line.includes('poison');
      }
      if (data) {
        if (line !== '.') return;
        data = false;
        if (poison) socket.destroy();
        else {
          delivered.push(to);
          socket.write('250 taken\r\n');
        }
      } else if (line === 'DATA') {
        data = true;
        socket.write('354 go on\r\n');
      } else socket.write('250 fine\r\n');
    });
    const box = await outbox();
    await box.queue('poison@x.example', 'ana@x.example', 'bob@x.example');
    const transport = smtpTransport({ url, from: 'a@b.example', connections: 1, patience: 500 });
    open.push(transport.close);
    const worker = box.worker(transport);
    for (let rounds = 0; rounds < 3; rounds += 1) await worker.round();
    expect(await box.states()).toEqual({
      'poison@x.example': 'queued',
      'ana@x.example': 'sent',
      'bob@x.example': 'sent',
    });
  });
});
