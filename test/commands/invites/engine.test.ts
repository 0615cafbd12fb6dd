import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Send, WireAnswer } from '../../../src/client/wire.ts';
import { problem } from '../../client/wire.ts';
import { sendTo } from '../../support/cli.ts';
import { type Office, office } from './account.ts';

/** What may happen to one request: `lost` is applied, and its answer never comes. */
type Fate = 'fine' | 'lost' | 'refused' | 'limited' | 'busy' | 'broken';

const unreachable = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

/** The real server behind a bad line: what happens to each chunk is told in advance, then all is fine. */
function flaky(acme: Office, fates: readonly Fate[], only = /\/(rows|finish|batches)$/): Send {
  const send = sendTo(acme.server.app);
  let next = 0;
  return async (request) => {
    const fate = only.test(new URL(request.url).pathname) ? (fates[next++] ?? 'fine') : 'fine';
    if (fate === 'refused') throw unreachable('ECONNREFUSED');
    if (fate === 'limited') return problem(429, 'rate_limited', {}, { 'retry-after': '2' });
    if (fate === 'busy') return problem(503, 'busy', {}, { 'retry-after': '1' });
    const answer: WireAnswer = await send(request);
    if (fate === 'lost') throw unreachable('ECONNRESET');
    return fate === 'broken' ? problem(500, 'internal') : answer;
  };
}

const addresses = (count: number) => Array.from({ length: count }, (_, at) => `p${at}@x.example`);
const csv = (count: number) => ['email', ...addresses(count)].join('\n');

async function mustHaveEachOnce(acme: Office, count: number): Promise<void> {
  const pending = (await acme.invites('pending')).map(({ email }) => email).toSorted();
  expect(pending).toEqual(addresses(count).toSorted());
  expect(await acme.mailed()).toEqual(addresses(count).toSorted());
}

describe('a bad line', () => {
  it.each([
    ['a storm of 429', Array<Fate>(40).fill('limited')],
    ['503s', Array<Fate>(8).fill('busy')],
    ['answers that are lost', ['lost', 'lost', 'lost', 'fine', 'lost'] as const],
    ['500s after the effect', ['broken', 'broken', 'broken'] as const],
    ['a server that restarts', Array<Fate>(9).fill('refused')],
  ])(
    '%s: nothing is lost or doubled',
    async (_, fates) => {
      const acme = await office('enterprise');
      acme.file('people.csv', csv(3500));
      const done = await acme.run('invites send --csv people.csv --role admin --json', {
        send: flaky(acme, fates),
      });
      expect(done.code).toBe(0);
      expect(done.json()).toMatchObject({ outcomes: { invited: 3500 }, rows: 3500 });
      await mustHaveEachOnce(acme, 3500);
    },
    30_000,
  );

  it('a server that stays away: 7, and the line that tells how to go on', async () => {
    const acme = await office('enterprise');
    acme.file('people.csv', csv(2500));
    const send = flaky(acme, ['fine', ...Array<Fate>(1000).fill('refused')]);
    const done = await acme.run('invites send --csv people.csv --role admin --json', { send });
    expect([done.code, done.stdout]).toEqual([7, '']);
    const { error } = JSON.parse(done.stderr.trimEnd().split('\n').at(-1) ?? '');
    expect(error).toMatchObject({ code: 'network', retryable: true });
    expect(error.hint).toMatch(/^tenantctl batches resume bat_\w{26} --csv people\.csv --account acme$/);
    const again = await acme.run(error.hint.split(' ').slice(1));
    expect(again.code).toBe(0);
    await mustHaveEachOnce(acme, 2500);
  });

  it('a batch that is closed meanwhile: 6', async () => {
    const acme = await office('enterprise');
    acme.file('people.csv', csv(1500));
    const send = sendTo(acme.server.app);
    const done = await acme.run('invites send --csv people.csv --role admin', {
      send: async (request) => {
        const batch = /\/batches\/(bat_\w+)\/rows$/.exec(request.url)?.[1];
        if (batch !== undefined) {
          const params = { account: 'acme', batch };
          await acme.server.call('batches.cancel', { params, token: acme.token });
        }
        return await send(request);
      },
    });
    expect(done.code).toBe(6);
    expect(done.stderr).toContain('batch_closed');
  });

  it('a body that is too large goes in halves', async () => {
    const acme = await office('enterprise');
    acme.file('people.csv', csv(1000));
    const send = sendTo(acme.server.app);
    const sizes: number[] = [];
    const done = await acme.run('invites send --csv people.csv --role admin', {
      send: async (request) => {
        if (!request.url.endsWith('/rows')) return await send(request);
        const { rows } = JSON.parse(request.body ?? '');
        if (rows.length > 300) return problem(413, 'body_too_large');
        sizes.push(rows.length);
        return await send(request);
      },
    });
    expect([done.code, sizes]).toEqual([0, [250, 250, 250, 250]]);
    await mustHaveEachOnce(acme, 1000);
  });

  it('whatever happens to each request, running it until it is done invites each once', async () => {
    const fate = fc.constantFrom<Fate>('fine', 'lost', 'refused', 'limited', 'busy', 'broken');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fate, { maxLength: 30 }), { maxLength: 3 }), async (runs) => {
        const acme = await office('enterprise');
        acme.file('people.csv', csv(2100));
        const flags =
          'invites send --csv people.csv --role admin --report out.csv --max-retries 0 --timeout 5s';
        for (const fates of [...runs, []]) {
          const done = await acme.run(flags, { send: flaky(acme, fates) });
          expect([0, 7]).toContain(done.code);
        }
        await mustHaveEachOnce(acme, 2100);
        const lines = readFileSync(join(acme.cli.configDir, 'out.csv'), 'utf8')
          .trimEnd()
          .split('\n')
          .slice(1);
        expect(lines.map((line) => line.split(',')[0])).toEqual(addresses(2100));
        expect(lines.filter((line) => !/,(invited|already_invited),inv_/.test(line))).toEqual([]);
      }),
      { numRuns: 12 },
    );
  }, 60_000);
});

