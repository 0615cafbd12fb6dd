import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export function fileAtRoot(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/**
 * Writes a generated file; with --check on the command line only says whether the file is as it should be.
 * @param path from the project's root
 */
export function keepGenerated(path: string, wanted: string): void {
  const file = fileAtRoot(path);
  if (!process.argv.includes('--check')) writeFileSync(file, wanted);
  else if (textOf(file) !== wanted) {
    process.stderr.write(`${path} is not what the source says. Run: npm run docs\n`);
    process.exitCode = 1;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
