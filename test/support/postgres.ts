import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's login; empty when there is no PostgreSQL. */
    postgresUrl: string;
    /** Names what this run makes, so that two runs on one server do not meet. */
    postgresRun: string;
  }
}

const START_TIMEOUT_MS = 30_000;
const DEBIAN_ROOT = '/usr/lib/postgresql';

interface Identity {
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root: then it runs as the `postgres` user. */
function identity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  if (line === undefined)
    throw new Error('PostgreSQL does not run as root, and there is no user named postgres');
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** The folder that holds initdb and postgres: on PATH, or Debian's newest. */
function binaries(): string | undefined {
  const debian = existsSync(DEBIAN_ROOT)
    ? readdirSync(DEBIAN_ROOT).sort((a, b) => Number(b) - Number(a))
    : [];
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...debian.map((version) => join(DEBIAN_ROOT, version, 'bin')),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no free port on 127.0.0.1'));
      });
    });
  });
}

function initialise(bin: string, directory: string, password: string, as: Identity | undefined): void {
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (as !== undefined) for (const path of [directory, passwordFile]) chownSync(path, as.uid, as.gid);
  const result = spawnSync(
    join(bin, 'initdb'),
    [
      `--pgdata=${join(directory, 'data')}`,
      '--username=test',
      `--pwfile=${passwordFile}`,
      '--auth=password',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
    ],
    { ...as, cwd: directory, encoding: 'utf8' },
  );
  if (result.status !== 0) throw new Error(`initdb failed: ${result.stderr || result.error}`);
}

async function untilReady(url: string, server: ChildProcess, log: () => string): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (server.exitCode !== null || Date.now() > end) {
        throw new Error(`the test PostgreSQL did not start: ${log()}`, { cause: error });
      }
      await sleep(50);
    }
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
  server.kill('SIGINT');
  await ended;
}

/**
 * A private cluster in a temporary folder, behind a random password on a loopback port. It syncs as a real one
 * does; only autovacuum is off, which would meet the template while it is cloned.
 */
async function startCluster(bin: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const as = identity();
  const directory = mkdtempSync(join(tmpdir(), 'tenantctl-postgres-'));
  const password = randomBytes(16).toString('hex');
  initialise(bin, directory, password, as);
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'max_connections=200',
    'autovacuum=off',
    'shared_buffers=64MB',
  ];
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', join(directory, 'data'), ...settings.flatMap((setting) => ['-c', setting])],
    { ...as, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  server.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4000);
  });
  // For a run that ends without its teardown; SIGQUIT is PostgreSQL's immediate shutdown.
  process.once('exit', () => server.kill('SIGQUIT'));
  const url = `postgres://test:${password}@127.0.0.1:${port}/postgres`;
  const end = async () => {
    await stop(server);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await untilReady(url, server, () => log);
  } catch (error) {
    await end();
    throw error;
  }
  return { url, stop: end };
}

export function templateName(run: string): string {
  return `tenantctl_template_${run}`;
}

async function dropTemplate(url: string, run: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`drop database if exists ${templateName(run)}`);
  await client.end();
}

/** A cluster of our own for what is no test; null when PostgreSQL is not installed. */
export async function privatePostgres(): Promise<{ url: string; stop: () => Promise<void> } | null> {
  const bin = binaries();
  return bin === undefined ? null : await startCluster(bin);
}

/** Vitest's global setup: TEST_DATABASE_URL, or a cluster of our own, or a loud word that there is none. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const run = randomBytes(6).toString('hex');
  project.provide('postgresRun', run);
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    project.provide('postgresUrl', given);
    return () => dropTemplate(given, run);
  }
  const bin = binaries();
  if (bin !== undefined) {
    const cluster = await startCluster(bin);
    project.provide('postgresUrl', cluster.url);
    return cluster.stop;
  }
  const message =
    'PostgreSQL is not installed (no initdb on PATH or in /usr/lib/postgresql/*/bin), and TEST_DATABASE_URL is not set';
  if (process.env.CI === 'true') throw new Error(`${message}: under CI the PostgreSQL tests must run`);
  process.stderr.write(`\n*** SKIPPED: every test on PostgreSQL. ${message}. ***\n\n`);
  project.provide('postgresUrl', '');
  return undefined;
}
