// Builds dist/ (or the folder given): the program as split CommonJS chunks, and the root help as a text for the launcher.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import config from '../rolldown.config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(process.argv[2] ?? join(root, 'dist'));

async function bundle(): Promise<void> {
  const { output, ...input } = config;
  const build = await rolldown({ ...input, cwd: root });
  await build.write({ ...output, dir: folder });
  await build.close();
}

/** What the program itself prints, plain: no colour, and the width that it takes without a terminal. */
function rootHelp(): string {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '', CLICOLOR_FORCE: '', COLUMNS: '' };
  const script = `require(process.argv[1]).main(['--help'])`;
  const done = spawnSync(process.execPath, ['-e', script, join(folder, 'main.cjs')], {
    encoding: 'utf8',
    env,
  });
  if (done.status === 0 && done.stdout.trim() !== '') return done.stdout;
  throw new Error(`the built program did not print its help (exit ${done.status}):\n${done.stderr}`);
}

await bundle();
writeFileSync(join(folder, 'help.txt'), rootHelp());
