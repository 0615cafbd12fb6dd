import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { type RunningServer, type StartOptions, start } from '../../src/server/start.ts';
import { createPostgres, dropPostgres } from '../support/databases.ts';
import { definition } from '../support/parsers.ts';

const running: RunningServer[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tenancy-'));
  folders.push(made);
  return made;
}

async function run(options: StartOptions): Promise<RunningServer> {
  const server = await start({ port: 0, logLevel: 'silent', ...options });
  running.push(server);
  return server;
}

const get = async (server: RunningServer, path: string, token = '') => {
  const response = await fetch(`${server.url}${path}`, {
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
};

const post = (server: RunningServer, path: string, token: string, body: object) =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('a server', () => {
  test('on an empty folder makes the first user, whose session and staff token work at once', async () => {
    const data = folder();
    const server = await run({ data });
    expect(server.data).toBe(data);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(server.session?.user).toMatchObject({ email: 'admin@localhost', staff: true });
    expect((await get(server, '/v1/me', server.session?.access_token)).status).toBe(200);
    expect((await get(server, '/v1/staff', server.staff?.secret)).body).toMatchObject({
      data: [{ email: 'admin@localhost', reason: 'first start' }],
    });
    const login = await post(server, '/v1/auth/login', server.staff?.secret ?? '', {
      email: 'admin@localhost',
      password: server.password,
    });
    expect(login.status).toBe(200);
    await server.close();
    const again = await run({ data });
    expect([again.session, again.password, again.staff]).toEqual([null, null, null]);
    expect((await get(again, '/v1/me', server.session?.access_token)).status).toBe(200);
  });

  test('gives a fresh staff token to whom --staff names, and to nobody unknown', async () => {
    const data = folder();
    await (await run({ data })).close();
    const server = await run({ data, staff: 'Admin@localhost' });
    expect(server.staff).toMatchObject({ email: 'admin@localhost' });
    expect((await get(server, '/v1/staff', server.staff?.secret)).status).toBe(200);
    await server.close();
    await expect(run({ data, staff: 'nobody@example.org' })).rejects.toThrow(
      /Nobody has signed up as nobody@example.org/,
    );
    // The failed start let go of the folder.
    await run({ data });
  });

  test('refuses a folder that another one has', async () => {
    const data = folder();
    await run({ data });
    await expect(run({ data })).rejects.toThrow(/another server is using the data directory/);
  });

  test('says that a port is taken', async () => {
    const first = await run({ data: folder() });
    const port = Number(new URL(first.url).port);
    await expect(run({ data: folder(), port })).rejects.toThrow(/port \d+ of 127.0.0.1 is taken/);
  });

  test.each([
    [{ dev: true, host: '0.0.0.0' }, /--dev listens on loopback only/],
    [{ dev: true, host: '::' }, /--dev listens on loopback only/],
    [{ dev: true, host: 'example.org' }, /--dev listens on loopback only/],
    [{ dev: true, smtp: 'smtp://mail.example' }, /--dev captures mail/],
    [{ host: '0.0.0.0', smtp: 'smtp://mail.example' }, /needs --public-url/],
    [{ publicUrl: 'ftp://example.org' }, /--public-url/],
    [{ publicUrl: 'https://example.org/?a=b' }, /--public-url/],
    [{ database: 'mysql://localhost' }, /postgres:\/\//],
    [{ database: 'postgres://localhost/x', data: 'y' }, /contradict/],
  ])('refuses %j before it opens anything', async (options, why) => {
    await expect(run({ data: undefined, ...options })).rejects.toThrow(why);
  });

  test('bills and changes plans when the clock says so, with nobody asking for the accounts', async () => {
    const server = await run({ data: folder(), dev: true });
    const [user, staff] = [server.session?.access_token ?? '', server.staff?.secret ?? ''];
    await post(server, '/v1/accounts', user, { name: 'Acme', slug: 'acme', plan: 'starter' });
    await post(server, '/v1/accounts/acme/subscription/change', user, { plan: 'basic' });
    // Staff tokens last 30 days.
    await post(server, '/v1/dev/clock', staff, { advance_seconds: 29 * 86_400 });
    await post(server, '/v1/accounts/acme/subscription/change', staff, { plan: 'basic', reason: 'now' });
    const ahead = new Date(Date.now() + 29.9 * 86_400_000).toISOString();
    await post(server, '/v1/dev/clock', staff, { now: ahead });
    await expect
      .poll(async () => (await get(server, '/v1/accounts?kind=standard', staff)).body)
      .toMatchObject({ data: [{ slug: 'acme', plan: 'basic' }] });
  });

  test('with --dev moves its clock, keeps it there, and delivers its mail to itself', async () => {
    const data = folder();
    const server = await run({ data, dev: true });
    const staff = server.staff?.secret ?? '';
    await post(server, '/v1/auth/signup', staff, { email: 'ada@example.org' });
    await expect
      .poll(async () => (await get(server, '/v1/dev/mail', staff)).body)
      .toMatchObject({
        data: [{ to: 'ada@example.org', links: [expect.stringContaining(`${server.url}/signup?secret=`)] }],
      });
    const far = new Date(Date.now() + 8 * 86_400_000).toISOString();
    expect((await post(server, '/v1/dev/clock', staff, { now: far })).status).toBe(200);
    await server.close();
    const again = await run({ data, dev: true });
    const { body } = await get(again, '/v1/dev/clock', staff);
    expect(body).toEqual({ now: expect.stringMatching(far.slice(0, 10)) });
  });

  test('lets a request finish when it is closed, and takes no new one', async () => {
    const server = await run({ data: folder() });
    const { port, hostname } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    const body = JSON.stringify({ email: 'admin@localhost', password: server.password });
    const head = `POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    socket.write(head + body);
    // Its password is being checked while the server closes.
    await new Promise((done) => setTimeout(done, 50));
    await server.close();
    await expect.poll(() => answer).toMatch(/^HTTP\/1\.1 200 /);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    await server.close();
    socket.destroy();
  });
});

/** What setting a secret in the first user's own account answers. */
async function setSecret(server: RunningServer, name: string): Promise<number> {
  const token = server.session?.access_token ?? '';
  const { body } = await get(server, '/v1/accounts', token);
  const { data } = body as { data: { id: string }[] };
  const parser = { name, document_type: 'x', definition: definition([], 'key'), secrets: { key: 'canary' } };
  return (await post(server, `/v1/accounts/${data[0]?.id}/parsers`, token, parser)).status;
}

describe('the key for secrets', () => {
  const key = Buffer.alloc(32, 3).toString('base64');

  test('is made in the data folder, for its owner alone, and kept', async () => {
    const data = folder();
    const server = await run({ data });
    expect(await setSecret(server, 'Invoice')).toBe(201);
    const file = join(data, 'secrets.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const first = readFileSync(file, 'utf8');
    expect(readFileSync(join(data, 'tenancy.db')).includes(first.trim())).toBe(false);
    await server.close();
    await run({ data });
    expect(readFileSync(file, 'utf8')).toBe(first);
  });

  test('comes from the environment or a file, and a new one before the old seals anew what is there', async () => {
    const data = folder();
    const file = join(data, 'key');
    vi.stubEnv('TENANTCTL_SECRETS_KEY', key);
    const server = await run({ data });
    expect(await setSecret(server, 'Invoice')).toBe(201);
    await server.close();
    const log: string[] = [];
    const logging = { data, logLevel: 'info', log: { write: (line: string) => log.push(line) } } as const;
    vi.stubEnv('TENANTCTL_SECRETS_KEY', '');
    await (await run(logging)).close();
    expect(log.join('')).toContain('sealed by a key that is not here');
    writeFileSync(file, `${Buffer.alloc(32, 4).toString('base64')}\n${key}\n`);
    vi.stubEnv('TENANTCTL_SECRETS_KEY_FILE', file);
    await (await run(logging)).close();
    expect(log.join('')).toContain('"resealed":1');
  });

  test.each([
    [{ TENANTCTL_SECRETS_KEY: 'short' }, /TENANTCTL_SECRETS_KEY holds no key for secrets: 32 random bytes/],
    [
      { TENANTCTL_SECRETS_KEY_FILE: '/nowhere/key' },
      /TENANTCTL_SECRETS_KEY_FILE \/nowhere\/key cannot be read/,
    ],
    [{ TENANTCTL_SECRETS_KEY: key, TENANTCTL_SECRETS_KEY_FILE: '/x' }, /are both set/],
  ])('that cannot be used stops the start: %j', async (env, why) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    await expect(run({ data: folder() })).rejects.toThrow(why);
  });
});

describe.skipIf(inject('postgresUrl') === '')('servers on one PostgreSQL', () => {
  test('make one first user, however many start at once', async () => {
    const database = await createPostgres(inject('postgresUrl'));
    try {
      const servers = await Promise.all([run({ database }), run({ database }), run({ database })]);
      expect(servers.filter(({ session }) => session !== null)).toHaveLength(1);
      const staff = servers.find((server) => server.staff)?.staff?.secret;
      for (const server of servers) expect((await get(server, '/v1/staff', staff)).status).toBe(200);
      const first = servers.find((server) => server.session);
      // No folder, and no key in the environment: there is none, for the database must not hold it.
      if (first) expect(await setSecret(first, 'Invoice')).toBe(503);
      expect(servers[0]?.data).not.toMatch(/password|@.*@/);
    } finally {
      for (const server of running.splice(0)) await server.close();
      await dropPostgres(inject('postgresUrl'), database);
    }
  });
});
