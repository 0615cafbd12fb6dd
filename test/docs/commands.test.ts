import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileAtRoot } from '../../scripts/generated-file.ts';
import { mintToken } from '../../src/contract/token.ts';
import { anyServer } from '../support/any-server.ts';
import { newConfigDir, runCli } from '../support/cli.ts';

const root = fileAtRoot('');
const pages = globSync(['*.md', 'docs/**/*.md', 'examples/ci/*'], { cwd: root }).filter(
  (page) => page !== 'docs/cli.md' && page !== 'CHANGELOG.md',
);

/** Lines that somebody will type or paste, from code blocks and from pipelines. */
function commandsIn(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = page.endsWith('.md')
    ? [...text.matchAll(/^```[\s\S]*?^```/gm)].map(([block]) => block)
    : [text];
  const lines = blocks.join('\n').split('\n');
  return lines.flatMap((line) => {
    const found = /^(?:[\s#-]*(?:run: )?|\$ )(?:[A-Z_]+=\S+ )*(?:npx )?tenantctl (.+)$/.exec(line);
    return found?.[1] === undefined ? [] : [found[1]];
  });
}

function wordsOf(command: string): string[] {
  const [typed = ''] = command.split(/ (?:\||<|>|&&|\|\||;|#) ?/);
  return [...typed.matchAll(/[^\s"']*(?:"[^"]*"|'[^']*')[^\s"']*|\S+/g)].map(([word]) =>
    word.replace(/["']/g, ''),
  );
}

const commands = pages.flatMap((page) => commandsIn(page).map((command) => ({ page, command })));

async function typed(words: readonly string[]) {
  const { send } = anyServer();
  const cwd = newConfigDir();
  for (const name of ['people.csv', 'report.csv']) writeFileSync(join(cwd, name), 'email\na@x.io\n');
  const env = { TENANTCTL_TOKEN: mintToken('api'), TENANTCTL_ACCOUNT: 'acme' };
  return await runCli([...words, '--no-input', '--yes', '--dry-run'], {
    send,
    env,
    cwd,
    stdin: 'one\ntwo\n',
  });
}

describe('commands that the pages name', () => {
  it('are found', () => {
    expect(new Set(commands.map(({ page }) => page))).toEqual(
      new Set([
        'README.md',
        'docs/billing.md',
        'docs/contacts.md',
        'docs/credits.md',
        'docs/estate-apply.md',
        'docs/estate-diff.md',
        'docs/estate.md',
        'docs/forms.md',
        'docs/onboarding.md',
        'docs/operating.md',
        'docs/parsers.md',
        'docs/records.md',
        'docs/three-environments.md',
        'docs/umbrella.md',
        'examples/ci/estate-environment.github-actions.yml',
        'examples/ci/estate.github-actions.yml',
        'examples/ci/estate.gitlab-ci.yml',
        'examples/ci/github-actions.yml',
        'examples/ci/gitlab-ci.yml',
      ]),
    );
  });

  it.each(commands.filter(({ command }) => !/^(?:serve|help)\b/.test(command)))(
    '$page: tenantctl $command',
    async ({ command }) => {
      const { stderr } = await typed(wordsOf(command));
      expect(stderr).not.toMatch(/(Code: |"code":")(bad_command_line|invalid_choice|invalid_value)\b/);
    },
  );

  it('would be noticed if they were wrong', async () => {
    expect((await typed(['accounts', 'create', 'Acme', '--nope'])).stderr).toContain('bad_command_line');
  });
});
