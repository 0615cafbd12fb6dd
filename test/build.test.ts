import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mintToken } from '../src/contract/token.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A build of its own, below node_modules so that what stays outside the build is found as usual. */
let folder = '';

const accounts = { data: [{ id: 'acc_1', slug: 'acme', seats: { used: 1, limit: 5 } }], next_cursor: null };
const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(accounts));
});

beforeAll(async () => {
  folder = mkdtempSync(join(root, 'node_modules/.tenantctl-build-'));
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  const script = [join(root, 'scripts/build.ts'), join(folder, 'dist')];
  const built = spawnSync(process.execPath, script, { encoding: 'utf8' });
  expect(built).toMatchObject({ status: 0, stderr: '' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function environment(): Record<string, string> {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    TENANTCTL_CONFIG_DIR: join(folder, 'config'),
    TENANTCTL_API_URL: `http://127.0.0.1:${port}`,
    TENANTCTL_TOKEN: mintToken('api'),
  };
}

async function run(args: readonly string[]) {
  const child = spawn(process.execPath, args, { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

describe('the build', () => {
  test.each([[], ['accounts'], ['accounts', 'create'], ['accounts', 'address-rules', 'show']])(
    'has the help that the program prints from source: %j %j %j',
    async (...words) => {
      const fromSource = await run([join(root, 'scripts/dev.ts'), ...words, '--help']);
      const built = await run([join(folder, 'bin/tenantctl.js'), ...words, '--help']);
      expect(built).toEqual({ ...fromSource, code: 0 });
      expect(existsSync(join(folder, 'dist/help', `${['tenantctl', ...words].join('.')}.txt`))).toBe(true);
    },
  );

  test('makes a request, and loads none of the modules that are dear and not needed for it', async () => {
    const listing = join(folder, 'loaded.txt');
    const preload = join(folder, 'preload.cjs');
    const code = `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(listing)}, process.moduleLoadList.join('\\n')))`;
    writeFileSync(preload, code);
    const launcher = join(folder, 'bin/tenantctl.js');
    expect(await run(['-r', preload, launcher, 'accounts', 'list', '-o', 'json'])).toEqual({
      code: 0,
      stdout: `${JSON.stringify(accounts.data, null, 2)}\n`,
      stderr: '',
    });
    const loaded = readFileSync(listing, 'utf8').split('\n');
    const dear = [
      'internal/deps/undici/undici',
      'http2',
      'tls',
      'assert',
      'child_process',
      'readline',
      'sqlite',
    ];
    expect(dear.filter((name) => loaded.includes(`NativeModule ${name}`))).toEqual([]);
    // Otherwise the list above would be clean for want of a request.
    expect(loaded).toContain('NativeModule net');
  });
});
