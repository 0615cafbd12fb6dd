// Writes openapi.json from the contract; with --check only says whether the file is what the contract says.
import { readFileSync, writeFileSync } from 'node:fs';
import { openapiDocument } from '../src/contract/openapi.ts';

const file = new URL('../openapi.json', import.meta.url);
const wanted = `${JSON.stringify(openapiDocument(), null, 2)}\n`;

function current(): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

if (!process.argv.includes('--check')) {
  writeFileSync(file, wanted);
} else if (current() !== wanted) {
  process.stderr.write('openapi.json is not what src/contract says. Run: npm run openapi\n');
  process.exitCode = 1;
}
