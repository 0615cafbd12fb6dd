/** save-profiles.ts DIRECTORY PREFIX COUNT: saves so many profiles and their credentials at once. */
import { Credentials } from '../../../src/config/credentials.ts';
import { newProfile, saveProfile } from '../../../src/config/profiles.ts';
import { real } from './machine.ts';

const [directory = '', prefix = '', count = ''] = process.argv.slice(2);
const url = 'https://api.example.com';
const paths = { config: directory, state: directory, cache: directory, chosen: true };
const credentials = new Credentials(real, paths, async () => null);
const names = Array.from({ length: Number(count) }, (_, index) => `${prefix}-${index}`);

await Promise.all(
  names.map(async (name) => {
    const secret = { access_token: name, access_expires_at: null, refresh_token: null, api_url: url };
    const credential = await credentials.save(name, { kind: 'api', ...secret }, 'file');
    await saveProfile(directory, real, { ...newProfile(name, url), credential });
  }),
);
