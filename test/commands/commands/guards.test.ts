import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommandRow } from '../../../src/commands/commands/commands.ts';
import { mintToken } from '../../../src/contract/token.ts';
import { anyServer } from '../../support/any-server.ts';
import { newConfigDir, runCli } from '../../support/cli.ts';
import { endless } from '../../support/endless.ts';

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
  endless.has(row.path)
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
  // In front: behind a `--` they would be the other program's.
  const line = ['--no-input', '--yes', ...more, ...words];
  const done = await runCli(line, { send, env, cwd, stdin, runProgram: async () => 0 });
  return {
    done,
    changed: seen
      .filter((one) => one.changed)
      .map(({ request }) => ({ what: `${request.method} ${request.url}`, body: request.body ?? '' })),
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
    // The own sign-in is not what --read-only protects; one to a managed account is made read-only by it.
    const signIn = ({ what, body }: (typeof sent)[number]) =>
      /\/v1\/auth\/(login|logout|refresh)$/.test(what) ||
      (what.endsWith('/delegations') && body.includes('"mode":"read_only"'));
    expect(sent.filter((request) => !signIn(request))).toEqual([]);
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
