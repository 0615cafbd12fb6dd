import { firstWorkspace } from '../../contract/limits.ts';
import { fromParserFile, PARSER_FILE } from '../../contract/parser-file.ts';
import {
  byCode,
  type EstateParser,
  type EstateSecret,
  type ParserAddress,
  type ParserText,
} from '../model.ts';
import { type AccountPart, each, type Whole } from './account-part.ts';
import { ContentFiles, type ContentInput } from './content-files.ts';
import type { Mistake } from './document.ts';
import { mistakesOf, nameText } from './issues.ts';
import { type ParserContent, readParsers } from './parsers.ts';
import { addressKey, type Place, parserPlaces, placeKey, placesByKey, type SaidOf } from './places.ts';
import { type Path, placeOf, spotAt } from './tree.ts';

export interface WantedInput extends ContentInput {
  readonly whole: Whole;
}

type ParserPlace = Place<SaidOf<'parsers'>>;

/** Every parser of the estate with its content: read, defined in place, or that of what it is a copy of. */
export async function wantedParsers(input: WantedInput): Promise<EstateParser[]> {
  const byKey = placesByKey([...input.whole.parts.values()].flatMap(parserPlaces));
  const contents = await contentsOf([...byKey.values()], input);
  const copies = new Copies(byKey, contents, input.whole);
  return [...byKey].map(([key, place]) => parserOf(place, key, copies));
}

const INLINE = ['document_type', 'description', 'preprocessing', 'fields', 'tables', 'secrets'] as const;

async function contentsOf(
  places: readonly ParserPlace[],
  input: WantedInput,
): Promise<Map<string, ParserText>> {
  const contents = new Map<string, ParserText>();
  const named = new ContentFiles(input, 'parser', readParsers);
  for (const place of places) {
    const { part, path, said: one } = place;
    if (part.isBroken(path)) continue;
    const inline = INLINE.filter((field) => one[field] !== undefined);
    const ways = [one.file, one.copy_from, inline[0]].filter((way) => way !== undefined);
    if (ways.length !== 1) {
      part.wrong(
        path,
        ways.length === 0 ? NO_WAY : 'is said in two ways: file, copy_from, or defined here',
        'key',
      );
      continue;
    }
    const content =
      one.file !== undefined
        ? await named.contentAt(place, one.file)
        : inline.length > 0
          ? await inlineContent(place, inline, input.mistakes)
          : null;
    if (content !== null) contents.set(placeKey(place), textOf(content));
  }
  return contents;
}

const NO_WAY = 'says nothing of what it does: write file, copy_from, or its document_type and fields';

function textOf({ document_type, description = null, definition }: ParserContent): ParserText {
  return { document_type, description, definition };
}

/** What is said in place is a parser's file without its first lines. */
async function inlineContent(
  { part, path, name, said: one }: ParserPlace,
  fields: readonly (typeof INLINE)[number][],
  mistakes: Mistake[],
): Promise<ParserContent | null> {
  const { parserFile } = await import('../../contract/parser-definition.ts');
  const content = Object.fromEntries(fields.map((field) => [field, one[field]]));
  const { data, error } = parserFile.safeParse({ schema: PARSER_FILE, name, ...content });
  if (data !== undefined) return fromParserFile(data);
  const within = ['accounts', part.slug, ...path];
  const placeIn = (inside: readonly PropertyKey[], at: 'key' | 'value') =>
    placeOf(spotAt(part.tree, [...path, ...inside.map(String)], at));
  mistakes.push(...mistakesOf({ data: { name, ...content }, placeOf: placeIn, within }, error.issues));
  return null;
}

/** What copies are copies of, all the way; what goes round in a circle is told once. */
class Copies {
  readonly #places: ReadonlyMap<string, ParserPlace>;
  readonly #contents: Map<string, ParserText>;
  readonly #whole: Whole;
  readonly #done = new Set<string>();

  constructor(places: ReadonlyMap<string, ParserPlace>, contents: Map<string, ParserText>, whole: Whole) {
    this.#places = places;
    this.#contents = contents;
    this.#whole = whole;
  }

  contentOf(key: string): ParserText | undefined {
    const way: string[] = [];
    let at = key;
    for (let place = this.#places.get(at); place !== undefined; place = this.#places.get(at)) {
      const from = place.said.copy_from;
      if (from === undefined || this.#done.has(at)) break;
      if (way.includes(at)) {
        this.#circle(way.slice(way.indexOf(at)));
        break;
      }
      way.push(at);
      at = this.#checked(place, from);
    }
    const content = this.#contents.get(at);
    for (const step of way) {
      this.#done.add(step);
      if (content !== undefined) this.#contents.set(step, content);
    }
    return content;
  }

  #checked(place: ParserPlace, from: string): string {
    const address = addressOf(from);
    const key = addressKey(address);
    const { parts } = this.#whole;
    const source = parts.get(address.account);
    const path = [...place.path, 'copy_from'];
    if (source === undefined || this.#places.has(key)) {
      if (source !== undefined) mayCopy(place, path, source);
      return key;
    }
    const names = parserPlaces(source).filter(({ workspace }) => workspace === address.workspace);
    if (names.length > 0)
      place.part.wrong(
        path,
        `${address.account} has no parser ${nameText(address.name)} in ${address.workspace} in these files`,
      );
    return key;
  }

  #circle(keys: readonly string[]): void {
    for (const key of keys) {
      const place = this.#places.get(key);
      const words = keys.length === 1 ? 'is a copy of itself' : `goes round in a circle: ${keys.join(', ')}`;
      place?.part.wrong([...place.path, 'copy_from'], words);
    }
  }
}

/** R7: within a family, or out of an account that lets anyone copy. What the files leave open, the server judges. */
function mayCopy({ part }: ParserPlace, path: Path, source: AccountPart): void {
  const head = (of: AccountPart) => of.said.master ?? of.slug;
  if (head(part) === head(source) || source.said.copy_out !== 'family') return;
  part.wrong(
    path,
    `${source.slug} lets only its family copy (copy_out: family), and ${part.slug} is not of it`,
  );
}

function addressOf(text: string): ParserAddress {
  const [account = '', second = '', third] = text.split('/');
  return third === undefined
    ? { account, workspace: firstWorkspace, name: second }
    : { account, workspace: second, name: third };
}

function parserOf(place: ParserPlace, key: string, copies: Copies): EstateParser {
  const { part, workspace, name, said: one } = place;
  const content = copies.contentOf(key);
  const secrets = secretsOf(place, content);
  return {
    account: part.slug,
    workspace,
    name,
    ...(content !== undefined && { content }),
    ...(one.copy_from !== undefined && { copy_from: addressOf(one.copy_from) }),
    ...(secrets.length > 0 && { secrets }),
  };
}

function secretsOf({ part, path, said: one }: ParserPlace, content: ParserText | undefined): EstateSecret[] {
  const declared = content?.definition.secrets?.map(({ name }) => name);
  return each(one.secret_values)
    .map(([name, variable]) => {
      if (declared?.includes(name) === false)
        part.wrong([...path, 'secret_values', name], 'is no secret that the definition declares', 'key');
      return { name, variable: variable.slice(2, -1) };
    })
    .sort((a, b) => byCode(a.name, b.name));
}
