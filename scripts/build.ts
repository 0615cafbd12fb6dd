// Builds dist/: the program as split CommonJS chunks, and the root help as a text that the launcher prints.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import config from '../rolldown.config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

async function bundle(): Promise<void> {
  const { output, ...input } = config;
  const build = await rolldown({ ...input, cwd: root });
  await build.write(output);
  await build.close();
}

/** The text is what the program itself prints, plain: no colour, and the width that commander takes without a terminal. */
function rootHelp(): string {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '', CLICOLOR_FORCE: '', COLUMNS: '' };
  const script = `require('./dist/main.cjs').main(['--help'])`;
  const done = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8', env });
  if (done.status === 0 && done.stdout.trim() !== '') return done.stdout;
  throw new Error(`the built program did not print its help (exit ${done.status}):\n${done.stderr}`);
}

await bundle();
writeFileSync(`${root}dist/help.txt`, rootHelp());
