import { usageError } from './errors.ts';
import type { InputStream } from './world.ts';

/** All of stdin; a terminal would wait for somebody who does not know that he is waited for. */
export async function readAll(
  stdin: InputStream,
  what: string,
  maxBytes: number = 1024 * 1024,
): Promise<Buffer> {
  if (stdin.isTTY === true) {
    throw usageError(`${what} is read from stdin, and stdin is a terminal`, {
      code: 'stdin_is_terminal',
      hint: 'give it by a pipe or a file: ... < FILE',
    });
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream(stdin)) {
    size += chunk.byteLength;
    if (size > maxBytes)
      throw usageError(`${what} is larger than ${maxBytes} bytes`, { code: 'stdin_too_large' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* stream(stdin: InputStream): AsyncGenerator<Buffer> {
  for await (const chunk of stdin) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
}
