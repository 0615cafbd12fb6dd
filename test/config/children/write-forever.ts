/** write-forever.ts DIRECTORY: replaces all profiles by ever new ones, every write wholly of one round. */
import { Credentials } from '../../../src/config/credentials.ts';
import { newProfile, updateProfiles } from '../../../src/config/profiles.ts';
import { real } from './machine.ts';

const directory = process.argv[2] ?? '';
const paths = { config: directory, state: directory, cache: directory, chosen: true };
const credentials = new Credentials(real, paths, async () => null);
for (let round = 0; ; round++) {
  const url = `https://api-${round}.example.com`;
  const profiles = Array.from({ length: 300 }, (_, index) => newProfile(`p${index}`, url));
  await updateProfiles(directory, real, () => ({ default_profile: 'p0', profiles }));
  await credentials.save(
    'p0',
    { kind: 'user', access_token: 'a', access_expires_at: null, refresh_token: null, api_url: url },
    'file',
  );
  if (round === 2) process.stdout.write('writing\n');
}
