import { PassThrough } from 'node:stream';
import { assemble } from '../../src/assemble.ts';
import type { Verb } from '../../src/commands/command.ts';
import type { Context, Flags } from '../../src/context.ts';
import { worldOf } from './cli.ts';

type Constructor<Options> = (ctx: Context, run: (options: Options) => Promise<void>) => Verb;

/** What a verb's `run` would get for these words; nothing runs. Off a terminal, so that nothing can be asked. */
export async function parsed<Options>(
  make: Constructor<Options>,
  words: string,
  flags: Flags = {},
): Promise<Options> {
  const stream = () => Object.assign(new PassThrough(), { isTTY: false, columns: 80 });
  const { ctx } = assemble(worldOf({}, stream(), stream()), flags);
  const got: Options[] = [];
  const { command } = make(ctx, async (options) => {
    got.push(options);
  });
  command.exitOverride().configureOutput({ writeErr: () => undefined, outputError: () => undefined });
  await command.parseAsync(
    words.split(' ').filter((word) => word !== ''),
    { from: 'user' },
  );
  const [options] = got;
  if (options === undefined) throw new Error(`${words}: run was not called`);
  return options;
}
