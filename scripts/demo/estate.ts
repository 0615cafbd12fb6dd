// The estate as files: what is there is written down, edited, reviewed and applied.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DemoFailure, type Stage } from './stage.ts';
import { dim, print, printOutput } from './terminal.ts';

/** Who is invited by the edit. */
export const INVITED_BY_FILE = ['pia@acme.example', 'quin@acme.example'];

const BEFORE = '    name: acme-prod\n';
const AFTER = `    name: Acme Production
    members:
      pia@acme.example: admin
      quin@acme.example: { role: user, modules: [parsers] }
`;

export async function estateAsFiles(stage: Stage): Promise<void> {
  const folder = join(stage.folder, 'estate');
  const changes = join(stage.folder, 'changes.json');
  await stage.run(['export', 'acme-prod', '--dir', folder]);
  await stage.run(['diff', '-f', folder, '--detailed-exitcode']);
  await edit(join(folder, 'estate.yaml'));
  await stage.run(['diff', '-f', folder, '--out', changes]);
  await stage.run(['apply', changes]);
  print(dim('  Applied once more it sends nothing: not to the server, and nobody a second mail.'));
  await stage.run(['apply', folder, '--yes']);
  await stage.run(['diff', '-f', folder, '--detailed-exitcode']);
}

/** As somebody would in an editor. */
async function edit(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(BEFORE)) throw new DemoFailure(`the export has no line "${BEFORE.trim()}"`);
  await writeFile(file, text.replace(BEFORE, AFTER));
  print(dim('  somebody edits estate.yaml:'));
  const signed = (sign: string, lines: string) => lines.trimEnd().replaceAll(/^/gm, `${sign} `);
  printOutput(`${signed('-', BEFORE)}\n${signed('+', AFTER)}`);
}
