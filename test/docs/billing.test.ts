import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { fileAtRoot } from '../../scripts/generated-file.ts';
import { Cli } from '../support/cli.ts';
import { startServer } from '../support/server.ts';

interface Shown {
  readonly command: string;
  readonly output: string;
}

/** Commands of the page's console blocks, each with what the page says it prints. */
function shown(page: string): Shown[] {
  const text = readFileSync(fileAtRoot(page), 'utf8');
  return [...text.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block
      .split(/^\$ tenantctl /m)
      .slice(1)
      .map((part) => {
        const [command = '', ...output] = part.split('\n');
        return { command, output: output.join('\n') };
      }),
  );
}

it('the example of docs/billing.md is what happens', async () => {
  const server = await startServer({ setup: { dev: true } });
  const cli = new Cli(server);
  await cli.signIn('ana@acme.example');
  await cli.ok('login --with-token --profile local-staff', { stdin: await server.staffToken() });
  await cli.ok('accounts create Acme --slug acme');
  await cli.ok('accounts use acme');
  const said: Shown[] = [];
  const page = shown('docs/billing.md');
  expect(page.length).toBeGreaterThan(8);
  for (const { command } of page) {
    const { code, stdout, stderr } = await cli.run(command, { tty: true });
    expect([command, code, code === 0 ? '' : stderr]).toEqual([command, 0, '']);
    said.push({ command, output: stripVTControlCharacters(stdout) });
  }
  expect(said).toEqual(page);
});
