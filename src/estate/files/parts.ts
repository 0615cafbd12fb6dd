import { type Detail, retold, TenantctlError } from '../../errors.ts';
import { type Document, type Mistake, readDocuments, type Source } from './document.ts';
import { type Checked, type Issue, mistakesOf, pointerOf } from './issues.ts';
import { placeText } from './source.ts';

/** Part of a document: one of its items, or all of it. */
export interface Part {
  readonly document: Document;
  /** JSON pointer of the part; empty for the whole. */
  readonly pointer: string;
  readonly data: unknown;
}

/** The form of a part, as zod has it. */
interface Form<T> {
  safeParse(data: unknown): {
    readonly data?: T | undefined;
    readonly error?: { readonly issues: readonly Issue[] } | undefined;
  };
}

interface Checks<T, Found> {
  /** What a part is, for messages. */
  readonly what: 'parser' | 'form';
  /** The schemas cost more to load than the rest of the tool, so only where there is something to check. */
  readonly form: () => Promise<Form<T>>;
  readonly found: (data: T, part: Part) => Found;
}

export interface ReadParts<Found> {
  readonly found: readonly Found[];
  readonly mistakes: readonly Mistake[];
}

/** Every part of a file, checked: one a document, or a list of them. */
export async function readParts<T, Found>(
  source: Source,
  checks: Checks<T, Found>,
): Promise<ReadParts<Found>> {
  const { documents, mistakes } = await readDocuments(source);
  const parts = documents.flatMap(partsOf);
  if (parts.length + mistakes.length === 0) return { found: [], mistakes: [nothingIn(source, checks)] };
  const form = await checks.form();
  const found: Found[] = [];
  const wrong: Mistake[] = [...mistakes];
  for (const part of parts) {
    const { data, error } = form.safeParse(part.data);
    if (data === undefined) wrong.push(...mistakesOf(checkedIn(part), error?.issues ?? []));
    else found.push(checks.found(data, part));
  }
  return { found, mistakes: wrong.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

export function checkedIn({ document, pointer, data }: Part): Checked {
  const placeOf = (path: readonly PropertyKey[], part: 'key' | 'value') => ({
    name: document.name,
    ...document.at(pointer + pointerOf(path), part),
  });
  return { data, placeOf };
}

/**
 * The server's refusal of what a file says: its pointers into the request become places in the file.
 * @param inFile where in the part the file has what the request has there
 */
export function retoldIn(
  thrown: unknown,
  { document, pointer: part }: Omit<Part, 'data'>,
  inFile = (pointer: string): string => pointer,
): unknown {
  if (!(thrown instanceof TenantctlError) || thrown.details === undefined) return thrown;
  const details = thrown.details.map(({ pointer, detail }): Detail => {
    if (pointer === undefined || !pointer.startsWith('/')) return { pointer, detail };
    const field = inFile(pointer);
    const place = placeText({ name: document.name, ...document.at(part + field) });
    return { pointer: place, detail: `${field.slice(1)}: ${detail}` };
  });
  return retold(thrown, { details });
}

function partsOf(document: Document): Part[] {
  const { data } = document;
  // What stands after a last `---`.
  if (data === null) return [];
  if (!Array.isArray(data)) return [{ document, pointer: '', data }];
  return data.map((item: unknown, at) => ({ document, pointer: `/${at}`, data: item }));
}

function nothingIn({ name }: Source, { what }: { readonly what: string }): Mistake {
  return { name, line: 1, column: 1, message: `there is no ${what} in it` };
}
