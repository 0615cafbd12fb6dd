import { parseSync } from 'rolldown/utils';

/** One reference from a file to another module. `type` ones vanish when the program runs. */
export interface Import {
  readonly specifier: string;
  readonly kind: 'value' | 'type';
  readonly dynamic: boolean;
}

export interface Scan {
  readonly imports: readonly Import[];
  /** Globals among `process` and `console` that the file reads without declaring them itself. */
  readonly globals: readonly string[];
  /** `import(expression)`, which nobody can check. */
  readonly hasOpaqueImport: boolean;
  /** Nothing but re-exports. */
  readonly isBarrel: boolean;
  /** `vi.mock` and its kin. */
  readonly mocksModules: boolean;
  readonly comments: readonly string[];
  readonly errors: readonly string[];
}

type Node = Record<string, unknown> & { readonly type: string };

const watched = new Set(['process', 'console']);
const mocking = new Set(['mock', 'doMock', 'hoisted', 'importMock', 'importActual']);

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const textOf = (node: unknown, key: string): string => {
  const value = isNode(node) ? node[key] : undefined;
  return typeof value === 'string' ? value : '';
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function walk(
  value: unknown,
  visit: (node: Node, parent: Node | null) => void,
  parent: Node | null = null,
): void {
  if (Array.isArray(value)) {
    for (const each of value) walk(each, visit, parent);
    return;
  }
  if (!isNode(value)) return;
  visit(value, parent);
  for (const child of Object.values(value)) walk(child, visit, value);
}

function kindOf(node: Node): 'value' | 'type' {
  if (node['importKind'] === 'type' || node['exportKind'] === 'type') return 'type';
  const specifiers = listOf(node['specifiers']);
  const isType = (each: unknown) =>
    isNode(each) && (each['importKind'] === 'type' || each['exportKind'] === 'type');
  return specifiers.length > 0 && specifiers.every(isType) ? 'type' : 'value';
}

/** `require('x')`, however it was made; it loads as late as `import()` does. */
function requiredBy(node: Node): Import | null {
  const [first] = node.type === 'CallExpression' ? listOf(node['arguments']) : [];
  const specifier = textOf(first, 'value');
  if (specifier === '' || textOf(node['callee'], 'name') !== 'require') return null;
  return { specifier, kind: 'value', dynamic: true };
}

function importOf(node: Node): Import | null {
  const specifier = textOf(node['source'], 'value');
  if (specifier === '') return null;
  if (node.type === 'ImportExpression') return { specifier, kind: 'value', dynamic: true };
  if (node.type === 'TSImportType') return { specifier, kind: 'type', dynamic: false };
  if (!/^(?:Import|ExportNamed|ExportAll)Declaration$/.test(node.type)) return null;
  return { specifier, kind: kindOf(node), dynamic: false };
}

/** A name behind a dot or in an object's key is a property; everything else with that name is the global. */
function globalRead(node: Node, parent: Node | null): string | null {
  const name = textOf(node, 'name');
  if (node.type !== 'Identifier' || !watched.has(name) || parent === null) return null;
  if (parent.type === 'MemberExpression' && parent['property'] === node && parent['computed'] !== true) {
    return textOf(parent['object'], 'name') === 'globalThis' ? name : null;
  }
  if (parent.type.startsWith('TS') && parent.type !== 'TSAsExpression') return null;
  return parent['key'] === node && parent['computed'] !== true && parent['shorthand'] !== true ? null : name;
}

function isMocking(node: Node): boolean {
  const callee = node.type === 'CallExpression' ? node['callee'] : undefined;
  if (!isNode(callee) || textOf(callee['object'], 'name') !== 'vi') return false;
  return mocking.has(textOf(callee['property'], 'name'));
}

const isReExport = (node: unknown) =>
  isNode(node) && /^Export(?:All|Named)Declaration$/.test(node.type) && isNode(node['source']);

export function scan(path: string, source: string): Scan {
  const { program, comments, errors } = parseSync(path, source);
  const imports: Import[] = [];
  const globals = new Set<string>();
  let hasOpaqueImport = false;
  let mocksModules = false;
  walk(program, (node, parent) => {
    const found = importOf(node) ?? requiredBy(node);
    if (found !== null) imports.push(found);
    else if (node.type === 'ImportExpression') hasOpaqueImport = true;
    const global = globalRead(node, parent);
    if (global !== null) globals.add(global);
    mocksModules ||= isMocking(node);
  });
  const body = listOf(program.body);
  return {
    imports,
    globals: [...globals],
    hasOpaqueImport,
    isBarrel: body.length > 0 && body.every(isReExport),
    mocksModules,
    comments: comments.map(({ value }) => value),
    errors: errors.map(({ message }) => message),
  };
}
