import { beforeEach, describe, expect, it } from 'vitest';
import type { Send } from '../../src/client/wire.ts';
import { join, person } from '../support/estate.ts';
import { lines, plain, steady } from '../support/plain.ts';
import { type Family, family, isChange, labelsOf, numbered, watched } from './family.ts';

type Sent = Parameters<Send>[0];

let place: Family;
const idOf = (slug: string) => place.children.get(slug)?.id ?? '';
const slugIn = ({ url }: Sent) => [...place.children.values()].find(({ id }) => url.includes(id))?.slug ?? '';

/** Suspends `two` between being chosen and being changed. */
function overtaken(): Send {
  let asleep: Promise<unknown> | undefined;
  return watched(place, async (request) => {
    if (slugIn(request) === 'two') await (asleep ??= place.cli.ok('accounts suspend two'));
  });
}

/** Bo is active in one and two, deactivated in three, and not in four. */
async function offboarding(): Promise<void> {
  place = await family({ one: {}, two: {}, three: {}, four: {} });
  const bo = await person(place.server, 'bo@example.com');
  await join(place.server, idOf('one'), bo, 'user', ['forms']);
  await join(place.server, idOf('two'), bo, 'user', ['forms']);
  await join(place.server, idOf('three'), bo, 'user', ['forms']);
  await place.cli.ok('members deactivate bo@example.com --account three');
}

describe('each account by itself', () => {
  const words = 'members deactivate bo@example.com --all-managed --yes --quiet';
  beforeEach(offboarding);

  it('some done, some not: 3, with all of it in the table', async () => {
    const [code, stdout, stderr] = plain(await place.cli.run(words, { send: overtaken() }));
    expect([code, stdout]).toEqual([
      3,
      lines(
        'ACCOUNT\tOUTCOME\tDETAIL',
        'one\tdone\tDeactivated bo@example.com; a seat is free.',
        'two\tfailed\tmembers.deactivate is not allowed: two is suspended: nothing in it can be changed',
        'three\tnothing to do\tbo@example.com is deactivated already.',
        'four\tskipped\tThere is no member "bo@example.com" that you can see',
      ),
    ]);
    expect(stderr.slice(stderr.indexOf('Error:'))).toBe(
      lines(
        'Error: 1 of 4 accounts failed',
        '  - two: members.deactivate is not allowed: two is suspended: nothing in it can be changed',
        '  Code: partly_done',
      ),
    );
  });

  it('for programs: one object each on stdout, one line on stderr', async () => {
    const { code, stdout, stderr } = await place.cli.run(`${words} --json --fields state`, {
      send: overtaken(),
    });
    const entry = (slug: string, rest: object) => ({ account: { id: idOf(slug), slug }, ...rest });
    const refusal = (status: number, errorCode: string) =>
      expect.objectContaining({ code: errorCode, status, retryable: false, request_id: expect.any(String) });
    expect([code, JSON.parse(stdout)]).toEqual([
      3,
      [
        entry('one', { ok: true, outcome: 'done', result: { state: 'deactivated' }, error: null }),
        entry('two', {
          ok: false,
          outcome: 'failed',
          result: null,
          error: refusal(403, 'account_suspended'),
        }),
        entry('three', { ok: true, outcome: 'unchanged', result: { state: 'deactivated' }, error: null }),
        entry('four', { ok: true, outcome: 'skipped', result: null, error: refusal(404, 'not_found') }),
      ],
    ]);
    const { error } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');
    expect(error).toEqual({
      code: 'partly_done',
      message: '1 of 4 accounts failed',
      status: null,
      request_id: null,
      hint: null,
      retryable: false,
      details: [{ pointer: 'two', detail: expect.stringContaining('two is suspended') }],
      reasons: null,
    });
  });

  it('a result that was printed before the failure stays beside it', async () => {
    const found = await place.cli.run(
      'invites resend dee@example.com eli@example.com --accounts one --yes --json --quiet',
    );
    expect([found.code, found.json()]).toEqual([
      3,
      [
        expect.objectContaining({
          ok: false,
          result: expect.objectContaining({ changed: [] }),
          error: expect.objectContaining({ code: 'partly_done' }),
        }),
      ],
    ]);
  });

  it('all for reasons of their own is 3 as well: the results tell', async () => {
    const words = 'members update bo@example.com --role admin --accounts two --yes --quiet';
    const [code, stdout] = plain(await place.cli.run(words, { send: overtaken() }));
    expect([code, stdout]).toEqual([3, expect.stringContaining('two\tfailed\t')]);
  });

  it('whoever is in none of them was misspelt: 5', async () => {
    const done = await place.cli.run('members deactivate ob@example.com --all-managed --yes --json --quiet');
    const { error } = JSON.parse(done.stderr.trimEnd().split('\n').at(-1) ?? '');
    expect([done.code, done.stdout, error.code]).toEqual([5, '', 'not_found']);
  });

  it('nothing to do anywhere is 0', async () => {
    const [code, stdout] = plain(
      await place.cli.run('members deactivate bo@example.com --accounts three,four --yes'),
    );
    expect([code, stdout.match(/nothing to do|skipped/g)]).toEqual([0, ['nothing to do', 'skipped']]);
  });

  it('a list keeps the rows of the others', async () => {
    const send = watched(place, (request) => {
      if (slugIn(request) === 'two') throw new Error('cut');
    });
    const done = await place.cli.run('members list --all-managed --fields user.email --max-retries 0', {
      send,
    });
    expect([done.code, done.stdout]).toEqual([
      3,
      lines('ACCOUNT\tUSER.EMAIL', 'one\tbo@example.com', 'three\tbo@example.com'),
    ]);
    expect(steady(done.stderr)).toContain(
      'Error: 1 of 4 accounts failed\n  - two: cannot reach http://127.0.0.1:7411',
    );
  });
});

