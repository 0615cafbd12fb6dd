import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommandRow } from '../../../src/commands/commands/commands.ts';
import { mintToken } from '../../../src/contract/token.ts';
import { anyServer } from '../../support/any-server.ts';
import { newConfigDir, runCli } from '../../support/cli.ts';

const rows = (await runCli('commands --json')).json() as CommandRow[];

/** A help example as words; what the shell would do with the rest of the line is left out. */
function wordsOf(example: string): string[] | null {
  const [command = ''] = example.split(/ (?:\||<|>|&&|;) ?/);
  const words = [...command.matchAll(/[^\s"']*(?:"[^"]*"|'[^']*')[^\s"']*|\S+/g)].map(([word]) =>
    word.replace(/["']/g, ''),
  );
  return words.shift() === 'tenantctl' ? words : null;
}

const examples = rows.flatMap((row) =>
  row.path === 'serve'
    ? []
    : row.examples.flatMap((text) => (wordsOf(text) === null ? [] : [{ text, words: wordsOf(text) ?? [] }])),
);

async function run(words: readonly string[], ...more: string[]) {
  const { send, seen } = anyServer();
  const cwd = newConfigDir();
  for (const name of ['people.csv', 'account.json', 'out.csv'])
    writeFileSync(join(cwd, name), 'email\na@x.io\n');
  for (const name of ['crm.json', 'nightly.json']) writeFileSync(join(cwd, name), '{}');
  const env = { TENANTCTL_TOKEN: mintToken('api'), TENANTCTL_ACCOUNT: 'acme' };
  const stdin = 'a secret line\nanother secret line\n';
  const done = await runCli([...words, '--no-input', '--yes', ...more], { send, env, cwd, stdin });
  return {
    done,
    changed: seen.filter((one) => one.changed).map((one) => `${one.request.method} ${one.request.url}`),
  };
}

describe('every example of every command', () => {
  it.each(examples)('$text says nothing that its spec does not know', async ({ words }) => {
    const { done } = await run(words, '--dry-run');
    expect(done.stderr).not.toMatch(/(Code: |"code":")(bad_command_line|invalid_choice|invalid_value)\b/);
  });

  it.each(examples)('$text --dry-run sends no change', async ({ words }) => {
    expect((await run(words, '--dry-run')).changed).toEqual([]);
  });

  it.each(examples)('$text --read-only sends no change', async ({ words }) => {
    const sent = (await run(words, '--read-only')).changed;
    // The own sign-in is not what --read-only protects.
    expect(sent.filter((request) => !/\/v1\/auth\/(login|logout|refresh)$/.test(request))).toEqual([]);
  });

  it('of a command that says it only reads, changes nothing', async () => {
    const readers = examples.filter(({ words }) => {
      const row = rows.find(({ path }) => words.join(' ').startsWith(path));
      return row !== undefined && !row.writes;
    });
    expect(readers.length).toBeGreaterThan(5);
    for (const { words } of readers) expect([words, (await run(words)).changed]).toEqual([words, []]);
  });
});
