import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** A package of its own with a built program that only tells what it was called with. */
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantctl-launcher-'));
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  mkdirSync(join(folder, 'dist/help'), { recursive: true });
  writeFileSync(join(folder, 'dist/help/tenantctl.txt'), 'the help\n');
  writeFileSync(join(folder, 'dist/help/tenantctl.accounts.list.txt'), 'how to list\n');
  const program = `exports.main = async (argv) => { console.log(JSON.stringify(argv)); process.exitCode = 7; };`;
  writeFileSync(join(folder, 'dist/main.cjs'), program);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Options {
  readonly env?: Record<string, string>;
  readonly node?: readonly string[];
}

function launch(args: readonly string[], { env = {}, node = [] }: Options = {}) {
  const done = spawnSync(process.execPath, [...node, join(folder, 'bin/tenantctl.js'), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
  });
  return { code: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** The launcher sees `process.versions` of another Node. */
function launchOn(nodeVersion: string) {
  const preload = join(folder, 'version.cjs');
  writeFileSync(
    preload,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: process.env.AS_NODE } });`,
  );
  return launch(['--version'], { node: ['-r', preload], env: { AS_NODE: nodeVersion } });
}

describe('the launcher', () => {
  test.each(['22.22.2', '22.23.0', '24.15.0', '24.21.0', '26.0.0', '28.1.2'])('runs on Node %s', (node) => {
    expect(launchOn(node)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each(['12.22.0', '18.20.4', '20.20.2', '22.22.1', '23.11.0', '24.14.9', '25.0.0'])(
    'refuses Node %s in one sentence',
    (node) => {
      const wanted = '^22.22.2 || ^24.15.0 || >=26';
      expect(launchOn(node)).toEqual({
        code: 1,
        stdout: '',
        stderr: `tenantctl: needs Node ${wanted}, and this is Node ${node}.\n`,
      });
    },
  );

  test('states the floor that package.json states', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(manifest.engines.node).toBe('^22.22.2 || ^24.15.0 || >=26');
  });

  test.each([['--version'], ['-V'], ['version']])('answers %s by itself', (word) => {
    expect(launch([word])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([[['--help']], [['-h']], [['help']], [[]]])('prints the built help for %j', (args) => {
    expect(launch(args)).toEqual({ code: 0, stdout: 'the help\n', stderr: '' });
  });

  test.each([[['accounts', 'list', '--help']], [['accounts', 'list', '-h']]])(
    'prints the built help for %j',
    (args) => {
      expect(launch(args)).toEqual({ code: 0, stdout: 'how to list\n', stderr: '' });
    },
  );

  test.each([
    [['accounts', 'list']],
    [['--version', '--json']],
    [['help', 'accounts']],
    [['--', '-h']],
    [['accounts', 'nothing', '--help']],
    [['accounts', '--json', '--help']],
    [['../accounts', '--help']],
  ])('hands %j to the program, and its exit code back', (args) => {
    expect(launch(args)).toEqual({ code: 7, stdout: `${JSON.stringify(args)}\n`, stderr: '' });
  });

  test('keeps the compile cache in the user’s own folder, for nobody else to write', () => {
    launch(['accounts', 'list'], { env: { XDG_CACHE_HOME: join(folder, 'cache') } });
    const listing = spawnSync('ls', ['-ld', join(folder, 'cache/tenantctl')], { encoding: 'utf8' }).stdout;
    expect(listing).toMatch(/^drwx------/);
  });

  test('runs without a cache where none can be made', () => {
    const done = launch(['x'], { env: { XDG_CACHE_HOME: join(folder, 'package.json') } });
    expect(done).toEqual({ code: 7, stdout: '["x"]\n', stderr: '' });
  });

  test('names the build when there is none', () => {
    rmSync(join(folder, 'dist'), { recursive: true });
    expect(launch(['accounts', 'list'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'tenantctl: this checkout is not built yet. Try: npm run build\n',
    });
  });
});
