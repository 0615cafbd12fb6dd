import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type CommandRow,
  type FlagRow,
  fanOutFlagRows,
  globalFlagRows,
} from '../../../src/commands/commands/commands.ts';
import { type Entry, isNoun } from '../../../src/commands/tree.ts';
import { operations } from '../../../src/contract/operations.ts';
import { entries } from '../../../src/program.ts';
import { runCli } from '../../support/cli.ts';

const golden = new URL('../../golden/commands.txt', import.meta.url);

const flagLine = (flag: FlagRow) =>
  [
    `    ${flag.short === null ? '' : `-${flag.short}, `}${flag.name}${flag.value === null ? '' : ` ${flag.value}`}`,
    flag.repeatable ? ' (repeatable)' : '',
    flag.required ? ' (required)' : '',
    flag.choices === null ? '' : ` {${flag.choices.join(',')}}`,
    `  ${flag.help}`,
  ].join('');

const commandLines = (row: CommandRow) => [
  `${row.usage}${row.aliases.length > 0 ? ` (${row.aliases.join(', ')})` : ''}`,
  `    ${row.summary}`,
  `    calls: ${row.operations.join(' ') || '-'}${row.writes ? '; writes' : ''}${row.local ? '; local' : ''}${row.fan_out ? '; fan-out' : ''}`,
  ...row.flags.map(flagLine),
];

const rows = async (): Promise<CommandRow[]> => (await runCli('commands --json')).json() as CommandRow[];

/** Changing what people type is a visible diff: UPDATE_GOLDEN=1 npx vitest run test/commands/commands writes it anew. */
describe('the command surface', () => {
  it('is the one in test/golden/commands.txt', async () => {
    const blocks = (await rows()).map((row) => commandLines(row).join('\n'));
    const flags = [
      ['every command', ...globalFlagRows().map(flagLine)].join('\n'),
      ['every command that fans out', ...fanOutFlagRows().map(flagLine)].join('\n'),
    ];
    const text = `${[...flags, ...blocks].join('\n\n')}\n`;
    if (process.env.UPDATE_GOLDEN === '1' || !existsSync(golden)) writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });

  it('has a help text for every verb, with its path, examples that begin with the tool', async () => {
    for (const row of await rows()) {
      const help = await runCli([...row.path.split(' '), '--help']);
      expect([row.path, help.code, help.stderr]).toEqual([row.path, 0, '']);
      expect(help.stdout).toContain(`tenantctl ${row.usage}`);
      expect(row.examples.length, `${row.path} has examples`).toBeGreaterThan(0);
      expect(row.examples[0]).toContain(`tenantctl ${row.path}`);
    }
  });

  it('names only operations that there are', async () => {
    const known = new Set<string>(Object.keys(operations));
    const named = (await rows()).flatMap((row) => row.operations);
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });

  it('has no name or alias twice at one level', async () => {
    const check = async (level: readonly Entry[]): Promise<void> => {
      const words = level.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])]);
      expect(words.filter((word, at) => words.indexOf(word) !== at)).toEqual([]);
      for (const entry of level) if (isNoun(entry)) await check((await entry.noun()).verbs);
    };
    await check(entries);
  });

  it('has no flag of a verb that means something else than the global one', async () => {
    const everywhere = [...globalFlagRows(), ...fanOutFlagRows()];
    const global = new Set(everywhere.flatMap((flag) => [flag.name, flag.short]));
    const clashes = (await rows()).flatMap((row) =>
      row.flags
        .filter((flag) => global.has(flag.name) || (flag.short !== null && global.has(flag.short)))
        .map((flag) => `${row.path} ${flag.name}`),
    );
    // It runs in no managed accounts, and says of its steps what fan-out says of accounts: so many at a time.
    const alike = ['apply --parallel'];
    expect(clashes.filter((clash) => !alike.includes(clash))).toEqual([]);
  });
});
