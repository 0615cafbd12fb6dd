import { isAscii, isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Refuse } from './failure.ts';

const BLOCK_BYTES = 64 * 1024;

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

interface Start {
  encoding: Encoding;
  /** Bytes of the byte order mark. */
  mark: number;
}

/**
 * The file as text, in blocks of about 64 KiB that never cut a character. One buffer is reused, so memory
 * does not grow with the file. Bytes that are no text are refused with their line, never replaced: an
 * address with U+FFFD in it would be somebody else's or nobody's.
 */
export async function* readText(path: string, refuse: Refuse): AsyncGenerator<string, void, void> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(BLOCK_BYTES);
    let start: Start | null = null;
    let kept = 0;
    let consumed = 0;
    for (;;) {
      const filled = await fill(handle, buffer, kept);
      const ended = filled < buffer.length;
      let from = 0;
      if (start === null) {
        start = startOf(buffer.subarray(0, filled));
        from = start.mark;
      }
      const end = ended ? filled : from + wholeCharacters(buffer.subarray(from, filled), start.encoding);
      const piece = buffer.subarray(from, end);
      const text = decode(piece, start.encoding);
      if (text === null) {
        const line = await lineAt(path, consumed + from + firstBad(piece, start.encoding), start.encoding);
        throw badBytes(refuse, line, start.encoding);
      }
      const nul = text.indexOf('\0');
      if (nul !== -1) {
        const line = await lineAt(
          path,
          consumed + from + bytesOf(text.slice(0, nul), start.encoding),
          start.encoding,
        );
        throw refuse(
          line,
          'it contains a NUL character',
          'save it as CSV in UTF-8; a spreadsheet (.xlsx) is not read',
        );
      }
      if (text !== '') yield text;
      if (ended) return;
      buffer.copyWithin(0, end, filled);
      kept = filled - end;
      consumed += end;
    }
  } finally {
    await handle.close();
  }
}

/** Whether the file begins with a byte order mark: a report for the same spreadsheet then gets one too. */
export async function hasMark(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(4);
    const { bytesRead } = await handle.read(buffer, 0, 4, 0);
    return startOf(buffer.subarray(0, bytesRead)).mark > 0;
  } finally {
    await handle.close();
  }
}

async function fill(handle: FileHandle, buffer: Buffer, kept: number): Promise<number> {
  let filled = kept;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function startOf(bytes: Buffer): Start {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', mark: 3 };
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', mark: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', mark: 2 };
  // Without a mark: a heading begins with plain letters, whose other byte is zero in UTF-16.
  if (a && b === 0 && c && d === 0) return { encoding: 'utf-16le', mark: 0 };
  if (a === 0 && b && c === 0 && d) return { encoding: 'utf-16be', mark: 0 };
  return { encoding: 'utf-8', mark: 0 };
}

/** How many bytes from the start hold whole characters; the rest is kept for the next block. */
function wholeCharacters(bytes: Buffer, encoding: Encoding): number {
  const { length } = bytes;
  if (encoding !== 'utf-8') {
    const even = length - (length % 2);
    const high = bytes[even - (encoding === 'utf-16le' ? 1 : 2)] ?? 0;
    return high >= 0xd8 && high <= 0xdb ? even - 2 : even;
  }
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back] ?? 0;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? length - back : length;
  }
  return length;
}

function decode(bytes: Buffer, encoding: Encoding): string | null {
  if (encoding === 'utf-8') {
    if (isAscii(bytes)) return bytes.toString('latin1');
    return isUtf8(bytes) ? bytes.toString('utf8') : null;
  }
  if (bytes.length % 2 === 1) return null;
  const text = (encoding === 'utf-16le' ? bytes : Buffer.from(bytes).swap16()).toString('utf16le');
  return text.isWellFormed() ? text : null;
}

/** Offset of the first line that does not decode (UTF-8), or of the first bad unit (UTF-16). */
function firstBad(bytes: Buffer, encoding: Encoding): number {
  if (encoding === 'utf-8') {
    let from = 0;
    for (;;) {
      const newline = bytes.indexOf(10, from);
      if (newline === -1 || !isUtf8(bytes.subarray(from, newline))) return from;
      from = newline + 1;
    }
  }
  const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  const lone = (encoding === 'utf-16le' ? even : even.swap16()).toString('utf16le').search(/\p{Cs}/u);
  return lone === -1 ? even.length : lone * 2;
}

function bytesOf(text: string, encoding: Encoding): number {
  return encoding === 'utf-8' ? Buffer.byteLength(text) : text.length * 2;
}

/** Only errors need a line, so it is counted when there is one, by reading again up to it. */
async function lineAt(path: string, offset: number, encoding: Encoding): Promise<number> {
  const handle = await open(path, 'r');
  try {
    const wide = encoding !== 'utf-8';
    const buffer = Buffer.alloc(BLOCK_BYTES);
    let line = 1;
    let afterReturn = false;
    for (let at = 0; at < offset; ) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(BLOCK_BYTES, offset - at), at);
      if (bytesRead === 0) break;
      for (let index = 0; index < bytesRead; index += wide ? 2 : 1) {
        const unit = wide
          ? encoding === 'utf-16le'
            ? buffer.readUInt16LE(index)
            : buffer.readUInt16BE(index)
          : buffer[index];
        if (unit === 13 || (unit === 10 && !afterReturn)) line++;
        afterReturn = unit === 13;
      }
      at += bytesRead;
    }
    return line;
  } finally {
    await handle.close();
  }
}

function badBytes(refuse: Refuse, line: number, encoding: Encoding) {
  const name = encoding === 'utf-8' ? 'UTF-8' : 'UTF-16';
  return refuse(line, `bytes that are not ${name} text`, 'save the file as "CSV UTF-8" and run again');
}
