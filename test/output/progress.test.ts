import { describe, expect, test } from 'vitest';
import { duration } from '../../src/output/progress.ts';
import { Capture, capture, fakeClock } from './capture.ts';

const WIPE = '\r\u001b[2K';

describe('progress', () => {
  test('on a terminal is one line that is drawn over', async () => {
    const clock = fakeClock();
    const { out, text } = capture({ tty: true, clock, columns: 100 });
    const progress = out.progress('Inviting');
    progress.update({ done: 0, total: 1187 });
    clock.pass(50);
    progress.update({ done: 3 });
    clock.pass(11_950);
    progress.update({ done: 742, outcomes: { invited: 730, already_member: 9, no_seat: 3, disposable: 0 } });
    out.warn('slowed down');
    clock.pass(8_000);
    progress.update({ done: 1187 });
    progress.end();
    progress.end();
    progress.update({ done: 1 });
    expect((await text()).stderr).toBe(
      `${WIPE}Inviting  ${'░'.repeat(20)}  0/1187` +
        `${WIPE}Inviting  ${'█'.repeat(12)}${'░'.repeat(8)}  742/1187  62/s  8s left  invited 730, already member 9, no seat 3` +
        `${WIPE}Warning: slowed down\nInviting  ${'█'.repeat(12)}${'░'.repeat(8)}  742/1187  62/s  8s left  invited 730, already member 9, no seat 3` +
        `${WIPE}Inviting  ${'█'.repeat(20)}  1187/1187  59/s  invited 730, already member 9, no seat 3` +
        `${WIPE}Inviting: 1187/1187, 59/s, invited 730, already member 9, no seat 3\n`,
    );
  });

  test('elsewhere is a line every ten seconds and one at the end', async () => {
    const clock = fakeClock();
    const { out, text } = capture({ clock });
    const progress = out.progress('Inviting');
    for (let second = 1; second <= 25; second += 1) {
      clock.pass(1000);
      progress.update({ done: second * 2, total: 100, outcomes: { invited: second * 2 } });
    }
    progress.end();
    expect(await text()).toEqual({
      stdout: '',
      stderr:
        'Inviting: 20/100, 2/s, 40s left, invited 20\n' +
        'Inviting: 40/100, 2/s, 30s left, invited 40\n' +
        'Inviting: 50/100, 2/s, 25s left, invited 50\n',
    });
  });

  test('with ndjson is events on stdout, at most one a second, the last always', async () => {
    const clock = fakeClock();
    const { out, text } = capture({ clock, format: 'ndjson', tty: true });
    const progress = out.progress('Inviting', 50);
    clock.pass(500);
    progress.update({ done: 60, total: 100 });
    clock.pass(100);
    progress.update({ done: 70 });
    clock.pass(1400);
    progress.update({ done: 100, outcomes: { invited: 50 } });
    progress.end();
    const { stdout, stderr } = await text();
    const last = {
      event: 'progress',
      done: 100,
      total: 100,
      rate: 25,
      eta_seconds: 0,
      outcomes: { invited: 50 },
    };
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { event: 'progress', done: 60, total: 100, rate: 20, eta_seconds: 2, outcomes: {} },
      last,
      last,
    ]);
    expect(stderr).toBe('');
  });

  test('is not shown with --quiet, and counts without a total', async () => {
    const clock = fakeClock();
    const quiet = capture({ clock, quiet: true, tty: true });
    quiet.out.progress('Inviting').end();
    expect(await quiet.text()).toEqual({ stdout: '', stderr: '' });

    const plain = capture({ clock, tty: true, env: { LANG: 'C' } });
    const progress = plain.out.progress('Reading');
    clock.pass(1000);
    progress.update({ done: 5 });
    expect((await plain.text()).stderr).toBe(`${WIPE}Reading  5  5/s`);
  });

  test('in ASCII where the locale is not UTF-8', async () => {
    const { out, text } = capture({ tty: true, env: { LANG: 'C' }, clock: fakeClock() });
    out.progress('Inviting').update({ done: 1, total: 2 });
    expect((await text()).stderr).toBe(`${WIPE}Inviting  ##########----------  1/2`);
  });

  test.each([
    [0, '0s'],
    [59, '59s'],
    [125, '2m 05s'],
    [3720, '1h 02m'],
  ])('%i seconds are %s', (seconds, expected) => {
    expect(duration(seconds)).toBe(expected);
  });
});

describe('waiting', () => {
  async function waited(options: Parameters<typeof capture>[0]) {
    const clock = fakeClock();
    const given = capture({ ...options, clock });
    const work = Promise.withResolvers<string>();
    const waiting = given.out.wait('Waiting for the server', work.promise);
    clock.pass(300);
    return { ...given, work, waiting };
  }

  test('says nothing when it is short', async () => {
    const clock = fakeClock();
    const { out, text } = capture({ tty: true, clock });
    expect(await out.wait('Waiting', Promise.resolve('answer'))).toBe('answer');
    clock.pass(10_000);
    expect(await text()).toEqual({ stdout: '', stderr: '' });
  });

  test.each([
    ['no terminal', {}, 'Waiting for the server...\n'],
    ['TENANTCTL_SPINNER=0', { tty: true, env: { TENANTCTL_SPINNER: '0' } }, 'Waiting for the server...\n'],
    ['a machine format', { format: 'json' as const }, ''],
    ['a terminal without a size', { tty: true, stderr: new Capture(true, 0) }, 'Waiting for the server...\n'],
    ['--quiet', { tty: true, quiet: true }, ''],
  ])('%s: words or nothing', async (_name, options, expected) => {
    const { work, waiting, text } = await waited(options);
    work.resolve('answer');
    expect(await waiting).toBe('answer');
    expect(await text()).toEqual({ stdout: '', stderr: expected });
  });

  test('spins on a terminal, on stderr, and is gone afterwards', async () => {
    const stderr = Object.assign(new Capture(true, 80), {
      cursorTo: () => true,
      clearLine: () => true,
      moveCursor: () => true,
    });
    const { work, waiting, text } = await waited({ tty: true, stderr });
    while (!stderr.text.includes('Waiting for the server')) await new Promise((go) => setImmediate(go));
    work.reject(new Error('no answer'));
    await expect(waiting).rejects.toThrow('no answer');
    expect((await text()).stdout).toBe('');
    expect(stderr.text).not.toMatch(/\u001b\[[\d;]*m/);
  });
});
