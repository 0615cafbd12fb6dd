/**
 * refresh.ts DIRECTORY: asks for the access token of profile `p` and prints it. Its refresh is the API's:
 * a refresh token works once; each use is a line in DIRECTORY/refreshes, a second use of one `reused`.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Credentials } from '../../../src/config/credentials.ts';
import { newProfile } from '../../../src/config/profiles.ts';
import { accessToken } from '../../../src/config/session.ts';
import { real } from './machine.ts';

const directory = process.argv[2] ?? '';
const log = join(directory, 'refreshes');
const apiUrl = 'https://api.example.com';
const paths = { config: directory, state: directory, cache: directory, chosen: true };

const token = await accessToken({
  profile: { ...newProfile('p', apiUrl), credential: { store: 'file' } },
  apiUrl,
  credentials: new Credentials(real, paths, async () => null),
  host: real,
  configDirectory: directory,
  refresh: async (refreshToken) => {
    const used = readFileSync(log, 'utf8').split('\n').includes(refreshToken);
    appendFileSync(log, used ? `reused ${refreshToken}\n` : `${refreshToken}\n`);
    await sleep(100);
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    return { access_token: `access-${process.pid}`, access_expires_at: expires, refresh_token: 'refresh-2' };
  },
});
process.stdout.write(token);
