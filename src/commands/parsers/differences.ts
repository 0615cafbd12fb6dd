import type { ParserDifference } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';
import { countsText } from './outcomes.ts';

type Change = ParserDifference['changes'][number];

const marks = { added: '+', removed: '-', changed: '~' } as const;
const stateMarks = { same: '=', added: '+', changed: '~', extra: '-' } as const;

/** Where they differ, for people: a line a parser, and below it a line a field. */
export function differencesText(differences: readonly ParserDifference[], from: string, to: string): string {
  const blocks = differences.map((one) =>
    [headText(one, from, to), ...one.changes.map(changeText)].join('\n'),
  );
  return [...blocks, countsLine(differences, from, to)].join('\n');
}

function headText(
  { name, to_name, state, edited_at_target }: ParserDifference,
  from: string,
  to: string,
): string {
  const both = name === to_name ? name : `${name} -> ${to_name}`;
  const notes = {
    same: 'the same',
    added: `only in ${from}`,
    changed: edited_at_target ? `made or edited in ${to}: only --force overwrites it` : undefined,
    extra: `only in ${to}: a copy leaves it alone`,
  };
  const note = notes[state];
  return `${stateMarks[state]} ${both}${note === undefined ? '' : ` (${note})`}`;
}

function changeText({ path, kind, before, after }: Change): string {
  const values = {
    added: shown(after),
    removed: shown(before),
    changed: `${shown(before)} -> ${shown(after)}`,
  };
  return `    ${marks[kind]} ${path}: ${values[kind]}`;
}

function shown(value: unknown): string {
  return JSON.stringify(value);
}

function countsLine(differences: readonly ParserDifference[], from: string, to: string): string {
  const words = { same: 'the same', added: `only in ${from}`, changed: 'changed', extra: `only in ${to}` };
  return countsText(differences.map(({ state }) => words[state]));
}

/** A row a field that differs, for spreadsheets; a row for each parser that is on one side only. */
export interface DifferenceRow {
  readonly name: string;
  readonly to_name: string;
  readonly state: string;
  readonly change: Change | null;
}

export const differenceColumns: readonly Column<DifferenceRow>[] = [
  { header: 'NAME', value: (row) => row.name },
  { header: 'TO NAME', value: (row) => row.to_name },
  { header: 'STATE', value: (row) => row.state },
  { header: 'PATH', value: (row) => row.change?.path },
  { header: 'CHANGE', value: (row) => row.change?.kind },
  { header: 'BEFORE', value: (row) => (row.change === null ? null : shown(row.change.before)) },
  { header: 'AFTER', value: (row) => (row.change === null ? null : shown(row.change.after)) },
];

export async function* differenceRows(
  differences: AsyncIterable<ParserDifference>,
): AsyncGenerator<DifferenceRow> {
  for await (const { name, to_name, state, changes } of differences) {
    if (changes.length === 0) yield { name, to_name, state, change: null };
    for (const change of changes) yield { name, to_name, state, change };
  }
}
