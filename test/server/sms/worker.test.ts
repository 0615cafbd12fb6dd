import { expect, it, vi } from 'vitest';
import { DeliveryError } from '../../../src/server/delivery/delivery-error.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { FakeGateway, Messages, numbers } from './messages.ts';

const fails = (trouble: 'refused' | 'later' | 'cut' | 'outage', text: string) => () => {
  throw new DeliveryError(trouble, text);
};

describeOnEachDatabase('the SMS worker', (open) => {
  const messages = async () => new Messages(await open());

  it('sends what is queued once', async () => {
    const box = await messages();
    await box.queue('+41791234567', '+41791234568');
    const gateway = new FakeGateway();
    const worker = box.worker(gateway);
    expect(await worker.round()).toBe(2);
    expect(await worker.round()).toBe(0);
    expect(gateway.taken.map(({ recipient }) => recipient).sort()).toEqual(['+41791234567', '+41791234568']);
    expect(gateway.taken[0]?.body.form.name).toBe('Wells');
    expect(await box.states()).toEqual({ '+41791234567': 'sent', '+41791234568': 'sent' });
  });

  it('under --dev keeps them where they are', async () => {
    const box = await messages();
    await box.queue('+41791234567');
    expect(await box.worker({ kind: 'captured' }).round()).toBe(1);
    expect(await box.rows()).toMatchObject([{ state: 'sent', attempts: 1, error: null }]);
  });

  it('without a gateway does nothing', async () => {
    const box = await messages();
    await box.queue('+41791234567');
    expect(await box.worker({ kind: 'none' }).round()).toBe(0);
    expect(await box.states()).toEqual({ '+41791234567': 'queued' });
  });

  it('gives up what is refused for good, and says why', async () => {
    const box = await messages();
    await box.queue('+41791234567', '+41791234568');
    const gateway = new FakeGateway((one) =>
      one.recipient === '+41791234567' ? fails('refused', 'the gateway answered 422')() : undefined,
    );
    await box.worker(gateway).round();
    expect(await box.rows()).toMatchObject([
      { state: 'failed', error: 'the gateway answered 422' },
      { state: 'sent', error: null },
    ]);
  });

  it('tries again later, longer each time and with the same id, and gives up in the end', async () => {
    const box = await messages();
    await box.queue('+41791234567');
    const ids = new Set<string>();
    const gateway = new FakeGateway(({ id }) => {
      ids.add(id);
      fails('later', 'the gateway answered 500')();
    });
    const worker = box.worker(gateway, { firstRetry: 10_000, longestRetry: 25_000, mostAttempts: 4 });
    const waits: number[] = [];
    for (let attempt = 1; attempt < 4; attempt += 1) {
      expect(await worker.round()).toBe(1);
      const [row] = await box.rows();
      expect(row).toMatchObject({ state: 'queued', attempts: attempt, error: 'the gateway answered 500' });
      const wait = Date.parse(row?.notBefore ?? '') - box.clock.now().getTime();
      waits.push(wait);
      expect(await worker.round()).toBe(0);
      box.clock.advance({ seconds: wait / 1000 });
    }
    expect(
      waits.map((wait, at) => wait / ([10_000, 20_000, 25_000][at] ?? 0)).every((r) => r >= 0.8 && r <= 1.2),
    ).toBe(true);
    await worker.round();
    expect(await box.rows()).toMatchObject([{ state: 'failed', attempts: 4 }]);
    expect(ids.size).toBe(1);
  });

  it('counts no attempt while the gateway is away, and calls once a lane instead of for every message', async () => {
    const box = await messages();
    await box.queue(...numbers(10));
    let away = true;
    let calls = 0;
    const gateway = new FakeGateway(() => {
      calls += 1;
      if (away) fails('outage', 'connect ECONNREFUSED')();
    }, 2);
    const worker = box.worker(gateway);
    await worker.round();
    expect(calls).toBeLessThanOrEqual(2);
    expect((await box.rows()).every((row) => row.state === 'queued' && row.attempts === 0)).toBe(true);
    away = false;
    await worker.round();
    expect((await box.rows()).every((row) => row.state === 'sent' && row.attempts === 1)).toBe(true);
  });

  it('counts the attempt of a message in whose middle the connection broke, and leaves the others untried', async () => {
    const box = await messages();
    await box.queue(...numbers(4));
    const worker = box.worker(new FakeGateway(fails('cut', 'socket hang up'), 1));
    await worker.round();
    const attempts = (await box.rows()).map((row) => row.attempts).sort((a, b) => a - b);
    expect(attempts).toEqual([0, 0, 0, 1]);
  });

  it('a worker that was killed loses nothing: its claim runs out, and the message goes with the same id', async () => {
    const box = await messages();
    await box.queue('+41791234567');
    const ids: string[] = [];
    const killed = box.worker(
      new FakeGateway(({ id }) => {
        ids.push(id);
        return new Promise(() => {});
      }),
      { lease: 60_000 },
    );
    void killed.round();
    await vi.waitFor(() => expect(ids).toHaveLength(1));
    const worker = box.worker(new FakeGateway(({ id }) => void ids.push(id)));
    expect(await worker.round()).toBe(0);
    box.clock.advance({ seconds: 61 });
    expect(await worker.round()).toBe(1);
    expect(await box.states()).toEqual({ '+41791234567': 'sent' });
    expect(new Set(ids).size).toBe(1);
  });

  it('two workers on one database send each message once', async () => {
    const box = await messages();
    await box.queue(...numbers(60));
    const gateway = new FakeGateway();
    const workers = [box.worker(gateway), box.worker(gateway)];
    for (let round = 0; round < 4; round += 1) await Promise.all(workers.map((worker) => worker.round()));
    expect(gateway.taken).toHaveLength(60);
    expect(new Set(gateway.taken.map(({ id }) => id)).size).toBe(60);
  });

  it('runs by itself when something is queued, and stops', async () => {
    const box = await messages();
    const gateway = new FakeGateway();
    const worker = box.worker(gateway, { poll: 60_000 });
    worker.start();
    await box.queue('+41791234567');
    worker.wake();
    await vi.waitFor(() => expect(gateway.taken).toHaveLength(1));
    await worker.stop();
    expect(gateway.closed).toBe(true);
    expect(await box.states()).toEqual({ '+41791234567': 'sent' });
  });

  it('forgets what left long ago, and nothing that waits', async () => {
    const box = await messages();
    await box.queue('+41791234567');
    const worker = box.worker(new FakeGateway(), { remember: 1000, poll: 5 });
    await worker.round();
    box.clock.advance({ hours: 2 });
    await box.queue('+41791234568');
    worker.start();
    await vi.waitFor(async () => expect(Object.keys(await box.states())).toEqual(['+41791234568']));
    await worker.stop();
  });
});