describe('what would fail alike everywhere', () => {
  const change = 'accounts update --all-managed --label tier=gold --yes --max-accounts 40 --max-retries 0';
  beforeEach(async () => {
    place = await family(numbered(40));
  });

  it('more than twenty changes at once have to be meant', async () => {
    const { code, stdout, stderr } = await place.cli.run(
      'accounts update --all-managed --label tier=gold --yes',
    );
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      expect.stringContaining('40 accounts are more than the 20 of --max-accounts'),
    ]);
    expect((await place.cli.run(change)).code).toBe(0);
    expect((await place.cli.run('members list --all-managed')).code).toBe(0);
    expect((await place.cli.run('members list --all-managed --max-accounts 39')).code).toBe(2);
  });

  it('on a terminal a bar says how far it is, elsewhere nothing does', async () => {
    const bar = await place.cli.run(change, { tty: true });
    expect(steady(bar.stderr)).toMatch(/accounts update: 40\/40, .*done 40\n$/);
    let before = '';
    let atFirst: string | undefined;
    await place.cli.run(`${change} -o json`, {
      tty: true,
      onStderr: (text) => (before = text),
      onStdout: () => (atFirst ??= before),
    });
    // They share a screen: the result comes when the bar has gone.
    expect(atFirst).toMatch(/40\/40, [^\n]+\n$/);
    expect((await place.cli.run(change)).stderr).not.toContain('40/40');
    const short = await place.cli.run('members list --accounts acme-01,acme-02', { tty: true });
    expect(short.stderr).not.toContain('2/2');
  });

  it('a flag that makes no sense is told once', async () => {
    const { code, stdout, stderr } = await place.cli.run(
      'accounts update --accounts env=dev --yes --json --quiet',
    );
    expect([code, stdout]).toEqual([2, '']);
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      error: { message: 'nothing to change', details: null },
    });
  });

  it('an outage stops it: 7, and what was done stays told', async () => {
    const tried = new Set<string>();
    let done = 0;
    const send = watched(
      place,
      (request) => {
        if (slugIn(request) === '') return;
        tried.add(slugIn(request));
        if (done >= 6) throw new Error('the connection broke');
      },
      (request) => {
        if (isChange(request)) done += 1;
      },
    );
    const { code, stdout, stderr } = await place.cli.run(`${change} -o json`, { send });
    const outcomes = (JSON.parse(stdout) as { outcome: string }[]).map(({ outcome }) => outcome);
    const count = (one: string) => outcomes.filter((outcome) => outcome === one).length;
    expect([code, outcomes.length, count('done')]).toEqual([7, 40, done]);
    expect(done).toBeGreaterThanOrEqual(6);
    // Four run at once: four in a row fail, and as many may have been begun meanwhile.
    expect(count('failed')).toBeGreaterThanOrEqual(4);
    expect(count('failed')).toBeLessThanOrEqual(8);
    expect(tried.size).toBe(count('done') + count('failed'));
    expect(count('not_started')).toBe(40 - tried.size);
    const { error } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');
    expect(error).toMatchObject({ code: 'network', retryable: true });
    expect(error.message).toContain(`${done} of 40 accounts are done`);
  });

  it('an outage from the start leaves stdout empty: 7', async () => {
    const send = watched(place, (request) => {
      if (slugIn(request) !== '') throw new Error('the connection broke');
    });
    const { code, stdout } = await place.cli.run(`${change} -o json`, { send });
    expect([code, stdout]).toEqual([7, '']);
  });

  it('a credential that is refused stops it at once: 4', async () => {
    const wire = watched(place, () => undefined);
    const tried = new Set<string>();
    const send: Send = async (request) => {
      if (!isChange(request)) return await wire(request);
      tried.add(slugIn(request));
      if (tried.size < 3) return await wire(request);
      const body = JSON.stringify({
        code: 'invalid_token',
        title: 'No',
        detail: 'The token was revoked.',
        status: 401,
      });
      return { status: 401, headers: { 'content-type': 'application/problem+json' }, body };
    };
    const { code, stdout } = await place.cli.run(`${change} --parallel 1 -o json`, { send });
    const outcomes = (JSON.parse(stdout) as { outcome: string }[]).map(({ outcome }) => outcome);
    expect([code, tried.size]).toEqual([4, 3]);
    expect(outcomes.slice(0, 4)).toEqual(['done', 'done', 'failed', 'not_started']);
  });

  it("a server that fails in one account alone is that account's", async () => {
    const send = watched(place, (request) => {
      if (isChange(request) && slugIn(request) === 'acme-20') throw new Error('the connection broke');
    });
    const { code, stdout } = await place.cli.run(change, { send });
    expect([code, stdout.match(/\tfailed\t/g)?.length, stdout.match(/\tdone\t/g)?.length]).toEqual([
      3, 1, 39,
    ]);
  });
});

