import { contentDigest } from '../../contract/parser-digest.ts';
import type { Change, FieldChange } from '../changes.ts';
import type { EstateParser, ParserAddress, ParserText } from '../model.ts';
import { changed, differing, type Sides } from './sides.ts';

const CONTENT = ['document_type', 'description', 'definition'] as const;

/** Parsers by their content, or by their digests where that is all that may be seen. */
export function parserChanges(sides: Sides): Change[] {
  const live = new Map(sides.live.parsers.map((parser) => [addressText(parser), parser]));
  return sides.pairs('parsers').flatMap(({ account, key, wanted, live: found }): Change[] => {
    const about = { kind: 'parser', account, key } as const;
    const closed = sides.isMastered(account) && !isPlainCopy(wanted) ? mastersNote(account, wanted) : null;
    if (wanted === undefined) {
      if (!sides.prunes('parser')) return [];
      return [
        changed({ ...about, op: closed === null ? 'delete' : 'conflict' }, [], found, { note: closed }),
      ];
    }
    const fields = fieldsOf(wanted, found, live);
    const note = sides.unread(account, 'parser') ?? missingSource(wanted, live) ?? closed;
    if (found !== undefined && fields.length === 0 && note === closed) return [];
    if (note !== null) return [changed({ ...about, op: 'conflict' }, fields, found, { note })];
    return [changed({ ...about, op: found === undefined ? 'create' : 'update' }, fields, found)];
  });
}

/** The server copies by itself, under the same name: all that a master may do with a parser of a managed account. */
function isPlainCopy(wanted: EstateParser | undefined): boolean {
  return wanted?.copy_from !== undefined && wanted.copy_from.name === wanted.name;
}

function mastersNote(account: string, wanted: EstateParser | undefined): string {
  const own = `a profile with a token of ${account}, or of somebody who works in it`;
  return wanted === undefined
    ? `a master removes no parser of an account that it manages; use ${own}`
    : `a master does not write parsers in an account that it manages, it copies them there under their own name: \`copy_from: ACCOUNT/${wanted.name}\`; or use ${own}`;
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
