// Writes docs/cli.md from `tenantctl commands --json`, run from source; with --check only compares.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type CommandRow,
  type FlagRow,
  fanOutFlagRows,
  globalFlagRows,
} from '../src/commands/commands/commands.ts';
import { topics } from '../src/commands/help/topics.ts';
import { fileAtRoot, keepGenerated } from './generated-file.ts';

function commandRows(): CommandRow[] {
  // A folder of its own: nobody's profiles, and no project file above it, may change what is written.
  const nowhere = mkdtempSync(join(tmpdir(), 'tenantctl-docs-'));
  try {
    const done = spawnSync(process.execPath, [fileAtRoot('scripts/dev.ts'), 'commands', '--json'], {
      cwd: nowhere,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], TENANTCTL_CONFIG_DIR: nowhere, TENANTCTL_KEYRING: '0' },
    });
    if (done.status !== 0) throw new Error(`tenantctl commands --json failed:\n${done.stderr}`);
    const rows: unknown = JSON.parse(done.stdout);
    if (!isRows(rows)) throw new Error('tenantctl commands --json did not print a list of commands');
    return rows;
  } finally {
    rmSync(nowhere, { recursive: true, force: true });
  }
}

function isRows(value: unknown): value is CommandRow[] {
  return (
    Array.isArray(value) && value.every((row) => typeof row === 'object' && row !== null && 'path' in row)
  );
}

/** A table's cell: a bar would end it. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function flagRow({ name, short, value, help, choices, repeatable, required }: FlagRow): string {
  const typed = `${short === null ? '' : `-${short}, `}${name}${value === null ? '' : ` ${value}`}`;
  const listed = choices === null || help.includes(choices[0] ?? '') ? '' : `: ${choices.join(', ')}`;
  const notes = [required ? 'required' : '', repeatable ? 'repeatable' : ''].filter((note) => note !== '');
  return `| \`${cell(typed)}\` | ${cell(help + listed)}${notes.length > 0 ? ` (${notes.join(', ')})` : ''} |`;
}

function flagTable(flags: readonly FlagRow[]): string[] {
  return flags.length === 0 ? [] : [['| flag | |', '|---|---|', ...flags.map(flagRow)].join('\n')];
}

function section(row: CommandRow): string {
  const also = row.aliases.length === 0 ? [] : [`Also: \`${row.aliases.join('`, `')}\`.`];
  const args = row.arguments.map((argument) => `- \`${argument.name}\`: ${argument.help}`);
  const operations = row.operations.map((id) => `\`${id}\``).join(', ');
  const parts = [
    `### ${row.path}`,
    `${row.summary}.`,
    ...(row.about === null ? [] : [row.about]),
    ...also,
    ['```', `tenantctl ${row.usage}`, '', ...row.examples, '```'].join('\n'),
    ...(args.length === 0 ? [] : [args.join('\n')]),
    ...flagTable(row.flags),
    ...(row.fan_out ? ['Also in many accounts at once: [fan-out](#flags-of-fan-out).'] : []),
    ...(operations === '' ? [] : [`${row.writes ? 'Changes' : 'Reads'} by: ${operations}.`]),
    ...(row.next === null ? [] : [`Next: \`${row.next}\``]),
  ];
  return parts.join('\n\n');
}

/** Commands of one word stand together, in front of the nouns. */
function chapters(rows: readonly CommandRow[]): [string, CommandRow[]][] {
  const byNoun = Map.groupBy(rows, ({ path }) => (path.includes(' ') ? (path.split(' ')[0] ?? '') : ''));
  const single: [string, CommandRow[]] = ['First words', byNoun.get('') ?? []];
  return [single, ...[...byNoun].filter(([noun]) => noun !== '')];
}

/** The whole page. */
export function cliDoc(): string {
  const parts = chapters(commandRows());
  const contents = parts.map(([title, rows]) => {
    const links = rows.map(({ path }) => `[${path}](#${path.replaceAll(' ', '-')})`);
    return `- ${title}: ${links.join(' · ')}`;
  });
  const helpTopics = Object.entries(topics).map(
    ([name, { summary, text }]) => `### help ${name}\n\n${summary}.\n\n\`\`\`\n${text}\n\`\`\``,
  );
  return `${[
    '# Commands',
    '<!-- Generated from the commands themselves by scripts/cli-doc.ts: edit src/commands, then `npm run docs`. -->',
    '`tenantctl <noun> <verb> [arguments] [flags]`. `--help` after any of them says the same as this page.',
    contents.join('\n'),
    '## Flags of every command',
    ...flagTable(globalFlagRows()),
    '## Flags of fan-out',
    'Of the commands that may run in many managed accounts at once; see [help fan-out](#help-fan-out).',
    ...flagTable(fanOutFlagRows()),
    ...parts.flatMap(([title, rows]) => [`## ${title}`, ...rows.map(section)]),
    '## Topics',
    ...helpTopics,
  ].join('\n\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) keepGenerated('docs/cli.md', cliDoc());