describe('Ctrl-C', () => {
  beforeEach(async () => {
    place = await family(numbered(6));
  });

  it('lets a change that is in flight finish, and says which were done: 130', async () => {
    const stop = new AbortController();
    const send = watched(place, (request) => {
      if (isChange(request) && slugIn(request) === 'acme-02') stop.abort();
    });
    const words = 'accounts update --all-managed --label a=b --yes --quiet --parallel 2 --json';
    const { code, stdout, stderr } = await place.cli.run(words, { send, interrupt: stop.signal });
    const found = JSON.parse(stdout) as { outcome: string; error: { code: string } | null }[];
    const done = Object.entries(await labelsOf(place)).filter(([, labels]) => labels.startsWith('a=b'));
    expect(code).toBe(130);
    expect(found.map(({ outcome }) => outcome)).toEqual([
      ...done.map(() => 'done'),
      ...Array.from({ length: 6 - done.length }, () => 'not_started'),
    ]);
    expect([2, 3]).toContain(done.length);
    expect(found.at(-1)?.error?.code).toBe('not_started');
    const left = Object.keys(numbered(6)).slice(done.length);
    expect(stderr).toContain(
      `Interrupted: ${done.length} of 6 accounts are done.\nDone: ${done.map(([slug]) => slug).join(', ')}.\nNot started: ${left.join(', ')}.\n`,
    );
  });

  it('cuts a read short', async () => {
    const stop = new AbortController();
    const send: Send = async (request) => {
      if (slugIn(request) === '' || slugIn(request) === 'acme-01')
        return await watched(place, () => undefined)(request);
      return await new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(new Error('cut')));
        stop.abort();
      });
    };
    const words = 'members list --all-managed --parallel 1 --quiet';
    const { code, stderr } = await place.cli.run(words, { send, interrupt: stop.signal });
    expect([code, stderr]).toEqual([
      130,
      'Interrupted: 1 of 6 accounts are done.\nDone: acme-01.\nFailed or cut short: acme-02.\nNot started: acme-03, acme-04, acme-05, acme-06.\n',
    ]);
  });

  it('before it is begun, ends it with nothing done', async () => {
    const stop = new AbortController();
    const send = watched(place, () => stop.abort());
    const words = 'accounts update --all-managed --label a=b --yes';
    expect((await place.cli.run(words, { send, interrupt: stop.signal })).code).toBe(130);
    expect(Object.values(await labelsOf(place)).filter((labels) => labels.includes('a=b'))).toEqual([]);
  });
});

