import { contentDigest } from '../contract/parser-digest.ts';
import type { Change, FieldChange } from './changes.ts';
import type { EstateParser, ParserAddress, ParserText } from './model.ts';
import { changed, differing, type Sides } from './sides.ts';

const CONTENT = ['document_type', 'description', 'definition'] as const;

/** Parsers by their content, or by their digests where that is all that may be seen. */
export function parserChanges(sides: Sides): Change[] {
  const live = new Map(sides.live.parsers.map((parser) => [addressText(parser), parser]));
  return sides.pairs('parsers').flatMap(({ account, key, wanted, live: found }): Change[] => {
    const about = { kind: 'parser', account, key } as const;
    if (wanted === undefined)
      return sides.prunes('parser') ? [changed({ ...about, op: 'delete' }, [], found)] : [];
    const fields = fieldsOf(wanted, found, live);
    const unread = sides.unread(account, 'parser');
    if (unread !== null) return [changed({ ...about, op: 'conflict' }, fields, undefined, { note: unread })];
    const lacking = missingSource(wanted, live);
    if (lacking !== null) return [changed({ ...about, op: 'conflict' }, fields, found, { note: lacking })];
    if (found === undefined) return [changed({ ...about, op: 'create' }, fields, undefined)];
    return fields.length === 0 ? [] : [changed({ ...about, op: 'update' }, fields, found)];
  });
}

function addressText({ account, workspace, name }: ParserAddress): string {
  return `${account}/${workspace}/${name}`;
}

type Live = ReadonlyMap<string, EstateParser>;

function fieldsOf(wanted: EstateParser, found: EstateParser | undefined, live: Live): FieldChange[] {
  const { copy_from: from, content } = wanted;
  const source = from === undefined ? undefined : live.get(addressText(from));
  const text = content ?? source?.content;
  // Where the one side may not be read, equal digests say that there is nothing to do.
  const digest = text === undefined ? source?.digest : contentDigest(text);
  if (found !== undefined && digest !== undefined && digest === found.digest) return [];
  const copied: FieldChange[] =
    from === undefined ? [] : [{ name: 'copy_from', before: null, after: { ...from } }];
  if (text === undefined) return copied;
  return [...copied, ...differing<Partial<ParserText>>(CONTENT, text, readable(found))];
}

/** Of what may not be read every field is named: what it was nobody here knows. */
function readable(found: EstateParser | undefined): Partial<ParserText> | undefined {
  return found?.content;
}

/** A copy of what neither the files nor the server have. */
function missingSource({ copy_from: from, content }: EstateParser, live: Live): string | null {
  if (from === undefined || content !== undefined || live.has(addressText(from))) return null;
  return `${addressText(from)}, which it is to be a copy of, is not there, or may not be seen`;
}

/** Accounts that parsers are copied from and that the files do not name: they are read too, and never changed. */
export function sourcesOutside(sides: Pick<Sides, 'named'>, parsers: readonly EstateParser[]): string[] {
  return parsers.flatMap(({ copy_from: from }) =>
    from === undefined || sides.named.has(from.account) ? [] : [from.account],
  );
}
