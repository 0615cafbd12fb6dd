import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Send } from '../../../src/client/wire.ts';
import { mintToken } from '../../../src/contract/token.ts';
import { json, scripted } from '../../client/wire.ts';
import { Cli, type CliOptions, newConfigDir, runCli, sendTo } from '../../support/cli.ts';
import { startServer } from '../../support/server.ts';

type Row = { check: string; status: string; found: string; try: string | null };

async function doctor(options: CliOptions & { cli?: Cli } = {}) {
  const { cli, ...rest } = options;
  const done = await (cli === undefined ? runCli('doctor --json', rest) : cli.run('doctor --json', rest));
  const rows = done.json() as Row[];
  return { ...done, rows, of: (check: string) => rows.find((row) => row.check === check) };
}

let cli: Cli;

/** The server, its answers sent at this time. */
const dated =
  (date: Date): Send =>
  async (request) => {
    const answer = await sendTo(cli.server.app)(request);
    return { ...answer, headers: { ...answer.headers, date: date.toUTCString() } };
  };

beforeEach(async () => {
  cli = new Cli(await startServer());
  await cli.signIn('ann@acme.example');
});

describe('doctor', () => {
  it('goes through everything, and is content', async () => {
    const { code, rows, stderr } = await doctor({ cli, send: dated(cli.server.clock.now()) });
    expect([code, stderr]).toEqual([0, '']);
    expect(rows.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'node ok',
      'configuration ok',
      'proxy ok',
      'authorities ok',
      'keyring warning',
      'api ok',
      'clock ok',
      'contract ok',
      'credential ok',
    ]);
    expect(rows.at(-1)?.found).toBe('ann@acme.example, by a user token');
  });

  it('says how far apart the clocks are', async () => {
    const now = cli.server.clock.now().getTime() + 90_000;
    const send = dated(cli.server.clock.now());
    const { code, of } = await doctor({ cli, send, now });
    expect([code, of('clock')]).toEqual([
      0,
      expect.objectContaining({
        status: 'warning',
        found: expect.stringMatching(/^this machine is 9[01] s ahead of the API$/),
      }),
    ]);
  });

  it('knows an API that is older than the tool, and one that is none', async () => {
    const paths = { '/plans': { get: { operationId: 'plans.list' } } };
    const older = await doctor({ send: scripted(json({ paths })).send, configDir: newConfigDir() });
    expect(older.of('contract')).toMatchObject({
      status: 'warning',
      found: expect.stringMatching(/^the API is older: it lacks \d+ of \d+ operations \(.+, \.\.\.\)$/),
    });
    const none = await doctor({ send: scripted(json({ hello: 'world' })).send, configDir: newConfigDir() });
    expect([none.code, none.of('contract')?.found]).toEqual([1, 'this is no tenancy API']);
  });

  it('stops asking where nobody answers, and ends with 1', async () => {
    const send: Send = async () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    };
    const { code, of, stderr } = await doctor({ cli, send });
    expect(code).toBe(1);
    expect(of('api')).toMatchObject({ status: 'failed', found: expect.stringContaining('cannot reach') });
    expect(of('credential')).toMatchObject({ status: 'skipped' });
    expect(stderr).toContain('"code":"not_healthy"');
  });

  it('finds a credential that is refused', async () => {
    const { code, of } = await doctor({ cli, env: { TENANTCTL_TOKEN: mintToken('api') } });
    expect([code, of('credential')?.status]).toEqual([1, 'failed']);
  });

  it('sends no credential to find out whether anybody is there', async () => {
    const signed: string[] = [];
    const send: Send = async (request) => {
      if (request.headers['authorization'] !== undefined) signed.push(new URL(request.url).pathname);
      return await sendTo(cli.server.app)(request);
    };
    await doctor({ cli, send });
    expect(signed).toEqual(['/v1/me']);
  });

  it('reads the authorities and shows no password of a proxy', async () => {
    const configDir = newConfigDir();
    const file = join(configDir, 'ca.pem');
    writeFileSync(file, 'no certificate');
    const env = { TENANTCTL_CA_FILE: file, HTTPS_PROXY: 'http://ann:hunter2@proxy.test:8080' };
    const { code, of, stdout } = await doctor({ send: sendTo(cli.server.app), configDir, env });
    expect(code).toBe(1);
    expect(of('authorities')).toMatchObject({ status: 'failed', found: `${file} has no certificate in it` });
    expect(of('proxy')?.found).toBe('HTTPS_PROXY=http://***@proxy.test:8080');
    expect(stdout).not.toContain('hunter2');
  });

  it('says what is wrong with the files, and looks no further', async () => {
    const configDir = newConfigDir();
    writeFileSync(join(configDir, 'config.json'), '{', { mode: 0o600 });
    const { code, rows } = await doctor({ configDir });
    expect([code, rows.map(({ check, status }) => `${check} ${status}`)]).toEqual([
      1,
      ['node ok', 'configuration failed'],
    ]);
  });
});
