import { posix } from 'node:path';
import {
  allowed,
  builtinHomes,
  domainBuiltins,
  forbiddenNames,
  homes,
  layers,
  lazyOnly,
  mayUseGlobals,
} from './layers.ts';
import { type Import, type Scan, scan } from './scan.ts';

/** Path below src/ (forward slashes) -> source text. */
export type Tree = ReadonlyMap<string, string>;

export const layerOf = (path: string): string | null =>
  layers.find(([, pattern]) => pattern.test(path))?.[0] ?? null;

const nounOf = (path: string) => /^commands\/([^/]+)\//.exec(path)?.[1];

const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

function checkName(path: string): string[] {
  const folders = path.split('/').slice(0, -1);
  const named = folders.filter((folder) => forbiddenNames.test(folder));
  return named.map((folder) => `${path}: a folder named "${folder}" says nothing about what belongs into it`);
}

function checkInternal(path: string, layer: string, target: string, found: Import): string[] {
  const to = layerOf(target);
  if (to === null) return [];
  const nouns = [nounOf(path), nounOf(target)];
  if (nouns[0] !== undefined && nouns[1] !== undefined) {
    return nouns[0] === nouns[1] ? [] : [`${path}: noun ${nouns[0]} imports noun ${nouns[1]} (${target})`];
  }
  if (layer === 'serve' && to === 'start' && found.kind === 'value' && !found.dynamic) {
    return [`${path}: the server is loaded by import() when serve runs, never before`];
  }
  if (layer === 'verbs' && to === 'fan-out' && found.kind === 'value' && !found.dynamic) {
    return [`${path}: fan-out is loaded by import() when it is asked for, never before`];
  }
  if (to === layer) return [];
  const edges = allowed[layer];
  if (edges === undefined) return [`${path}: layer ${layer} has no line in the table of imports`];
  if (edges.value.includes(to)) return [];
  if (edges.lazy?.includes(to)) {
    return found.kind === 'type' || found.dynamic
      ? []
      : [`${path}: ${layer} loads ${to} by import() alone (${target})`];
  }
  if (edges.type.includes(to)) {
    return found.kind === 'type' ? [] : [`${path}: ${layer} may import only types of ${to} (${target})`];
  }
  return [`${path}: ${layer} may not import ${to} (${target})`];
}

function checkBuiltin(path: string, layer: string, name: string): string[] {
  const home = builtinHomes[name];
  if (home !== undefined && !home.includes(layer)) {
    return [`${path}: ${name} belongs to ${home.length === 0 ? 'nobody' : home.join(', ')}`];
  }
  if (layer === 'domain' && !domainBuiltins.includes(name)) return [`${path}: the rules may not use ${name}`];
  return [];
}

function checkVendor(path: string, layer: string, found: Import): string[] {
  const name = packageOf(found.specifier);
  const home = homes[name];
  if (home === undefined) return [`${path}: the package ${name} has no home in the table`];
  if (!home.includes(layer)) return [`${path}: ${name} belongs to ${home.join(', ')}, not to ${layer}`];
  const eager = found.kind === 'value' && !found.dynamic && !path.endsWith('.d.ts');
  return eager && lazyOnly.includes(name)
    ? [`${path}: ${name} is to be loaded by import() where it is used`]
    : [];
}

function checkImport(path: string, layer: string, found: Import): string[] {
  const { specifier } = found;
  if (specifier.startsWith('.')) {
    return checkInternal(path, layer, posix.join(posix.dirname(path), specifier), found);
  }
  return specifier.startsWith('node:')
    ? checkBuiltin(path, layer, specifier)
    : checkVendor(path, layer, found);
}

function checkContent(path: string, layer: string, content: Scan): string[] {
  const globals = mayUseGlobals.includes(layer) ? [] : content.globals;
  const isVerbList = /^commands\/[^/]+\/index\.ts$/.test(path);
  return [
    ...content.errors.map((message) => `${path}: does not parse: ${message}`),
    ...globals.map((name) => `${path}: ${name} is for ${mayUseGlobals.join(', ')}; take it as a parameter`),
    ...(content.hasOpaqueImport
      ? [`${path}: import() of an expression cannot be checked; name the module`]
      : []),
    ...(content.isBarrel ? [`${path}: a barrel; import from the file that has it`] : []),
    ...(/(?:^|\/)index\.ts$/.test(path) && !isVerbList
      ? [`${path}: index.ts is a noun's list of verbs only`]
      : []),
  ];
}

/** Every way in which the tree breaks the rules of the house, as a sentence each. */
export function violations(tree: Tree): string[] {
  return [...tree].flatMap(([path, source]) => {
    const layer = layerOf(path);
    if (layer === null) return [`${path}: belongs to no layer`, ...checkName(path)];
    const content = scan(path, source);
    const imports = content.imports.flatMap((found) => checkImport(path, layer, found));
    return [...checkName(path), ...checkContent(path, layer, content), ...imports];
  });
}

/** For all code, tests included: no module mocking, and a switched-off check says why after ` -- ` or a colon. */
export function habitViolations(tree: Tree): string[] {
  return [...tree].flatMap(([path, source]) => {
    const content = scan(path, source);
    const bare = content.comments.filter(
      (text) =>
        /(?:oxlint|eslint)-disable|biome-ignore|@ts-(?:ignore|expect-error)/.test(text) &&
        !/(?: -- |: )\S/.test(text),
    );
    return [
      ...(content.mocksModules ? [`${path}: module mocking; use a fake at one of our ports`] : []),
      ...bare.map((text) => `${path}: "${text.trim()}" does not say why`),
    ];
  });
}
