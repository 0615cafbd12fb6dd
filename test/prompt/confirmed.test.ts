import { describe, expect, test } from 'vitest';
import { createOutput } from '../../src/output/output.ts';
import { type Confirmation, confirmed } from '../../src/prompt/confirmed.ts';
import { terminal } from './terminal.ts';

function guard(over = {}) {
  const place = terminal(over);
  const out = createOutput({ stdout: place.stderr, stderr: place.stderr, env: {}, quiet: true });
  return { ...place, guard: { prompt: place.prompt, out } };
}

const removal: Confirmation = {
  weight: 'yes',
  what: 'remove ana@acme.io',
  consequences: ['2 tokens end', '3 workspaces lose\na \u001b[31mmember'],
  command: 'tenantctl members remove ana@acme.io',
};
const deletion: Confirmation = {
  weight: 'slug',
  what: 'delete account acme',
  slug: 'acme',
  command: 'tenantctl accounts delete acme',
};
const shownFirst =
  'This will remove ana@acme.io:\n  - 2 tokens end\n  - 3 workspaces lose a \\x1b[31mmember\n';
const noTerminal = { interactive: false };

describe('weight none', () => {
  test('goes on without a word', async () => {
    const { guard: given, raw } = guard(noTerminal);
    await confirmed({ ...removal, weight: 'none' }, given);
    expect(raw()).toBe('');
  });
});

describe('weight yes', () => {
  test('--yes shows what will be lost, even with --quiet, and goes on', async () => {
    const { guard: given, raw } = guard(noTerminal);
    await confirmed({ ...removal, yes: true }, given);
    expect(raw()).toBe(shownFirst);
  });

  test('is asked after what will be lost', async () => {
    const { guard: given, when, shown } = guard();
    const done = confirmed(removal, given);
    await when('Go on?', 'y\n');
    await done;
    expect(shown().startsWith(shownFirst)).toBe(true);
  });

  test('no is 8', async () => {
    const { guard: given, when } = guard();
    const refused = confirmed(removal, given).catch((error: unknown) => error);
    await when('Go on?', 'n\n');
    expect(await refused).toMatchObject({
      exitCode: 8,
      code: 'declined',
    });
  });

  test('without a terminal it is 8 and the whole command is named', async () => {
    const { guard: given } = guard(noTerminal);
    await expect(confirmed(removal, given)).rejects.toMatchObject({
      exitCode: 8,
      code: 'confirmation_required',
      message: 'this needs --yes',
      hint: 'tenantctl members remove ana@acme.io --yes',
    });
  });
});

describe('weight slug', () => {
  test('--confirm with the slug goes on', async () => {
    const { guard: given, raw } = guard(noTerminal);
    await confirmed({ ...deletion, confirm: 'acme' }, given);
    expect(raw()).toBe('This will delete account acme.\n');
  });

  test('--yes is not enough', async () => {
    const { guard: given } = guard(noTerminal);
    await expect(confirmed({ ...deletion, yes: true }, given)).rejects.toMatchObject({
      exitCode: 8,
      message: 'this needs --confirm acme (--yes is not enough)',
      hint: 'tenantctl accounts delete acme --confirm acme',
    });
  });

  test.each(['acne', '', 'ACME', 'acme-2'])('--confirm %j is 8, also on a terminal', async (confirm) => {
    const { guard: given } = guard();
    await expect(confirmed({ ...deletion, confirm }, given)).rejects.toMatchObject({
      exitCode: 8,
      code: 'confirmation_mismatch',
    });
  });

  test('the slug typed goes on', async () => {
    const { guard: given, when } = guard();
    const done = confirmed(deletion, given);
    await when('Type acme to confirm', 'acme\n');
    await expect(done).resolves.toBeUndefined();
  });

  test('something else typed is 8 at once', async () => {
    const { guard: given, when, shown } = guard();
    const refused = confirmed(deletion, given).catch((error: unknown) => error);
    await when('Type acme to confirm', 'yes\n');
    expect(await refused).toMatchObject({ exitCode: 8 });
    expect(shown()).not.toContain('This will delete account acme.\nThis');
  });

  test('without a slug to type it is a mistake of ours', async () => {
    const { guard: given } = guard();
    await expect(confirmed({ ...deletion, slug: '' }, given)).rejects.toThrow(TypeError);
  });
});
