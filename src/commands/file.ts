import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { usageError } from '../errors.ts';

/** A file as text, found from the run's directory; `-` is stdin, of which `what` is what it should hold. */
export async function readText(ctx: Context, path: string, what: string, maxBytes: number): Promise<string> {
  if (path === '-') return await ctx.readStdin(what, maxBytes);
  try {
    return await readFile(resolve(ctx.world.cwd, path), 'utf8');
  } catch (cause) {
    throw usageError(`${path} cannot be read`, {
      why: cause instanceof Error ? cause.message : undefined,
      cause,
    });
  }
}
