import type { BatchRow } from '../contract/types.ts';
import type { Verdict } from './check.ts';
import type { InputRecord } from './rows.ts';

const EMAIL_MAX = 1000;
const WORD_MAX = 100;

/**
 * A row as `batches.send` takes it: the schema's bounds hold whatever the file has, for one row out of
 * bounds would have its whole chunk refused. What is cut was no address, role or name before either.
 */
export function wireRow({ row, input, problem }: InputRecord, verdict: Verdict): BatchRow {
  // A row that cannot be read must not invite anybody, though its address may be sound.
  if (problem !== null) return { row, email: clean(`malformed row: ${input.email}`, EMAIL_MAX) };
  // Which row it repeats is known here alone: the server sees one chunk at a time.
  if (verdict.kind === 'error' && verdict.code === 'conflicting_rows') {
    return { row, email: clean(input.email, EMAIL_MAX), conflicting: true };
  }
  if (verdict.kind === 'duplicate')
    return { row, email: clean(input.email, EMAIL_MAX), duplicate_of: verdict.of };
  const { email, role, modules, children, workspaces, first_name } = input;
  return {
    row,
    email: clean(email, EMAIL_MAX),
    ...(role !== undefined && { role: clean(role, WORD_MAX) }),
    ...(modules !== undefined && { modules: modules.map((word) => clean(word, WORD_MAX)) }),
    ...(children !== undefined && { children: children.map((word) => clean(word, WORD_MAX)) }),
    ...(workspaces !== undefined && {
      workspaces: workspaces.map((place) => ({
        workspace: clean(place.workspace, WORD_MAX),
        role: clean(place.role, WORD_MAX),
      })),
    }),
    ...(first_name !== undefined && { first_name: clean(first_name, 200) }),
  };
}

/** NUL and halves of characters, which JSON can spell, are no text to a database. */
function clean(text: string, max: number): string {
  const short = text.length > max ? text.slice(0, max) : text;
  return (short.includes('\0') ? short.replaceAll('\0', '\ufffd') : short).toWellFormed();
}
