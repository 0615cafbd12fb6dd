import { describe, expect, test } from 'vitest';
import { terminal } from './terminal.ts';

const yes = { message: 'Go on?', flag: '--yes', hint: 'tenantctl members remove ana --yes' };
const email = { message: 'E-mail address', flag: '--email' };

const thrown = (error: unknown) => error;

describe('on a terminal', () => {
  test('questions are written to stderr and answered from stdin', async () => {
    const { prompt, when, shown } = terminal();
    const answer = prompt.input(email);
    await when('E-mail address', ' ana@acme.io \n');
    expect(await answer).toBe('ana@acme.io');
    expect(shown()).toContain('E-mail address');
  });

  test.each([
    ['y\n', true],
    ['n\n', false],
    ['\n', false],
  ])('confirm takes %j for %s', async (keys, expected) => {
    const { prompt, when } = terminal();
    const answer = prompt.confirm(yes);
    await when('Go on? (y/N)', keys);
    expect(await answer).toBe(expected);
  });

  test('a password is masked', async () => {
    const { prompt, when, shown } = terminal();
    const answer = prompt.password({ message: 'Password', flag: '--password-stdin' });
    await when('Password', 'correct horse\n');
    expect(await answer).toBe('correct horse');
    expect(shown()).not.toContain('horse');
    expect(shown()).toContain('*****');
  });

  test('select moves by arrow keys', async () => {
    const { prompt, when } = terminal();
    const choices = [
      { name: 'Acme', value: 'acc_1' },
      { name: 'Beta', value: 'acc_2' },
    ];
    const answer = prompt.select({ message: 'Account', flag: '--account', choices });
    await when('Beta', '\u001b[B\n');
    expect(await answer).toBe('acc_2');
  });

  test('search narrows by what is typed, and takes nothing that it is still looking for', async () => {
    const { prompt, when, shown } = terminal();
    const asked: string[] = [];
    const names = ['acme', 'acme-dev', 'beta'];
    const find = async (text: string) => {
      asked.push(text);
      return names.filter((name) => name.includes(text)).map((name) => ({ name, value: `id of ${name}` }));
    };
    const answer = prompt.search({ message: 'Account', flag: '--account', find });
    await when('beta', '-dev');
    await when('Account -dev', '\n');
    expect(await answer).toBe('id of acme-dev');
    expect([asked[0], asked.at(-1)]).toEqual(['', '-dev']);
    expect(shown()).toContain('acme-dev');
  });

  test('typed gives back what was typed', async () => {
    const { prompt, when } = terminal();
    const answer = prompt.typed('acme', { flag: '--confirm acme' });
    await when('Type acme to confirm', 'acne\n');
    expect(await answer).toBe('acne');
  });

  test('names from the API cannot act on the terminal', async () => {
    const { prompt, when, raw } = terminal();
    const answer = prompt.confirm({ ...yes, message: 'Remove \u001b]0;x\u0007\u202eAna?' });
    await when('Remove', 'n\n');
    await answer;
    expect(raw()).toContain('Remove \\x1b]0;x\\x07\\u202eAna?');
  });

  test('Ctrl-C is 130', async () => {
    const { prompt, when } = terminal();
    const [error] = await Promise.all([prompt.input(email).catch(thrown), when('E-mail address', '\u0003')]);
    expect(error).toMatchObject({ outcome: 'interrupted', exitCode: 130 });
  });

  test.each([
    ['Ctrl-D', (stdin: NodeJS.WritableStream) => stdin.write('\u0004')],
    ['the end of the input', (stdin: NodeJS.WritableStream) => stdin.end()],
  ])('%s leaves no open question behind', async (_name, end) => {
    const { prompt, stdin, when } = terminal();
    const answer = prompt.confirm(yes).catch(thrown);
    await when('Go on?', '');
    end(stdin);
    expect(await answer).toMatchObject({ outcome: 'confirmation', exitCode: 8 });
  });

  test('several questions in a row are asked one after the other', async () => {
    const { prompt, when } = terminal();
    const first = prompt.input(email);
    await when('E-mail address', 'a@b.c\n');
    expect(await first).toBe('a@b.c');
    const second = prompt.confirm(yes);
    await when('Go on?', 'y\n');
    expect(await second).toBe(true);
  });
});

describe('where nobody can be asked', () => {
  const places: [string, Parameters<typeof terminal>[0], Parameters<typeof terminal>[1]?][] = [
    ['stdin is no terminal', {}, { stdin: false, stderr: true }],
    ['stderr is no terminal', {}, { stdin: true, stderr: false }],
    ['--no-input', { interactive: false }],
    ['TENANTCTL_NO_INPUT', { env: { TENANTCTL_NO_INPUT: '1' } }],
    ['CI', { env: { CI: 'true' } }],
  ];
  test.each(places)('%s: the flag is named, nothing is written', async (_name, over, tty) => {
    const { prompt, raw } = terminal(over, tty);
    expect(prompt.allowed).toBe(false);
    const usage = { outcome: 'usage', code: 'missing_flag', message: '--email is missing' };
    await expect(prompt.input(email)).rejects.toMatchObject(usage);
    await expect(prompt.password(email)).rejects.toMatchObject(usage);
    await expect(prompt.select({ ...email, choices: [] })).rejects.toMatchObject(usage);
    await expect(prompt.search({ ...email, find: async () => [] })).rejects.toMatchObject(usage);
    await expect(prompt.confirm(yes)).rejects.toMatchObject({
      outcome: 'confirmation',
      message: 'this needs --yes',
      hint: 'tenantctl members remove ana --yes',
    });
    await expect(prompt.typed('acme', { flag: '--confirm acme' })).rejects.toMatchObject({
      outcome: 'confirmation',
      message: 'this needs --confirm acme',
    });
    expect(raw()).toBe('');
  });

  test.each([{ CI: 'false' }, { CI: '0' }, { CI: '' }, { TENANTCTL_NO_INPUT: '0' }])(
    '%j is a terminal still',
    (env) => {
      expect(terminal({ env }).prompt.allowed).toBe(true);
    },
  );

  test('an answer that waits on a pipe is not taken', async () => {
    const { prompt, stdin } = terminal({}, { stdin: false, stderr: true });
    stdin.write('y\n');
    await expect(prompt.confirm(yes)).rejects.toMatchObject({ outcome: 'confirmation' });
    expect(String(stdin.read())).toBe('y\n');
  });
});

test('a mark stands before every question', async () => {
  const marked = () => terminal({ mark: async () => '[acme-dev] ' });
  const asked: [(prompt: ReturnType<typeof terminal>['prompt']) => Promise<unknown>, string, string][] = [
    [(prompt) => prompt.confirm(yes), '[acme-dev] Go on? (y/N)', 'y\n'],
    [(prompt) => prompt.input(email), '[acme-dev] E-mail address', 'a@x.io\n'],
    [(prompt) => prompt.password({ message: 'Password', flag: '--p' }), '[acme-dev] Password', 'word\n'],
    [
      (prompt) => prompt.typed('acme', { flag: '--confirm acme' }),
      '[acme-dev] Type acme to confirm',
      'acme\n',
    ],
    [
      (prompt) => prompt.select({ message: 'Account', flag: '--a', choices: [{ name: 'A', value: 1 }] }),
      '[acme-dev] Account',
      '\n',
    ],
  ];
  for (const [ask, text, keys] of asked) {
    const { prompt, when, shown } = marked();
    const answer = ask(prompt);
    await when(text, keys);
    await answer;
    expect(shown()).toContain(text);
  }
});