describe('Ctrl-C', () => {
  it('finishes what is in flight, reports the rest as not sent, and the same command goes on', async () => {
    const acme = await office('enterprise');
    acme.file('people.csv', csv(6000));
    const stop = new AbortController();
    const send = sendTo(acme.server.app);
    let chunks = 0;
    const done = await acme.run('invites send --csv people.csv --role admin --report out.csv', {
      interrupt: stop.signal,
      send: async (request) => {
        if (request.url.endsWith('/rows') && ++chunks === 2) stop.abort();
        return await send(request);
      },
    });
    expect([done.code, done.stdout]).toEqual([130, '']);
    expect(done.stderr).toMatch(
      /Interrupted: 2000 of 6000 rows .*\n {2}tenantctl batches resume bat_\w{26} --csv people.csv/,
    );
    expect((await acme.invites()).length).toBe(2000);
    const report = readFileSync(join(acme.cli.configDir, 'out.csv'), 'utf8').trimEnd().split('\n').slice(1);
    expect(report.length).toBe(6000);
    expect(report.filter((line) => line.includes(',invited,inv_')).length).toBe(2000);
    expect(report.filter((line) => line.includes(',not_sent,,')).length).toBe(4000);

    const asked: string[] = [];
    const again = await acme.run('invites send --csv people.csv --role admin --report out.csv --json', {
      send: async (request) => {
        if (request.method === 'POST' && request.url.endsWith('/rows')) {
          asked.push(JSON.parse(request.body ?? '').rows[0].row);
        }
        return await send(request);
      },
    });
    expect([again.code, asked]).toEqual([0, [2001, 3001, 4001, 5001]]);
    expect(again.stderr).toContain('2000 of 6000 rows are there already');
    expect(again.json()).toMatchObject({ outcomes: { invited: 6000 } });
    await mustHaveEachOnce(acme, 6000);
    const whole = readFileSync(join(acme.cli.configDir, 'out.csv'), 'utf8').trimEnd().split('\n').slice(1);
    expect(whole.filter((line) => line.includes(',invited,inv_')).length).toBe(6000);
  }, 30_000);

  it('before anything is sent ends at once', async () => {
    const acme = await office('enterprise');
    acme.file('people.csv', csv(10));
    const stop = new AbortController();
    const send = sendTo(acme.server.app);
    const done = await acme.run('invites send --csv people.csv --role admin', {
      interrupt: stop.signal,
      send: async (request) => {
        stop.abort();
        return await send(request);
      },
    });
    expect(done).toMatchObject({ code: 130, stdout: '' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await acme.invites()).toEqual([]);
  });

  it('with ndjson ends with the summary', async () => {
    const acme = await office('enterprise');
    acme.file('people.csv', csv(6000));
    const stop = new AbortController();
    const send = sendTo(acme.server.app);
    const done = await acme.run('invites send --csv people.csv --role admin -o ndjson', {
      interrupt: stop.signal,
      send: async (request) => {
        if (request.url.endsWith('/rows')) stop.abort();
        return await send(request);
      },
    });
    expect(done.code).toBe(130);
    const events = done.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { received } = events.at(-1);
    expect(events.at(-1)).toMatchObject({ event: 'summary', ended: 'interrupted', rows: 6000 });
    expect(events.filter(({ event }) => event === 'item').length).toBe(received);
    expect((await acme.invites()).length).toBe(received);
  }, 30_000);
});

describe('a second time', () => {
  it('two at once share one batch', async () => {
    const acme = await office('enterprise');
    acme.file('people.csv', csv(3000));
    const [one, two] = await Promise.all([
      acme.run('invites send --csv people.csv --role admin --json'),
      acme.run('invites send --csv people.csv --role admin --json'),
    ]);
    expect([one.code, two.code]).toEqual([0, 0]);
    await mustHaveEachOnce(acme, 3000);
  }, 30_000);

  it('asks nobody again for what was agreed to, though the seats are taken by the batch itself', async () => {
    const acme = await office('business');
    acme.file('people.csv', csv(999));
    const fates = ['fine', 'lost', ...Array<Fate>(1000).fill('refused')] as const;
    const cut = await acme.run('invites send --csv people.csv --role admin', { send: flaky(acme, fates) });
    expect(cut.code).toBe(7);
    expect((await acme.invites()).length).toBe(999);
    const again = await acme.run('invites send --csv people.csv --role admin --json', { tty: true });
    expect(again.code).toBe(0);
    expect(again.json()).toMatchObject({ outcomes: { invited: 999 } });
  });
});
