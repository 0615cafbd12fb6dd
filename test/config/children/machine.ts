import { hostname } from 'node:os';
import type { Host } from '../../../src/config/host.ts';

export const real: Host = {
  env: {},
  platform: process.platform,
  home: '/nowhere',
  hostname: hostname(),
  pid: process.pid,
  kill: (pid, signal) => process.kill(pid, signal),
  warn: (message) => process.stderr.write(`${message}\n`),
  now: () => Date.now(),
};
