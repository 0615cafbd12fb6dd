import { randomFillSync } from 'node:crypto';
import { encodeId, type IdKind } from '../../contract/ids.ts';
import type { Clock } from './work.ts';

const POOL_BYTES = 4096;

/**
 * Makes ids that sort in the order they were made: UUIDv7 (RFC 9562) of the server's clock, with a counter in
 * the 12 bits after the time, as its section 6.2 method 1 says; when the counter runs over, time is borrowed.
 */
export function idMaker(clock: Clock): (kind: IdKind) => string {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  let last = 0;
  let counter = 0;
  return (kind) => {
    if (used + 16 > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = pool.slice(used, used + 16);
    used += 16;
    const now = clock.now().getTime();
    if (now > last) {
      last = now;
      counter = (((bytes[6] ?? 0) & 7) << 8) | (bytes[7] ?? 0);
    } else {
      counter += 1;
      if (counter > 0xfff) {
        counter = 0;
        last += 1;
      }
    }
    const view = new DataView(bytes.buffer);
    view.setUint16(0, Math.floor(last / 2 ** 32));
    view.setUint32(2, last % 2 ** 32);
    view.setUint16(6, 0x7000 | counter);
    view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
    return encodeId(kind, bytes);
  };
}
