import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../scripts/setup.cjs', import.meta.url));

/** An npm that fetches a marked Node, and for `ci` leaves what a real one leaves. It writes down how it was called. */
const fakeNpm = `
  const fs = require('fs');
  const path = require('path');
  const args = process.argv.slice(2);
  const call = { args, folder: process.cwd(), byFetchedNode: process.env.FETCHED === 'yes', path: process.env.PATH };
  fs.appendFileSync(process.env.CALLS, JSON.stringify(call) + '\\n');
  console.log('chatter');
  if (args[0] === 'ci' && process.env.CI_FAILS) process.exit(Number(process.env.CI_FAILS));
  fs.mkdirSync('node_modules/node/bin', { recursive: true });
  if (args[0] === 'install') {
    const shell = '#!/bin/sh\\nFETCHED=yes exec "' + process.execPath + '" "$@"\\n';
    fs.writeFileSync('node_modules/node/bin/node', shell, { mode: 0o755 });
  } else {
    fs.mkdirSync('node_modules/@rolldown/binding-here', { recursive: true });
    fs.writeFileSync('node_modules/.package-lock.json', '{}');
  }
`;

let folder = '';
const inFolder = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantctl-setup-test-'));
  mkdirSync(inFolder('scripts'));
  cpSync(script, inFolder('scripts/setup.cjs'));
  writeFileSync(inFolder('npm-cli.js'), fakeNpm);
  const lock = { packages: { 'node_modules/node': { version: '24.21.0' } } };
  writeFileSync(inFolder('package-lock.json'), JSON.stringify(lock));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function setup(env: Record<string, string> = {}) {
  const done = spawnSync(process.execPath, [inFolder('scripts/setup.cjs')], {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      TMPDIR: folder,
      npm_execpath: inFolder('npm-cli.js'),
      CALLS: inFolder('calls'),
      ...env,
    },
  });
  return { code: done.status, stdout: done.stdout, stderr: done.stderr };
}

interface Call {
  readonly args: readonly string[];
  readonly folder: string;
  readonly byFetchedNode: boolean;
  readonly path: string;
}

function calls(): Call[] {
  if (!existsSync(inFolder('calls'))) return [];
  const lines = readFileSync(inFolder('calls'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

describe('scripts/setup.cjs', () => {
  test('fetches the pinned Node alone, and has it run npm ci', () => {
    expect(setup()).toMatchObject({ code: 0, stdout: '' });
    const [first, second, ...more] = calls();
    expect(more).toEqual([]);
    expect(first?.args.slice(0, 4)).toEqual(['install', '--no-save', '--no-package-lock', 'node@24.21.0']);
    expect(first?.folder).not.toBe(folder);
    expect(second).toMatchObject({ folder, byFetchedNode: true });
    expect(second?.args[0]).toBe('ci');
    expect(second?.path.split(':')[0]).toBe(join(first?.folder ?? '', 'node_modules/node/bin'));
    expect(existsSync(first?.folder ?? '')).toBe(false);
  });

  test('does nothing where everything is installed', () => {
    setup();
    expect(setup()).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(calls()).toHaveLength(2);
  });

  test('installs again when the lockfile is newer', () => {
    setup();
    const later = new Date(Date.now() + 5000);
    utimesSync(inFolder('package-lock.json'), later, later);
    setup();
    expect(calls()).toHaveLength(4);
  });

  test('installs again over what an old Node installed without its native parts', () => {
    setup();
    rmSync(inFolder('node_modules/@rolldown/binding-here'), { recursive: true });
    setup();
    expect(calls()).toHaveLength(4);
  });

  test('hands on the code of a failed npm ci, and says what to do', () => {
    const done = setup({ CI_FAILS: '9' });
    expect(done.code).toBe(9);
    expect(done.stderr).toContain('npm ci failed (exit code 9). Check the network');
    expect(existsSync(calls()[0]?.folder ?? '')).toBe(false);
  });

  test('is in syntax that Node 12 reads', () => {
    const text = readFileSync(script, 'utf8');
    expect(text).not.toContain("require('node:");
    const source = text.replaceAll(/\/\/.*|'(?:[^'\\]|\\.)*'/g, '');
    expect(source.match(/\?\.|\?\?|\bconst\b|\blet\b|=>|`|catch \{|\.at\(/g)).toBeNull();
  });
});
