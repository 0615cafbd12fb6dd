import { PassThrough } from 'node:stream';
import { setImmediate as tick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { terminalFor } from '../../src/prompt/terminal.ts';

function streams(color: boolean) {
  const stdin = new PassThrough();
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 90, rows: 30 });
  const terminal = terminalFor({ stdin, stderr, env: {}, clean: (text) => text, color });
  return { stdin, stderr, terminal };
}

const drawing = '\u001b[2K\u001b[G\u001b[34m?\u001b[39m \u001b[1mGo on?\u001b[22m\u001b[16G';

test.each([
  [true, drawing],
  [false, '\u001b[2K\u001b[G? Go on?\u001b[16G'],
])('colour %s: only colours differ, not where things stand', async (color, expected) => {
  const { stderr, terminal } = streams(color);
  terminal.context.output.write(drawing);
  await tick();
  expect(String(stderr.read())).toBe(expected);
  expect(terminal.context.output).toMatchObject({ isTTY: true, columns: 90, rows: 30 });
});

test('an input that ends ends the question, one that was let go does not', async () => {
  const open = streams(true);
  open.stdin.pause();
  await tick();
  expect(open.terminal.context.signal.aborted).toBe(true);

  const answered = streams(true);
  answered.terminal.release();
  answered.stdin.pause();
  await tick();
  expect(answered.terminal.context.signal.aborted).toBe(false);
  expect(ENDS.map((event) => answered.stdin.listenerCount(event))).toEqual(before);
});

const ENDS = ['end', 'close', 'pause'];
const before = ENDS.map((event) => new PassThrough().listenerCount(event));
