import { usageError } from '../../errors.ts';
import type { Estate } from '../model.ts';
import { nearest } from '../nearest.ts';
import { type Mistake, readDocuments } from './document.ts';
import { EstateFiles, type FoundFile, type Layer } from './files.ts';
import { nameText } from './issues.ts';
import { merged } from './merge.ts';
import { normalised, type Written } from './normal.ts';
import type { Sources } from './source.ts';
import { type Branch, type Tree, treeAt } from './tree.ts';
import { type Report, reporter, Variables } from './variables.ts';
import { wantedEstate } from './wanted.ts';

export interface EstateInput extends Sources {
  /** `--var` */
  readonly given: ReadonlyMap<string, string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface ReadEstate {
  readonly estate: Estate;
  /** The files that were merged, in their order. */
  readonly files: readonly string[];
  /** Not empty: the estate is not to be used. In the order of files and lines. */
  readonly mistakes: readonly Mistake[];
  /** The variables that values of secrets are in. */
  readonly secretVariables: readonly string[];
  /** All of the files as one, for the places of what the server refuses. */
  readonly tree: Tree;
}

interface Content {
  readonly file: FoundFile;
  readonly tree: Branch;
}

/** Reads the files of an estate: later ones are laid over earlier ones, the files of a folder stand beside each other. */
export async function readEstate(names: readonly string[], input: EstateInput): Promise<ReadEstate> {
  const files = new EstateFiles(input);
  const mistakes: Mistake[] = [];
  const layers: Content[][] = [];
  const order: string[] = [];
  for (const layer of await files.layers(names)) {
    layers.push(await contentsOf(files, layer, mistakes));
    order.push(...layer.files.map(({ name }) => (name === '-' ? 'stdin' : name)));
  }
  const report = reporter(mistakes);
  const written: Written = new Map();
  const tree = mergedLayers(layers, input, written, report);
  const origins = new Map(layers.flat().map((content) => [content.tree.origin, content.file]));
  const wanted = await wantedEstate({ tree, written, origins, files, mistakes });
  return { ...wanted, files: order, mistakes: inOrder(mistakes, order) };
}

/** One file after the other, so that only one is held as its reader has it. */
async function contentsOf(files: EstateFiles, layer: Layer, mistakes: Mistake[]): Promise<Content[]> {
  const contents: Content[] = [];
  for (const file of layer.files) {
    const source = await files.read(layer, file);
    const read = await readDocuments(source);
    mistakes.push(...read.mistakes);
    const trees = read.documents.filter(({ data }) => data !== null).map((document) => document.tree());
    for (const tree of trees) if (isEstate(tree, reporter(mistakes))) contents.push({ file, tree });
    if (trees.length + read.mistakes.length === 0)
      mistakes.push({ name: source.name, line: 1, column: 1, message: 'there is nothing in it' });
  }
  return contents;
}

const FORM = 'tenantctl/v1';
const NEEDS = `an estate begins with the line  schema: ${FORM}`;

function isEstate(tree: Tree, report: Report): tree is Branch {
  if (tree.kind !== 'map') {
    report(tree, `this is no map of fields; ${NEEDS}`);
    return false;
  }
  const schema = treeAt(tree, ['schema']);
  const said = schema?.kind === 'leaf' ? schema.value : null;
  if (said === FORM) return true;
  report(schema ?? tree, wrongForm(said));
  return false;
}

function wrongForm(said: unknown): string {
  if (said === null) return `schema: is missing; ${NEEDS}`;
  if (typeof said !== 'string') return `schema: must be ${FORM}`;
  if (said.startsWith('tenantctl/parser/'))
    return 'this is a parser: an account names it with `file:`, from a folder of its own';
  if (said.startsWith('tenantctl/form/'))
    return 'this is a form: an account names it with `file:`, from a folder of its own';
  return said.startsWith('tenantctl/changes/')
    ? 'this is a saved change set: apply takes it alone'
    : `schema: must be ${FORM}, which is what this version reads; ${nameText(said)} is something else`;
}

/** Fields of a file that are about the file alone. */
const ITS_OWN = new Set(['$schema', 'schema', 'vars']);
const FIELDS = ['accounts', 'defaults', ...ITS_OWN];

/** Variables first, for names may have them too, and what is merged by name must be the name itself. */
function mergedLayers(
  layers: readonly Content[][],
  input: EstateInput,
  written: Written,
  report: Report,
): Tree {
  const declared = mergedAll(layers, ({ tree }) => tree.entries.get('vars')?.value, ['vars'], report);
  const variables = new Variables({ ...input, declared }, report);
  const content = ({ tree }: Content): Tree => {
    const entries = new Map([...tree.entries].filter(([name]) => !ITS_OWN.has(name)));
    for (const [name, { key }] of entries) if (!FIELDS.includes(name)) report(key, unknownField(name));
    return normalised(variables.expanded({ ...tree, entries }), written, report);
  };
  const tree = mergedAll(layers, content, [], report);
  const [unused] = variables.unused();
  if (unused !== undefined)
    throw usageError(`--var ${unused}: no file has a variable of that name`, {
      code: 'invalid_value',
      hint: 'names are told apart by upper and lower case; files write ${NAME}',
    });
  return tree ?? { kind: 'map', entries: new Map(), origin: { name: '', placeOf: () => START }, offset: 0 };
}

const START = { line: 1, column: 1 };

function unknownField(name: string): string {
  const meant = nearest(name, FIELDS);
  return `${nameText(name)}: there is no such field${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

function mergedAll(
  layers: readonly (readonly Content[])[],
  treeOf: (content: Content) => Tree | undefined,
  path: readonly string[],
  report: Report,
): Tree | undefined {
  let all: Tree | undefined;
  for (const layer of layers) {
    let beside: Tree | undefined;
    for (const content of layer) {
      const tree = treeOf(content);
      if (tree !== undefined)
        beside = beside === undefined ? tree : merged('beside', beside, tree, report, path);
    }
    if (beside !== undefined) all = all === undefined ? beside : merged('over', all, beside, report, path);
  }
  return all;
}

/** As files were given, then as lines follow each other; each told once. */
function inOrder(mistakes: readonly Mistake[], order: readonly string[]): Mistake[] {
  const ranks = new Map(order.map((name, at) => [name, at]));
  const rank = ({ name }: Mistake) => ranks.get(name) ?? order.length;
  const told = new Set<string>();
  return mistakes
    .toSorted(
      (a, b) =>
        rank(a) - rank(b) ||
        (a.name < b.name ? -1 : Number(a.name > b.name)) ||
        a.line - b.line ||
        a.column - b.column,
    )
    .filter(({ name, line, column, message }) => {
      // What is under every account is wrong in each of them, at one place.
      const words = message.replace(/^accounts\.(?:"[^"]*"|[^.:]*)/, '');
      const text = `${name}:${line}:${column}: ${words}`;
      if (told.has(text)) return false;
      told.add(text);
      return true;
    });
}
