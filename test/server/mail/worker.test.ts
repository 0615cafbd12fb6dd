import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { DeliveryError } from '../../../src/server/delivery/delivery-error.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { addresses, FakeTransport, Outbox, SECRET } from './outbox.ts';

const refused = () => {
  throw new DeliveryError('refused', '550 no such user');
};
const later = () => {
  throw new DeliveryError('later', '451 try again');
};
const outage = () => {
  throw new DeliveryError('outage', 'connect ECONNREFUSED');
};

describeOnEachDatabase('the mail worker', (open) => {
  const outbox = async () => new Outbox(await open());

  it('sends what is queued once, and erases the secret', async () => {
    const box = await outbox();
    await box.queue('a@x.example', 'b@x.example');
    const transport = new FakeTransport();
    const worker = box.worker(transport);
    expect(await worker.round()).toBe(2);
    expect(await worker.round()).toBe(0);
    expect(transport.sent.map((mail) => mail.to).sort()).toEqual(['a@x.example', 'b@x.example']);
    expect(transport.sent.every((mail) => mail.text.includes(`/reset?secret=${SECRET}`))).toBe(true);
    expect((await box.rows()).map(({ state, attempts, payload }) => ({ state, attempts, payload }))).toEqual([
      { state: 'sent', attempts: 1, payload: null },
      { state: 'sent', attempts: 1, payload: null },
    ]);
  });

  it('leaves what is not due', async () => {
    const box = await outbox();
    await box.queue('a@x.example');
    box.clock.advance({ seconds: -1 });
    expect(await box.worker(new FakeTransport()).round()).toBe(0);
  });

  it('gives a mail up that is refused for good, and says why', async () => {
    const box = await outbox();
    await box.queue('gone@x.example', 'here@x.example');
    const transport = new FakeTransport((mail) => (mail.to === 'gone@x.example' ? refused() : undefined));
    await box.worker(transport).round();
    const [gone, here] = await box.rows();
    expect(gone).toMatchObject({ state: 'failed', error: '550 no such user', payload: null });
    expect(here).toMatchObject({ state: 'sent', error: null });
  });

  it('tries again later, longer each time, with the same message', async () => {
    const box = await outbox();
    await box.queue('a@x.example');
    const seen: string[] = [];
    const transport = new FakeTransport((mail, attempt) => {
      seen.push(mail.messageId);
      if (attempt <= 3) later();
    });
    const worker = box.worker(transport, { firstRetry: 10_000, longestRetry: 25_000 });
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      expect(await worker.round()).toBe(1);
      const [row] = await box.rows();
      expect(row).toMatchObject({ state: 'queued', error: '451 try again', attempts: attempt });
      const wait = Date.parse(row?.notBefore ?? '') - box.clock.now().getTime();
      waits.push(wait);
      expect(await worker.round()).toBe(0);
      box.clock.advance({ seconds: wait / 1000 });
    }
    expect(
      waits
        .map((wait, index) => wait / ([10_000, 20_000, 25_000][index] ?? 0))
        .every((r) => r >= 0.8 && r <= 1.2),
    ).toBe(true);
    expect(await worker.round()).toBe(1);
    expect(await box.states()).toEqual({ 'a@x.example': 'sent' });
    expect(new Set(seen).size).toBe(1);
    expect(seen).toHaveLength(4);
  });

  it('gives up after the last attempt', async () => {
    const box = await outbox();
    await box.queue('a@x.example');
    const worker = box.worker(new FakeTransport(later), { mostAttempts: 2, firstRetry: 1000 });
    await worker.round();
    box.clock.advance({ seconds: 5 });
    await worker.round();
    expect(await box.rows()).toMatchObject([
      { state: 'failed', attempts: 2, error: '451 try again', payload: null },
    ]);
  });

  it('counts no attempt while the mail server is away, and rings once instead of for every mail', async () => {
    const box = await outbox();
    await box.queue(...addresses(10));
    let calls = 0;
    let away = true;
    const transport = new FakeTransport(() => {
      calls += 1;
      if (away) outage();
    }, 2);
    const worker = box.worker(transport);
    await worker.round();
    expect(calls).toBeLessThanOrEqual(2);
    expect((await box.rows()).every((row) => row.state === 'queued' && row.attempts === 0)).toBe(true);
    away = false;
    await worker.round();
    expect((await box.rows()).every((row) => row.state === 'sent' && row.attempts === 1)).toBe(true);
  });

  it('T21: a worker that was killed loses nothing: its claim runs out and the mail goes with the same Message-ID', async () => {
    const box = await outbox();
    await box.queue('a@x.example');
    const ids: string[] = [];
    const killed = box.worker(
      new FakeTransport((mail) => {
        ids.push(mail.messageId);
        return new Promise(() => {});
      }),
      { lease: 60_000 },
    );
    void killed.round();
    await vi.waitFor(() => expect(ids).toHaveLength(1));
    const next = new FakeTransport((mail) => void ids.push(mail.messageId));
    const worker = box.worker(next);
    expect(await worker.round()).toBe(0);
    box.clock.advance({ seconds: 61 });
    expect(await worker.round()).toBe(1);
    expect(await box.states()).toEqual({ 'a@x.example': 'sent' });
    expect(ids[1]).toBe(ids[0]);
  });

  it('a worker that comes back late changes nothing of what another one did', async () => {
    const box = await outbox();
    await box.queue('a@x.example');
    let release = () => {};
    const slow = box.worker(
      new FakeTransport(async () => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        later();
      }),
      { lease: 60_000 },
    );
    const round = slow.round();
    await vi.waitFor(async () => expect((await box.rows())[0]?.state).toBe('sending'));
    box.clock.advance({ seconds: 61 });
    await box.worker(new FakeTransport()).round();
    await vi.waitFor(() => release());
    await round;
    expect(await box.rows()).toMatchObject([{ state: 'sent', error: null }]);
  });

  it('several workers share the work without doubles', async () => {
    const box = await outbox();
    await box.queue(...addresses(120));
    const transports = [new FakeTransport(), new FakeTransport(), new FakeTransport()];
    await Promise.all(
      transports.map(async (transport) => {
        const worker = box.worker(transport, { claim: 10 });
        while ((await worker.round()) > 0);
      }),
    );
    while ((await box.worker(new FakeTransport()).round()) > 0);
    const sent = transports.flatMap((transport) => transport.sent.map((mail) => mail.to));
    expect(sent.sort()).toEqual(addresses(120));
    expect((await box.rows()).every((row) => row.state === 'sent' && row.attempts === 1)).toBe(true);
  });

  it('does not send for invitations that were revoked, have expired or went out in a newer mail', async () => {
    const box = await outbox();
    const account = await box.account('enterprise');
    const made = await box.invite(account, ['revoked@x.example', 'resent@x.example', 'fine@x.example']);
    await box.database.write(async (trx) => {
      await trx
        .updateTable('invites')
        .set({ state: 'revoked', closed_at: box.at() })
        .where('email', '=', 'revoked@x.example')
        .execute();
      await trx
        .updateTable('invites')
        .set({ message_id: 'mai_newer' })
        .where('id', '=', made.get('resent@x.example')?.invite ?? '')
        .execute();
    });
    const transport = new FakeTransport();
    await box.worker(transport).round();
    expect(await box.states()).toEqual({
      'revoked@x.example': 'cancelled',
      'resent@x.example': 'cancelled',
      'fine@x.example': 'sent',
    });
    expect((await box.rows()).every((row) => row.payload === null)).toBe(true);
    await box.invite(account, ['late@x.example']);
    box.clock.advance({ days: 7 });
    await box.worker(transport).round();
    expect((await box.states())['late@x.example']).toBe('cancelled');
    expect(transport.sent.map((mail) => mail.to)).toEqual(['fine@x.example']);
  });

  it('D23: past the daily limit of its plan an account waits for the next UTC day, and no other does', async () => {
    const box = await outbox();
    const basic = await box.account('basic');
    const other = await box.account('basic');
    await box.invite(basic, addresses(12, 'basic.example'));
    await box.invite(other, addresses(2, 'other.example'));
    const transport = new FakeTransport();
    const worker = box.worker(transport, { claim: 3 });
    while ((await worker.round()) > 0);
    expect(transport.sent).toHaveLength(7);
    const waiting = (await box.rows()).filter((row) => row.state === 'queued');
    expect(waiting).toHaveLength(7);
    expect(new Set(waiting.map((row) => row.notBefore))).toEqual(new Set(['2026-03-03T00:00:00.000Z']));
    box.clock.moveTo(new Date('2026-03-03T00:00:00.000Z'));
    while ((await worker.round()) > 0);
    expect(transport.sent).toHaveLength(12);
    box.clock.moveTo(new Date('2026-03-04T00:00:01.000Z'));
    while ((await worker.round()) > 0);
    expect(transport.sent).toHaveLength(14);
  });

  it('D23: workers side by side stay within the limit together', async () => {
    const box = await outbox();
    const basic = await box.account('basic');
    await box.invite(basic, addresses(20));
    const transports = [new FakeTransport(), new FakeTransport(), new FakeTransport()];
    await Promise.all(transports.map((transport) => box.worker(transport, { claim: 2 }).round()));
    const worker = box.worker(transports[0] ?? new FakeTransport(), { claim: 2 });
    while ((await worker.round()) > 0);
    expect(transports.flatMap((transport) => transport.sent)).toHaveLength(5);
  });

  it('D23: one address gets 20 mails a day from all accounts together, and its own mail all the same', async () => {
    const box = await outbox();
    for (let count = 0; count < 22; count += 1)
      await box.invite(await box.account('enterprise'), ['victim@x.example']);
    const transport = new FakeTransport();
    const worker = box.worker(transport);
    while ((await worker.round()) > 0);
    expect(transport.sent).toHaveLength(20);
    await box.queue('victim@x.example');
    while ((await worker.round()) > 0);
    expect(transport.sent.at(-1)?.subject).toBe('Set a new password');
    expect(transport.sent).toHaveLength(21);
  });

  it("sends people's own mail before any account's", async () => {
    const box = await outbox();
    await box.invite(await box.account('enterprise'), addresses(30));
    box.clock.advance({ minutes: 5 });
    await box.queue('me@x.example');
    const transport = new FakeTransport(() => {}, 1);
    await box.worker(transport, { claim: 5 }).round();
    expect(transport.sent[0]?.to).toBe('me@x.example');
  });

  it('captures each mail exactly once, and marks it sent in the same transaction', async () => {
    const box = await outbox();
    await box.invite(await box.account('enterprise'), addresses(25));
    const workers = [
      box.worker({ kind: 'captured' }, { capture: 4 }),
      box.worker({ kind: 'captured' }, { capture: 4 }),
    ];
    await Promise.all(
      workers.map(async (worker) => {
        while ((await worker.round()) > 0);
      }),
    );
    const captured = await box.captured();
    expect(captured.map((mail) => mail.to).sort()).toEqual(addresses(25));
    expect(captured[0]?.subject).toBe('Invitation to “Acme”');
    expect(captured[0]?.text).toContain(`https://tenancy.example/accept?secret=${SECRET}`);
    expect((await box.rows()).every((row) => row.state === 'sent' && row.payload === null)).toBe(true);
  });

  it('gives up a mail that it has no template for, and goes on with the others', async () => {
    const box = await outbox();
    await box.queue('odd@x.example', 'fine@x.example');
    await box.database.write((trx) =>
      trx
        .updateTable('outbox')
        .set({ kind: 'carrier_pigeon' })
        .where('recipient', '=', 'odd@x.example')
        .execute(),
    );
    await box.worker({ kind: 'captured' }).round();
    expect(await box.rows()).toMatchObject([
      { to: 'odd@x.example', state: 'failed', error: 'there is no template for mail of kind carrier_pigeon' },
      { to: 'fine@x.example', state: 'sent' },
    ]);
    await box.queue('odd@y.example');
    await box.database.write((trx) =>
      trx.updateTable('outbox').set({ payload: '{}' }).where('recipient', '=', 'odd@y.example').execute(),
    );
    await box.worker(new FakeTransport()).round();
    expect((await box.rows()).at(-1)).toMatchObject({
      state: 'failed',
      error: 'mail of kind password_reset lacks secret',
    });
  });

  it('started, it sends what is queued when woken, and what falls due when the clock is moved', async () => {
    const box = await outbox();
    const transport = new FakeTransport();
    const worker = box.worker(transport, { poll: 3_600_000 });
    worker.start();
    await box.queue('a@x.example');
    worker.wake();
    await vi.waitFor(() => expect(transport.sent).toHaveLength(1));
    await box.invite(await box.account('basic'), addresses(6));
    worker.wake();
    await vi.waitFor(() => expect(transport.sent).toHaveLength(6));
    box.clock.advance({ days: 1 });
    worker.wake();
    await vi.waitFor(() => expect(transport.sent).toHaveLength(7));
    await worker.stop();
    expect(transport.closed).toBe(true);
  });

  it('stopping lets what is in flight end, and puts the rest back untried', async () => {
    const box = await outbox();
    await box.queue(...addresses(5));
    const releases: (() => void)[] = [];
    const transport = new FakeTransport(() => new Promise<void>((resolve) => releases.push(resolve)), 2);
    const worker = box.worker(transport);
    worker.start();
    await vi.waitFor(() => expect(releases).toHaveLength(2));
    const stopped = worker.stop();
    for (const release of releases) release();
    await stopped;
    const rows = await box.rows();
    expect(rows.map((row) => row.state).sort()).toEqual(['queued', 'queued', 'queued', 'sent', 'sent']);
    expect(rows.filter((row) => row.state === 'queued').every((row) => row.attempts === 0)).toBe(true);
  });

  it('stopping waits for a mail server that hangs only so long; the claim brings the mail back', async () => {
    const box = await outbox();
    await box.queue('a@x.example');
    const transport = new FakeTransport(() => new Promise(() => {}));
    const worker = box.worker(transport, { drain: 30 });
    worker.start();
    await vi.waitFor(async () => expect((await box.rows())[0]?.state).toBe('sending'));
    await worker.stop();
    expect(await box.states()).toEqual({ 'a@x.example': 'sending' });
  });

  it('forgets what left long ago, and nothing that still waits', async () => {
    const box = await outbox();
    await box.queue('old@x.example');
    await box.worker(new FakeTransport()).round();
    box.clock.advance({ days: 31 });
    await box.queue('new@x.example');
    const transport = new FakeTransport(later);
    const worker = box.worker(transport);
    worker.start();
    await vi.waitFor(async () => expect(await box.states()).toEqual({ 'new@x.example': 'queued' }));
    await worker.stop();
  });

  it('goes on after the database failed a round', async () => {
    const box = await outbox();
    const transport = new FakeTransport();
    const worker = box.worker(transport, { firstOutage: 5 });
    const { clock } = box;
    const now = clock.now;
    let broken = true;
    Object.defineProperty(clock, 'now', {
      value: () => {
        if (broken) throw new Error('no time');
        return now();
      },
    });
    worker.start();
    await sleep(20);
    broken = false;
    await box.queue('a@x.example');
    await vi.waitFor(() => expect(transport.sent).toHaveLength(1));
    await worker.stop();
  });
});
