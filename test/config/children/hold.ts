/** hold.ts FILE: takes the lock, says so, and never gives it back. */
import { withLock } from '../../../src/config/lock.ts';
import { real } from './machine.ts';

await withLock(process.argv[2] ?? '', real, async () => {
  process.stdout.write('held\n');
  await new Promise(() => setInterval(() => undefined, 1_000));
});
