import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { usageError } from '../errors.ts';
import type { Sink } from './streams.ts';

/**
 * `--out FILE`: 0600, since a result may hold addresses or a token, and renamed into place only when it is
 * whole, so that a run that failed leaves the old file. A device or pipe is written to as it is.
 */
export function fileSink(path: string): Sink {
  let target: Promise<Target> | undefined;
  const opened = () => (target ??= openTarget(path));
  return {
    closed: false,
    async write(text) {
      await (await opened()).handle.appendFile(text);
    },
    async end(keep) {
      // A result that wrote nothing is still a result; a run that failed before its first byte is none.
      if (target === undefined && !keep) return;
      // One that could not be opened has been told of already, by the write that failed.
      const found = keep ? await opened() : await opened().catch(() => undefined);
      if (found === undefined) return;
      const { handle, temporary } = found;
      if (keep && temporary !== undefined) await handle.sync();
      await handle.close();
      if (temporary === undefined) return;
      if (keep) await rename(temporary, path);
      else await unlink(temporary);
    },
  };
}

interface Target {
  readonly handle: FileHandle;
  /** Where the text goes until it is whole; undefined where there is nothing to rename. */
  readonly temporary: string | undefined;
}

async function openTarget(path: string): Promise<Target> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && !found.isFile() && !found.isDirectory())
    return { handle: await open(path, 'a'), temporary: undefined };
  if (found?.isDirectory()) throw usageError(`--out ${path} is a directory`, { code: 'invalid_out_file' });
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
  try {
    return { handle: await open(temporary, 'wx', 0o600), temporary };
  } catch (cause) {
    throw usageError(`cannot write --out ${path}`, {
      why: cause instanceof Error ? cause.message : undefined,
      code: 'invalid_out_file',
      cause,
    });
  }
}
