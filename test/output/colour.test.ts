import { describe, expect, test } from 'vitest';
import { notFoundError } from '../../src/errors.ts';
import { type ColourFlag, hasColour } from '../../src/output/colour.ts';
import { Capture, capture, people, person } from './capture.ts';

describe('colour is resolved per stream', () => {
  const cases: [ColourFlag | undefined, Record<string, string>, boolean, boolean][] = [
    // flag, environment, terminal, expected
    [undefined, {}, true, true],
    [undefined, {}, false, false],
    ['auto', {}, true, true],
    ['never', {}, true, false],
    ['never', { FORCE_COLOR: '1', CLICOLOR_FORCE: '1' }, true, false],
    ['always', {}, false, true],
    ['always', { NO_COLOR: '1', TERM: 'dumb' }, false, true],
    [undefined, { NO_COLOR: '1' }, true, false],
    [undefined, { NO_COLOR: '' }, true, true],
    [undefined, { NO_COLOR: '0' }, true, false],
    [undefined, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [undefined, { FORCE_COLOR: '1' }, false, true],
    [undefined, { FORCE_COLOR: '3' }, false, true],
    [undefined, { FORCE_COLOR: '0' }, true, false],
    [undefined, { FORCE_COLOR: 'false' }, true, false],
    [undefined, { FORCE_COLOR: '' }, true, true],
    [undefined, { FORCE_COLOR: '0', CLICOLOR_FORCE: '1' }, true, false],
    [undefined, { CLICOLOR_FORCE: '1' }, false, true],
    [undefined, { CLICOLOR_FORCE: '0' }, false, false],
    [undefined, { CLICOLOR_FORCE: '1', CLICOLOR: '0', TERM: 'dumb' }, false, true],
    [undefined, { CLICOLOR: '0' }, true, false],
    [undefined, { CLICOLOR: '1' }, true, true],
    [undefined, { CLICOLOR: '1' }, false, false],
    [undefined, { TERM: 'dumb' }, true, false],
    [undefined, { TERM: 'xterm-256color' }, true, true],
  ];
  test.each(cases)('--color %s, %j, terminal %s: %s', (flag, env, isTTY, expected) => {
    expect(hasColour({ isTTY }, env, flag)).toBe(expected);
  });
});

const env = { LANG: 'C.UTF-8' };

test('a table on a terminal is coloured, its words say the same', async () => {
  const coloured = capture({ tty: true, env });
  await coloured.out.list(people.slice(0, 4), [person({ active: false })]);
  expect((await coloured.text()).stdout).toBe(
    '\u001b[1mEMAIL\u001b[22m        \u001b[1mNAME\u001b[22m  \u001b[1mSEATS\u001b[22m  \u001b[1mSTATE\u001b[22m\n' +
      'ana@acme.io  Ana       2  \u001b[33mdeactivated\u001b[39m\n',
  );
});

test('one stream may be coloured and the other not', async () => {
  const { out, text } = capture({ env, stdout: new Capture(false), stderr: new Capture(true, 80) });
  await out.list(people, [person()]);
  await out.error(notFoundError('no such account', { hint: 'tenantctl accounts list' }));
  const { stdout, stderr } = await text();
  expect(stdout).not.toContain('\u001b');
  expect(stderr).toBe(
    '\u001b[31mError:\u001b[39m no such account\n' +
      '  Try:  \u001b[1mtenantctl accounts list\u001b[22m\n' +
      '\u001b[2m  Code: not_found\u001b[22m\n',
  );
});

test.each([{ env: { ...env, NO_COLOR: '1' } }, { env, color: 'never' as const }])(
  '%j writes no escape',
  async (options) => {
    const { out, text } = capture({ tty: true, ...options });
    await out.list(people, [person()]);
    await out.item(people, person());
    await out.error(new Error('x'));
    expect(Object.values(await text()).join('')).not.toContain('\u001b');
  },
);

test('--color always colours a table on a terminal only: programs read the other', async () => {
  const { out, text } = capture({ env, color: 'always' });
  await out.list(people, [person()]);
  expect((await text()).stdout).not.toContain('\u001b');
});
