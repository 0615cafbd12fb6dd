import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../../src/assemble.ts';
import { type ServeOptions, serveRun } from '../../../src/commands/serve/serve.ts';
import type { Started, StartOptions } from '../../../src/commands/serve/starter.ts';
import { newConfigDir, runCli, worldOf } from '../../support/cli.ts';
import { startServer } from '../../support/server.ts';

/** Runs serve around a start that is ready at once, and stops it as soon as it is. */
async function serve(options: ServeOptions, made: Partial<Started>, configDir: string, json = true) {
  const asked: StartOptions[] = [];
  let closed = 0;
  const stop = new AbortController();
  let stdout = '';
  const out = new PassThrough().on('data', (chunk: Buffer) => {
    stdout += chunk;
    stop.abort();
  });
  const world = worldOf({ configDir, interrupt: stop.signal }, out, new PassThrough());
  const run = assemble(world, json ? { json: true } : {});
  await serveRun(options, run.ctx, async (given) => {
    asked.push(given);
    const close = async () => void (closed += 1);
    return {
      url: 'http://127.0.0.1:7999',
      data: '/data',
      session: null,
      password: null,
      staff: null,
      ...made,
      close,
    };
  });
  await run.ctx.out.end();
  return { asked, closed, stdout, held: run.state.held };
}

describe('serve', () => {
  it('says when it is ready, saves both profiles, and closes when told to', async () => {
    const server = await startServer();
    const session = await server.signUp('admin@example.com');
    const staff = {
      email: 'admin@example.com',
      secret: await server.staffToken(),
      expires_at: '2026-04-01T00:00:00.000Z',
    };
    const configDir = newConfigDir();
    const done = await serve({ dev: true, port: 0 }, { session, staff }, configDir);
    expect(JSON.parse(done.stdout)).toEqual({
      event: 'ready',
      url: 'http://127.0.0.1:7999',
      data: '/data',
      profile: 'local',
    });
    expect([done.asked, done.closed, done.held]).toEqual([
      [
        {
          host: '127.0.0.1',
          port: 0,
          data: undefined,
          database: undefined,
          publicUrl: undefined,
          smtp: undefined,
          dev: true,
          signup: true,
          staff: undefined,
        },
      ],
      1,
      true,
    ]);
    const profiles = await runCli('profiles list --fields name,default,api_url,user --json', { configDir });
    expect(profiles.json()).toEqual([
      { name: 'local', default: true, api_url: 'http://127.0.0.1:7999', user: 'admin@example.com' },
      { name: 'local-staff', default: false, api_url: 'http://127.0.0.1:7999', user: 'admin@example.com' },
    ]);
  });

  it('leaves the profiles alone when the database is not empty', async () => {
    const configDir = newConfigDir();
    const done = await serve({ noSignup: true }, {}, configDir, false);
    expect([done.stdout, done.asked[0]?.signup]).toEqual([
      'Listening on http://127.0.0.1:7999, data in /data.\n',
      false,
    ]);
    expect((await runCli('profiles list --json', { configDir })).json()).toEqual([]);
  });

  it.each([
    'serve --data a --database postgres://x',
    'serve --port 70000',
    'serve --port x',
    'serve --dry-run',
  ])('%s is refused', async (argv) => {
    expect(await runCli(argv)).toMatchObject({ code: 2, stdout: '' });
  });
});
