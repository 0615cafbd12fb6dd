import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { newConfigDir } from '../support/cli.ts';

const script = fileURLToPath(new URL('../../scripts/dev.ts', import.meta.url));

/** The tool as a process of its own, from source; stdin stays open. */
function start(words: readonly string[]) {
  const env = { PATH: process.env.PATH, TENANTCTL_CONFIG_DIR: newConfigDir(), TENANTCTL_KEYRING: '0' };
  const child = spawn(process.execPath, [script, ...words], { env, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  const waiting: { text: string; go: () => void }[] = [];
  const look = () => {
    for (const one of waiting) if (`${stdout}${stderr}`.includes(one.text)) one.go();
  };
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    look();
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    look();
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((done) =>
    child.on('close', (code) => done({ code, stdout, stderr })),
  );
  const shows = (text: string) => new Promise<void>((go) => waiting.push({ text, go }));
  return { child, ended, shows };
}

describe('a process', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('that waits for its input ends on %s', async (signal, code) => {
    const url = ['--api-url', 'http://127.0.0.1:9'];
    const { child, ended } = start(['login', '--with-token', '--debug', ...url]);
    // It has nothing to say while it waits: the signal handlers stand when main has loaded.
    setTimeout(() => child.kill(signal), 1500);
    expect(await ended).toEqual({ code, stdout: '', stderr: '' });
  });

  it('that serves ends well on SIGTERM', async () => {
    const { child, ended, shows } = start([
      'serve',
      '--dev',
      '--port',
      '0',
      '--data',
      newConfigDir(),
      '--json',
    ]);
    await shows('"ready"');
    child.kill('SIGTERM');
    const done = await ended;
    expect([done.code, JSON.parse(done.stdout).event]).toEqual([0, 'ready']);
  });

  it('whose reader goes away ends with 0', async () => {
    const { child, ended } = start(['commands', '--json']);
    child.stdout.destroy();
    expect((await ended).code).toBe(0);
  });
});
