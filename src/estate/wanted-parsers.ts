import { firstWorkspace } from '../contract/limits.ts';
import { fromParserFile, PARSER_FILE } from '../contract/parser-file.ts';
import { type AccountPart, each, type Whole } from './account-part.ts';
import type { Mistake } from './document.ts';
import type { EstateFiles, FoundFile } from './files.ts';
import { mistakesOf, nameText } from './issues.ts';
import {
  byCode,
  type EstateParser,
  type EstateSecret,
  type ParserAddress,
  type ParserText,
} from './model.ts';
import { type FoundParser, type ParserContent, readParsers } from './parsers.ts';
import { type Origin, type Path, placeOf, spotAt } from './tree.ts';

export interface ParserInput {
  readonly whole: Whole;
  readonly files: EstateFiles;
  readonly origins: ReadonlyMap<Origin, FoundFile>;
  readonly mistakes: Mistake[];
}

type Said = NonNullable<AccountPart['said']['parsers']>[string];

/** A parser where the files say it. */
interface Place {
  readonly part: AccountPart;
  readonly path: Path;
  readonly workspace: string;
  readonly name: string;
  readonly said: Said;
}

/** Every parser of the estate with its content: read, defined in place, or that of what it is a copy of. */
export async function wantedParsers(input: ParserInput): Promise<EstateParser[]> {
  const places = [...input.whole.parts.values()].flatMap(placesIn);
  const byKey = new Map<string, Place>();
  for (const place of places) {
    const key = keyOf(place.part.slug, place);
    if (byKey.has(key)) place.part.wrong(place.path, 'is there already, under the account itself', 'key');
    else byKey.set(key, place);
  }
  const contents = await contentsOf([...byKey.values()], input);
  const copies = new Copies(byKey, contents, input.whole);
  return [...byKey].map(([key, place]) => parserOf(place, key, copies));
}

function placesIn(part: AccountPart): Place[] {
  const own = each(part.said.parsers).map(([name, one]) => ({
    part,
    path: ['parsers', name],
    workspace: firstWorkspace,
    name,
    said: one,
  }));
  const others = each(part.said.workspaces).flatMap(([workspace, { parsers }]) =>
    each(parsers).map(([name, one]) => ({
      part,
      path: ['workspaces', workspace, 'parsers', name],
      workspace,
      name,
      said: one,
    })),
  );
  return [...own, ...others];
}

const keyOf = (account: string, { workspace, name }: { workspace: string; name: string }) =>
  `${account}/${workspace}/${name}`;

const INLINE = ['document_type', 'description', 'preprocessing', 'fields', 'tables', 'secrets'] as const;

async function contentsOf(places: readonly Place[], input: ParserInput): Promise<Map<string, ParserText>> {
  const contents = new Map<string, ParserText>();
  const opened = new Map<string, Promise<readonly FoundParser[] | string>>();
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
        ? await fileContent(place, one.file, input, opened)
        : inline.length > 0
          ? await inlineContent(place, inline, input.mistakes)
          : null;
    if (content !== null) contents.set(keyOf(part.slug, place), content);
  }
  return contents;
}

const NO_WAY = 'says nothing of what it does: write file, copy_from, or its document_type and fields';

async function fileContent(
  { part, path, name }: Place,
  file: string,
  { files, origins, mistakes }: ParserInput,
  opened: Map<string, Promise<readonly FoundParser[] | string>>,
): Promise<ParserText | null> {
  const from = origins.get(spotAt(part.tree, [...path, 'file']).origin);
  if (from === undefined) throw new Error('a place in no file');
  const key = `${from.folder}\n${file}`;
  const open = async () => {
    const source = await files.named(from, file);
    if ('refusal' in source) return source.refusal;
    const read = await readParsers(source);
    mistakes.push(...read.mistakes);
    return read.parsers;
  };
  const opening = opened.get(key) ?? open();
  opened.set(key, opening);
  const found = await opening;
  if (typeof found === 'string') {
    part.wrong([...path, 'file'], `${nameText(file)} ${found}`);
    return null;
  }
  const [first] = found;
  const meant = found.length > 1 ? found.find((one) => one.name === name) : first;
  if (meant === undefined && found.length > 1)
    part.wrong(
      [...path, 'file'],
      `${nameText(file)} has ${found.length} parsers, and none is called ${nameText(name)}`,
    );
  return meant === undefined ? null : textOf(meant.content);
}

function textOf({ document_type, description = null, definition }: ParserContent): ParserText {
  return { document_type, description, definition };
}

/** What is said in place is a parser's file without its first lines. */
async function inlineContent(
  { part, path, name, said: one }: Place,
  fields: readonly (typeof INLINE)[number][],
  mistakes: Mistake[],
): Promise<ParserText | null> {
  const { parserFile } = await import('../contract/parser-definition.ts');
  const content = Object.fromEntries(fields.map((field) => [field, one[field]]));
  const { data, error } = parserFile.safeParse({ schema: PARSER_FILE, name, ...content });
  if (data !== undefined) return textOf(fromParserFile(data));
  const within = ['accounts', part.slug, ...path];
  const placeIn = (inside: readonly PropertyKey[], at: 'key' | 'value') =>
    placeOf(spotAt(part.tree, [...path, ...inside.map(String)], at));
  mistakes.push(...mistakesOf({ data: { name, ...content }, placeOf: placeIn, within }, error.issues));
  return null;
}

/** What copies are copies of, all the way; what goes round in a circle is told once. */
class Copies {
  readonly #places: ReadonlyMap<string, Place>;
  readonly #contents: Map<string, ParserText>;
  readonly #whole: Whole;
  readonly #done = new Set<string>();

  constructor(places: ReadonlyMap<string, Place>, contents: Map<string, ParserText>, whole: Whole) {
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

  #checked(place: Place, from: string): string {
    const address = addressOf(from);
    const key = keyOf(address.account, address);
    const { parts } = this.#whole;
    const source = parts.get(address.account);
    const path = [...place.path, 'copy_from'];
    if (source === undefined || this.#places.has(key)) {
      if (source !== undefined) mayCopy(place, path, source);
      return key;
    }
    const names = placesIn(source).filter(({ workspace }) => workspace === address.workspace);
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
function mayCopy({ part }: Place, path: Path, source: AccountPart): void {
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

function parserOf(place: Place, key: string, copies: Copies): EstateParser {
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

function secretsOf({ part, path, said: one }: Place, content: ParserText | undefined): EstateSecret[] {
  const declared = content?.definition.secrets?.map(({ name }) => name);
  return each(one.secret_values)
    .map(([name, variable]) => {
      if (declared?.includes(name) === false)
        part.wrong([...path, 'secret_values', name], 'is no secret that the definition declares', 'key');
      return { name, variable: variable.slice(2, -1) };
    })
    .sort((a, b) => byCode(a.name, b.name));
}