describe('how many at once', () => {
  beforeEach(async () => {
    place = await family(numbered(12));
  });

  it.each([
    ['', 4],
    [' --parallel 3', 3],
    [' --parallel 1', 1],
  ])('members list --all-managed%s: %i', async (flag, most) => {
    let [inFlight, highest] = [0, 0];
    const full = Promise.withResolvers<void>();
    const send = watched(
      place,
      async (request) => {
        if (slugIn(request) === '') return;
        inFlight += 1;
        highest = Math.max(highest, inFlight);
        // Held until all that may run do, and a turn longer, so that one too many would be seen.
        if (inFlight === most) setImmediate(full.resolve);
        await full.promise;
      },
      (request) => {
        if (slugIn(request) !== '') inFlight -= 1;
      },
    );
    const { code } = await place.cli.run(`members list --all-managed${flag}`, { send });
    expect([code, highest]).toEqual([0, most]);
  });

  it('in order of the accounts, whichever ends first', async () => {
    const others = Promise.withResolvers<void>();
    let ended = 0;
    const send = watched(
      place,
      async (request) => {
        if (slugIn(request) === 'acme-01') await others.promise;
      },
      (request) => {
        if (slugIn(request) !== '') ended += 1;
        if (ended === 11) others.resolve();
      },
    );
    const done = await place.cli.run('accounts show --all-managed --fields slug -o id', { send });
    expect(done.stdout).toBe(lines(...Object.keys(numbered(12))));
  });

  it('as they end, with ndjson', async () => {
    const others = Promise.withResolvers<void>();
    let ended = 0;
    const send = watched(
      place,
      async (request) => {
        if (slugIn(request) === 'acme-01') await others.promise;
      },
      (request) => {
        if (slugIn(request) !== '') ended += 1;
        if (ended === 11) others.resolve();
      },
    );
    const done = await place.cli.run('accounts show --all-managed --fields slug -o ndjson', { send });
    const slugs = done.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).account.slug);
    expect([slugs.length, slugs.at(-1)]).toEqual([12, 'acme-01']);
  });
});

it('two administrators at once change each account once', async () => {
  place = await family(numbered(8));
  const words = 'accounts update --all-managed --label tier=gold --yes --json --quiet';
  const both = await Promise.all([place.cli.run(words), place.cli.run(words)]);
  const outcomes = both.flatMap(({ stdout }) => JSON.parse(stdout) as { outcome: string }[]);
  expect(outcomes.filter(({ outcome }) => outcome === 'done')).toHaveLength(8);
});
