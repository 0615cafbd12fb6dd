// Builds dist/ (or the folder given): the program as split CommonJS chunks, and every command's help as a text for the launcher.
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import config from '../rolldown.config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(process.argv[2] ?? join(root, 'dist'));
/** Made beside the old one and put in its place whole, so that a program started meanwhile finds all its parts. */
const fresh = `${folder}.fresh`;

async function bundle(): Promise<void> {
  const { output, ...input } = config;
  const build = await rolldown({ ...input, cwd: root });
  await build.write({ ...output, dir: fresh });
  await build.close();
}

/**
 * What the program itself prints as the help of every command, plain: no colour, and the width that it takes without
 * a terminal. One process asks for them all, since it is the start that costs.
 */
const collect = `
  const { main } = require(process.argv[1]);
  const write = process.stdout.write.bind(process.stdout);
  process.setMaxListeners(0);
  let text = '';
  process.stdout.write = (chunk, encoding, done) => {
    text += chunk;
    const ready = typeof encoding === 'function' ? encoding : done;
    if (ready) ready();
    return true;
  };
  const printed = async (args) => {
    text = '';
    if ((await main(args)) !== 0 || text.trim() === '') throw new Error(args.join(' ') + ' printed no help');
    return text;
  };
  (async () => {
    const verbs = JSON.parse(await printed(['commands', '--json'])).map((command) => command.path.split(' '));
    const paths = new Map([['tenantctl', []]]);
    for (const verb of verbs) {
      for (let depth = 1; depth <= verb.length; depth += 1) paths.set(['tenantctl', ...verb.slice(0, depth)].join('.'), verb.slice(0, depth));
    }
    const texts = {};
    for (const [name, words] of paths) texts[name] = await printed([...words, '--help']);
    process.stdout.write = write;
    write(JSON.stringify(texts));
  })();
`;

function helpTexts(): Record<string, string> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '', CLICOLOR_FORCE: '', COLUMNS: '' };
  const done = spawnSync(process.execPath, ['-e', collect, join(fresh, 'main.cjs')], {
    encoding: 'utf8',
    env,
    maxBuffer: 16 * 1024 * 1024,
  });
  // oxlint-disable-next-line typescript/no-unsafe-return -- printed by `collect`, above
  if (done.status === 0 && done.stdout.trim() !== '') return JSON.parse(done.stdout);
  throw new Error(`the built program did not print its help (exit ${done.status}):\n${done.stderr}`);
}

rmSync(fresh, { recursive: true, force: true });
await bundle();
mkdirSync(join(fresh, 'help'), { recursive: true });
for (const [name, text] of Object.entries(helpTexts()))
  writeFileSync(join(fresh, 'help', `${name}.txt`), text);
rmSync(folder, { recursive: true, force: true });
renameSync(fresh, folder);
