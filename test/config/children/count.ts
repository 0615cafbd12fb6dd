/** count.ts DIRECTORY TIMES: adds one to DIRECTORY/count so often, reading and writing with a pause between. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../../src/config/lock.ts';
import { real } from './machine.ts';

const [directory = '', times = ''] = process.argv.slice(2);
const file = join(directory, 'count');
for (let n = 0; n < Number(times); n++) {
  await withLock(join(directory, 'lock'), real, async () => {
    const count = Number(readFileSync(file, 'utf8'));
    await sleep(1);
    writeFileSync(file, String(count + 1));
  });
}
