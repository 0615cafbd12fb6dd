// What a start costs, as CPU time against `node -e 0`: npm run build && npm run startup -- [pairs]
// The two are measured in turn, so that a busy machine slows both; the figure is the median of the ratios.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mintToken } from '../src/contract/token.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pairs = Number(process.argv[2] ?? 21);
const launcher = join(root, 'bin/tenantctl.js');
const folder = mkdtempSync(join(tmpdir(), 'tenantctl-startup-'));

const account = {
  id: 'acc_06f5kq3y8x7m9n2p4r6s8t0v2w',
  slug: 'acme',
  name: 'Acme',
  kind: 'standard',
  state: 'active',
  plan: 'basic',
  role: 'admin',
  seats: { used: 1, limit: 5 },
  labels: {},
  revision: 1,
  created_at: '2026-01-01T00:00:00.000Z',
};

/** Answers every list with one account: what is measured is the tool, not a server. */
const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ data: [account], next_cursor: null }));
});

/** User and system seconds of one run, or an error that says what it printed. */
function cpu(args: readonly string[], env: Record<string, string>): Promise<number> {
  const script = `TIMEFORMAT='cpu %U %S'; time "$@" >/dev/null`;
  const child = spawn('bash', ['-c', script, 'bash', process.execPath, ...args], { env, cwd: folder });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
      if (code === 0 && user !== undefined) resolve(Number(user) + Number(system));
      else reject(new Error(`${args.join(' ')} ended with ${code}: ${stderr}`));
    });
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function measure(name: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  await cpu(args, env);
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const bare = await cpu(['-e', '0'], env);
    ratios.push((await cpu(args, env)) / bare);
  }
  process.stdout.write(`${name.padEnd(32)} ${median(ratios).toFixed(2)}\n`);
}

server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  TENANTCTL_CONFIG_DIR: join(folder, 'config'),
  TENANTCTL_API_URL: `http://127.0.0.1:${port}`,
  TENANTCTL_TOKEN: mintToken('api'),
};
try {
  await measure('node -e 0', ['-e', '0'], env);
  await measure('tenantctl --version', [launcher, '--version'], env);
  await measure('tenantctl --help', [launcher, '--help'], env);
  await measure('tenantctl accounts --help', [launcher, 'accounts', '--help'], env);
  await measure('tenantctl accounts list --help', [launcher, 'accounts', 'list', '--help'], env);
  await measure('tenantctl accounts list', [launcher, 'accounts', 'list'], env);
  await measure('tenantctl accounts list --json', [launcher, 'accounts', 'list', '--json'], env);
} finally {
  server.close();
  rmSync(folder, { recursive: true, force: true });
}
