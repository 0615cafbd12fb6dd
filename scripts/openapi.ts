// Writes what is published of the contract: openapi.json and schemas/*.json. With --check only says whether the
// files are what the contract says.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { estateSchema } from '../src/contract/estate-schema.ts';
import { formSchema } from '../src/contract/form-schema.ts';
import { openapiDocument } from '../src/contract/openapi.ts';
import { parserSchema } from '../src/contract/parser-schema.ts';

const published = [
  ['openapi.json', openapiDocument()],
  ['schemas/parser.json', parserSchema()],
  ['schemas/form.json', formSchema()],
  ['schemas/estate.json', estateSchema()],
] as const;

function current(file: URL): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

mkdirSync(new URL('../schemas/', import.meta.url), { recursive: true });
for (const [name, document] of published) {
  const file = new URL(`../${name}`, import.meta.url);
  const wanted = `${JSON.stringify(document, null, 2)}\n`;
  if (!process.argv.includes('--check')) {
    writeFileSync(file, wanted);
  } else if (current(file) !== wanted) {
    process.stderr.write(`${name} is not what src/contract says. Run: npm run openapi\n`);
    process.exitCode = 1;
  }
}
