import { canonical } from '../contract/batch.ts';
import { contentDigest } from '../contract/parser-digest.ts';
import type { Change, Json } from './changes.ts';
import type { ParserAddress } from './model.ts';

/** What a change makes of a field; undefined if it leaves it alone. */
export function afterOf(change: Pick<Change, 'fields'>, name: string): Json | undefined {
  return change.fields.find((field) => field.name === name)?.after;
}

export function roleAfter(change: Change): Json | undefined {
  return afterOf(change, 'role');
}

export function roleBefore(change: Change): Json | undefined {
  return change.fields.find((field) => field.name === 'role')?.before;
}

/** The slugs in a list; of places (`{ workspace, role }`) their workspaces. */
export function namesIn(change: Change, name: string): string[] {
  const list = afterOf(change, name);
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) => {
    if (typeof item === 'string') return [item];
    const workspace: unknown =
      typeof item === 'object' && item !== null ? Reflect.get(item, 'workspace') : null;
    return typeof workspace === 'string' ? [workspace] : [];
  });
}

/** Is it about somebody who was invited and has not answered? */
export function isInvitation({ kind, id }: Change): boolean {
  return kind === 'member' && id !== null && id.startsWith('inv_');
}

export function sameValue(left: unknown, right: unknown): boolean {
  return JSON.stringify(canonical(left)) === JSON.stringify(canonical(right));
}

/** What a change makes of each field, by name. */
export function bodyOf(
  { fields }: Pick<Change, 'fields'>,
  but: readonly string[] = [],
): Record<string, Json> {
  const own = fields.filter(({ name }) => !but.includes(name));
  return Object.fromEntries(own.map(({ name, after }) => [name, after]));
}

/** The same of a field that is text; undefined if it is left alone. */
export function textAfter(change: Pick<Change, 'fields'>, name: string): string | undefined {
  const after = afterOf(change, name);
  return typeof after === 'string' ? after : undefined;
}

/** What a parser is kept equal to. */
export function copySource(change: Change): ParserAddress | null {
  const from = change.kind === 'parser' ? afterOf(change, 'copy_from') : undefined;
  if (typeof from !== 'object' || from === null || Array.isArray(from)) return null;
  const { account, workspace, name } = from;
  if (typeof account !== 'string' || typeof workspace !== 'string' || typeof name !== 'string') return null;
  return { account, workspace, name };
}

/** Of what a parser will say, where a change names all of it. */
export function textDigestAfter(change: Change): string | undefined {
  const [type, description, definition] = ['document_type', 'description', 'definition'].map((name) =>
    afterOf(change, name),
  );
  if (typeof type !== 'string' || (typeof description !== 'string' && description !== null)) return undefined;
  if (typeof definition !== 'object' || definition === null) return undefined;
  return contentDigest({ document_type: type, description, definition });
}
