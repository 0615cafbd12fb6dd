import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

export interface Spooled {
  path: string;
  remove: () => Promise<void>;
}

/**
 * Standard input can be read once and the check needs a second reading: its bytes go to a file that only
 * this user can read (0600 in a 0700 directory) and that `remove` deletes.
 */
export async function spool(input: Readable, directory = tmpdir()): Promise<Spooled> {
  const folder = await mkdtemp(join(directory, 'tenantctl-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'input');
  try {
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    const written = finished(file);
    // The disk may fill while we wait for the other side: both are awaited, the first failure wins.
    await Promise.all([written, copy(input, file)]);
    return { path, remove };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

async function copy(input: Readable, file: ReturnType<typeof createWriteStream>): Promise<void> {
  for await (const bytes of input) if (!file.write(bytes)) await once(file, 'drain');
  file.end();
}

/** What tells that a file was replaced or written to between two readings. */
export async function fingerprint(path: string): Promise<string> {
  const { dev, ino, size, mtimeMs } = await stat(path);
  return `${dev}:${ino}:${size}:${mtimeMs}`;
}
