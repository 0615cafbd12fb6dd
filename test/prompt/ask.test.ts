import { expect, test } from 'vitest';
import { ask, type Flag } from '../../src/prompt/ask.ts';
import { terminal } from './terminal.ts';

const email: Flag = {
  name: '--email',
  help: 'address to sign in with',
  required: true,
  prompt: 'E-mail address',
};
const role: Flag = {
  name: '--role',
  help: 'role in the account',
  required: true,
  prompt: 'Role',
  choices: [
    { name: 'User', value: 'user' },
    { name: 'Administrator', value: 'admin' },
  ],
};

test('what is given is taken', async () => {
  expect(await ask(email, 'a@b.c', terminal().prompt)).toBe('a@b.c');
  expect(await ask(role, 'admin', terminal().prompt)).toBe('admin');
});

test('what is given must be one of the choices, and not empty', async () => {
  await expect(ask(role, 'owner', terminal().prompt)).rejects.toMatchObject({
    outcome: 'usage',
    message: '--role owner: not one of user, admin',
  });
  await expect(ask(email, '', terminal().prompt)).rejects.toMatchObject({ outcome: 'usage' });
});

test('what is missing is asked for', async () => {
  const { prompt, when } = terminal();
  const answer = ask(email, undefined, prompt);
  await when('E-mail address', 'a@b.c\n');
  expect(await answer).toBe('a@b.c');
});

test('choices are offered, secrets masked', async () => {
  const choosing = terminal();
  const chosen = ask(role, undefined, choosing.prompt);
  await choosing.when('Administrator', '\u001b[B\n');
  expect(await chosen).toBe('admin');

  const hiding = terminal();
  const secret = ask(
    { ...email, name: '--secret-stdin', prompt: 'Secret', secret: true },
    undefined,
    hiding.prompt,
  );
  await hiding.when('Secret', 'hush\n');
  expect(await secret).toBe('hush');
  expect(hiding.shown()).not.toContain('hush');
});

test('what is missing without a terminal is named', async () => {
  const { prompt } = terminal({ interactive: false });
  await expect(ask(email, undefined, prompt)).rejects.toMatchObject({
    exitCode: 2,
    message: '--email is missing',
  });
  expect(await ask({ ...email, required: false }, undefined, prompt)).toBeUndefined();
});
