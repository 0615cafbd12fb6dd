import type * as Yaml from 'yaml';
import { firstWorkspace } from '../../contract/limits.ts';
import { yamlText } from '../../output/rows.ts';
import { isUnsafe, safeJson, safeLine } from '../../output/text.ts';
import type { Estate, ParserAddress } from '../model.ts';
import { fileNames } from './file-names.ts';
import { type Nested, nestedAccounts, type Tell } from './nested.ts';

export interface WriteChoices {
  readonly format: 'yaml' | 'json';
  /** `files`: those of parsers and forms in files of their own, below parsers/ and forms/. */
  readonly definitions: 'inline' | 'files';
  /** Where editors find the form: the address or path of schemas/estate.json. */
  readonly schema?: string | undefined;
  /** What else is to be known of an account: what could not be read, say. By its slug. */
  readonly notes?: ReadonlyMap<string, readonly string[]> | undefined;
}

export interface WrittenEstate {
  /** The estate itself. */
  readonly text: string;
  /** The files that it names, relative to it. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** What is there and not in the files, by account; comments in YAML, which JSON does not have. */
  readonly notes: readonly { readonly account: string; readonly text: string }[];
}

const SCHEMA = './schemas/estate.json';

/** An estate as files that are read as this estate again: one spelling, whatever order it came in. */
export async function writeEstate(estate: Estate, choices: WriteChoices): Promise<WrittenEstate> {
  const files = new Definitions();
  const apart = choices.definitions === 'files';
  const tell: Tell = {
    parser(parser, { schema, name, ...inline }) {
      return apart ? files.add('parsers', parser, { schema, name, ...inline }) : inline;
    },
    form(form, { schema, name, ...inline }) {
      return apart ? files.add('forms', form, { schema, name, ...inline }) : inline;
    },
  };
  const accounts = nestedAccounts(estate, tell).map((one) => noted(one, choices));
  const text = choices.format === 'json' ? jsonText(accounts, choices) : await yamlOf(accounts, choices);
  const notes = accounts.flatMap(({ account, notes: texts }) => texts.map((one) => ({ account, text: one })));
  return { text, files: await files.written(), notes };
}

/** The files that an estate names: each definition in one of its own. */
class Definitions {
  readonly #nameOf = { parsers: fileNames('parser'), forms: fileNames('form') };
  readonly #files: { readonly name: string; readonly content: object }[] = [];

  add(folder: 'parsers' | 'forms', { account, workspace, name }: ParserAddress, content: object) {
    const called = workspace === firstWorkspace ? `${account}.${name}` : `${account}.${workspace}.${name}`;
    const file = `${folder}/${this.#nameOf[folder](called)}`;
    this.#files.push({ name: file, content });
    return { file };
  }

  async written(): Promise<WrittenEstate['files']> {
    const files: { readonly name: string; readonly text: string }[] = [];
    for (const { name, content } of this.#files) files.push({ name, text: await yamlText(content) });
    return files;
  }
}

/** Under its account: what one has to say about its own. */
function noted(one: Nested, { notes }: WriteChoices): Nested {
  return { ...one, notes: [...one.notes, ...(notes?.get(one.account) ?? [])] };
}

function jsonText(accounts: readonly Nested[], { schema = SCHEMA }: WriteChoices): string {
  const content = new Map(filled(accounts).map(({ account, content: one }) => [account, one]));
  const plain = plainMap(escaped({ $schema: schema, schema: 'tenantctl/v1', accounts: content }));
  return `${safeJson(JSON.stringify(plain, null, 2))}\n`;
}

/** Whoever is left out altogether is only a note. */
const filled = (accounts: readonly Nested[]) =>
  accounts.filter(({ content }) => Object.keys(content).length > 0);

/** Account by account, so that the YAML library never has more than one of them. */
async function yamlOf(accounts: readonly Nested[], { schema = SCHEMA }: WriteChoices): Promise<string> {
  const yaml = await import('yaml');
  const head = [`# yaml-language-server: $schema=${safeLine(schema)}`, 'schema: tenantctl/v1'];
  if (accounts.length === 0) return `${[...head, 'accounts: {}'].join('\n')}\n`;
  const parts = [...head, 'accounts:'];
  for (const { account, content, notes } of accounts) {
    for (const note of notes) parts.push(`  # ${safeLine(`${account}: ${note}`)}`);
    if (Object.keys(content).length > 0)
      parts.push(indented(sectionText(yaml, new Map([[account, content]]))));
  }
  if (filled(accounts).length === 0) parts[2] = 'accounts: {}';
  return `${parts.join('\n')}\n`;
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^(?=.)/gm, '  ');
}

/** Longest list or map that stands on one line. */
const ONE_LINE = 72;

function sectionText(yaml: typeof Yaml, section: unknown): string {
  const document = new yaml.Document(escaped(section), { aliasDuplicateObjects: false });
  yaml.visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && isUnsafe(node.value)) node.type = 'QUOTE_DOUBLE';
    },
    Collection(_key, node, path) {
      const depth = path.filter((one) => yaml.isMap(one)).length;
      if (depth >= 2 && !holdsThings(yaml, path.at(-1)) && isShort(yaml, node)) node.flow = true;
    },
  });
  return safeJson(document.toString({ lineWidth: 0, flowCollectionPadding: true }));
}

const SECTIONS = ['workspaces', 'permission_sets', 'members', 'sub_accounts', 'parsers', 'forms'];

/** Each on a line of its own, so that a change of one is a change of one line. */
function holdsThings(yaml: typeof Yaml, parent: unknown): boolean {
  return yaml.isPair(parent) && yaml.isScalar(parent.key) && SECTIONS.includes(String(parent.key.value));
}

/** Lists of words, and what is said of one thing, are read as one. */
function isShort(yaml: typeof Yaml, node: Yaml.YAMLMap | Yaml.YAMLSeq): boolean {
  const plain: unknown = node.toJSON();
  const deep = Object.values(plain ?? {}).some(
    (inside) => typeof inside === 'object' && !Array.isArray(inside),
  );
  return !deep && JSON.stringify(plain).length <= ONE_LINE && !(yaml.isMap(node) && node.items.length > 4);
}

/** A `${` that is only text, so that it is read as text again. Values of secrets are variables, and stay. */
function escaped(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return value.map((item: unknown) => escaped(item));
  if (typeof value !== 'object' || value === null || name === 'secret_values') return value;
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  return new Map(
    Array.from(entries, ([key, inside]) => [literal(String(key)), escaped(inside, String(key))] as const),
  );
}

const literal = (text: string) => text.replaceAll('${', () => '$${');

function plainMap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainMap);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, inside]) => [String(key), plainMap(inside)]));
}
