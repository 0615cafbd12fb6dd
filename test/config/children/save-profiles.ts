/** save-profiles.ts DIRECTORY PREFIX COUNT: saves so many profiles at once. */
import { newProfile, saveProfile } from '../../../src/config/profiles.ts';
import { real } from './machine.ts';

const [directory = '', prefix = '', count = ''] = process.argv.slice(2);
const names = Array.from({ length: Number(count) }, (_, index) => `${prefix}-${index}`);
await Promise.all(
  names.map((name) => saveProfile(directory, real, newProfile(name, 'https://api.example.com'))),
);
