import { execFile } from 'node:child_process';
import { PassThrough, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/assemble.ts';
import type { Send } from '../../src/client/wire.ts';
import { type VerbSpec, verb } from '../../src/commands/command.ts';
import type { Context, Flags } from '../../src/context.ts';
import { newConfigDir, sendTo, worldOf } from '../support/cli.ts';
import { accountToken } from '../support/estate.ts';
import { family } from './family.ts';

const paint = {
  path: 'accounts paint',
  summary: 'Paint an account',
  args: { account: { help: 'slug or id' } },
  flags: { hue: { value: 'HUE', help: 'the colour', required: 'Which hue?' } },
  examples: ['tenantctl accounts paint acme --hue red'],
  operations: ['accounts.update'],
  fanOut: true,
} as const satisfies VerbSpec;

type PaintOptions = { readonly account: string; readonly hue: string };

interface Made {
  readonly spec?: VerbSpec;
  readonly flags?: Flags;
  readonly stdout?: Writable;
}

/** Runs the verb over three accounts, on a terminal unless stdout is given. */
async function painted(
  words: string,
  run: (options: PaintOptions, ctx: Context) => Promise<void>,
  { spec = paint, flags = { yes: true }, stdout = new PassThrough() }: Made = {},
) {
  const { server, master, children } = await family({ one: {}, two: {}, three: {} });
  const env = { TENANTCTL_TOKEN: await accountToken(server, master.id, 'admin'), TENANTCTL_ACCOUNT: 'acme' };
  let requests = 0;
  const wire = sendTo(server.app);
  const send: Send = async (request) => {
    requests += 1;
    return await wire(request);
  };
  const now = server.clock.now().getTime();
  const terminal = { isTTY: true, columns: 80, _isStdio: true };
  const out = Object.assign(stdout, { isTTY: stdout instanceof PassThrough });
  const world = worldOf({ env, send, now, tty: true }, out, Object.assign(new PassThrough(), terminal));
  const { ctx } = assemble(world, { quiet: true, ...flags });
  const { command } = verb(spec as typeof paint, ctx, run);
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  const failure = await command.parseAsync(words.split(' '), { from: 'user' }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { failure, requests: () => requests, children };
}

describe('the frame', () => {
  it('gives each run its account, by id, as argument and as context, and everything else alike', async () => {
    const seen: unknown[] = [];
    const { failure, children } = await painted('--all-managed --hue red', async (options, ctx) => {
      seen.push([options, ctx.account(), ctx.prompt.allowed]);
    });
    expect(failure).toBeNull();
    expect(seen).toEqual([...children.values()].map(({ id }) => [{ account: id, hue: 'red' }, id, false]));
  });

  it('asks for what is missing once, before anything is sent', async () => {
    const nobody = { flags: { yes: true, noInput: true } } as const;
    const { failure, requests } = await painted(
      '--all-managed',
      () => Promise.reject(new Error('was run')),
      nobody,
    );
    expect(failure).toMatchObject({ code: 'missing_flag', message: '--hue is missing' });
    expect(requests()).toBe(0);
  });

  it('covers a plain confirmation, and gives no other', async () => {
    // A read is agreed to by nobody, so that only what fan-out gives can cover it.
    const spec: VerbSpec = { ...paint, operations: ['accounts.show'] };
    const asked = async (weight: 'yes' | 'slug') => {
      const run = async (_: PaintOptions, ctx: Context) =>
        await ctx.confirmed({ weight, what: 'paint it', slug: 'one' });
      return await painted('--all-managed --hue red', run, { spec, flags: {} });
    };
    expect((await asked('yes')).failure).toBeNull();
    expect((await asked('slug')).failure).toMatchObject({ outcome: 'confirmation' });
  });

  it('refuses a verb that takes away, whatever its spec says', async () => {
    const spec: VerbSpec = { ...paint, operations: ['accounts.suspend'] };
    const { failure, requests } = await painted('--all-managed --hue red', async () => undefined, { spec });
    expect([String(failure), requests()]).toEqual([
      'TypeError: accounts paint calls accounts.suspend and must not fan out',
      0,
    ]);
  });

  it.each([
    ['a tree', async (ctx: Context) => await ctx.out.tree({ label: 'x' }, {})],
    ['raw text', async (ctx: Context) => await ctx.out.raw('x')],
  ])('fails a verb that prints %s', async (_, prints) => {
    const { failure } = await painted('--all-managed --hue red', async (_options, ctx) => await prints(ctx));
    expect(failure).toMatchObject({ outcome: 'partial' });
  });
});

describe('a reader that goes away', () => {
  const gone = () =>
    new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('gone'), { code: 'EPIPE' })),
    });
  const columns = [{ header: 'N', value: (n: number) => n }];
  const line = '--all-managed --hue red --parallel 1';

  async function ranIn(operation: 'accounts.show' | 'accounts.update') {
    let runs = 0;
    const run = async (_: PaintOptions, ctx: Context) => {
      runs += 1;
      // What the first one printed leaves meanwhile.
      while (runs === 2 && !ctx.out.closed) await new Promise(setImmediate);
      await ctx.out.list(columns, [runs]);
    };
    const spec: VerbSpec = { ...paint, operations: [operation] };
    const { failure } = await painted(line, run, { spec, stdout: gone() });
    return [failure, runs];
  }

  it('ends reads', async () => {
    expect(await ranIn('accounts.show')).toEqual([null, 2]);
  });

  it('ends no change', async () => {
    expect(await ranIn('accounts.update')).toEqual([null, 3]);
  });

  it('ends a list that is being read', async () => {
    let pulled = 0;
    async function* endless(ctx: Context) {
      for (; pulled < 100_000; pulled += 1) {
        while (pulled === 0 && !ctx.out.closed) await new Promise(setImmediate);
        yield pulled;
      }
    }
    let runs = 0;
    const run = async (_: PaintOptions, ctx: Context) => {
      runs += 1;
      await ctx.out.list(columns, runs === 1 ? [1] : endless(ctx));
    };
    const spec: VerbSpec = { ...paint, operations: ['accounts.show'] };
    await painted(line, run, { spec, stdout: gone() });
    expect(pulled).toBeLessThan(2);
  });
});

describe('start-up', () => {
  /** The files of src/fan-out that a run loads, asked in a process of its own. */
  async function loaded(words: string): Promise<string[]> {
    const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
    const script = `
      import { registerHooks } from 'node:module';
      const seen = new Set();
      registerHooks({ load(url, context, next) {
        const file = /src\\/(fan-out\\/.+)$/.exec(url)?.[1];
        if (file !== undefined) seen.add(file);
        return next(url, context);
      } });
      const { main } = await import(${JSON.stringify(main)});
      await main(${JSON.stringify(words.split(' '))});
      process.stderr.write('|' + JSON.stringify([...seen].sort()));
      process.exitCode = 0;
    `;
    const env = { PATH: process.env.PATH, TENANTCTL_CONFIG_DIR: newConfigDir(), TENANTCTL_KEYRING: '0' };
    const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env,
    });
    return JSON.parse(stderr.slice(stderr.lastIndexOf('|') + 1));
  }

  it('pays nothing for it unless it is asked for', async () => {
    const elsewhere = '--account acme --api-url http://127.0.0.1:9 --max-retries 0';
    expect(await loaded('members list --help')).toEqual([]);
    expect(await loaded(`members list ${elsewhere}`)).toEqual([]);
    expect(await loaded(`members list --all-managed ${elsewhere}`)).toContain('fan-out/round.ts');
  });
});
