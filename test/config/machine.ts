import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Host } from '../../src/config/host.ts';
import type { Keyring } from '../../src/config/keyring.ts';
import type { Paths } from '../../src/config/paths.ts';

/** This machine as the code sees it, with what it said. */
export function machine(changes: Partial<Host> = {}): Host & { readonly warnings: string[] } {
  const warnings: string[] = [];
  return {
    env: {},
    platform: process.platform,
    home: homedir(),
    hostname: hostname(),
    pid: process.pid,
    kill: (pid, signal) => process.kill(pid, signal),
    warn: (message) => warnings.push(message),
    now: () => Date.now(),
    warnings,
    ...changes,
  };
}

export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'tenantctl-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export const pathsIn = (config: string, chosen = false): Paths => ({
  config,
  state: join(config, 'state'),
  cache: join(config, 'cache'),
  chosen,
});

/** A keyring that remembers, and fails where a test says so. */
export function fakeKeyring(
  failing: Partial<Keyring> = {},
): Keyring & { readonly entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    get: async (user) => entries.get(user) ?? null,
    set: async (user, secret) => void entries.set(user, secret),
    remove: async (user) => entries.delete(user),
    ...failing,
  };
}

/** A program of test/config/children, in a process of its own. */
export function child(script: string, ...args: string[]): ChildProcess {
  const path = join(import.meta.dirname, 'children', script);
  const started = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void started.kill('SIGKILL'));
  return started;
}

/** Its standard output once it ended well. */
export async function output(started: ChildProcess): Promise<string> {
  let text = '';
  started.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  const [code, signal] = await once(started, 'close');
  if (code !== 0) throw new Error(`the child ended with ${code ?? signal}`);
  return text;
}
