import type { Path } from './tree.ts';

/** The path inside an account, whichever it is, or inside what is under all of them; null for what is in none. */
export function insideAccount(path: Path): Path | null {
  if (path[0] === 'accounts' && path.length >= 2) return path.slice(2);
  return path[0] === 'defaults' && path[1] === 'accounts' ? path.slice(2) : null;
}

const THINGS = ['labels', 'members', 'workspaces', 'permission_sets', 'parsers', 'forms', 'sub_accounts'];
const IN_WORKSPACE = ['members', 'parsers', 'forms'];

/** Is it a map of named things, whose keys people choose? */
export function holdsThings(path: Path): boolean {
  const inside = insideAccount(path);
  if (inside === null) return path.length === 1 && (path[0] === 'accounts' || path[0] === 'vars');
  const [section, , part] = inside.map(String);
  if (inside.length === 1) return THINGS.includes(section ?? '');
  if (isSecretValues(path)) return true;
  if (inside.length !== 3) return false;
  return section === 'workspaces'
    ? IN_WORKSPACE.includes(part ?? '')
    : section === 'permission_sets' && part === 'workspaces';
}

/** People by address: of an account, or of one of its workspaces. */
export function holdsPeople(path: Path): boolean {
  return holdsThings(path) && path.at(-1) === 'members';
}

export function isSecretValues(path: Path): boolean {
  const inside = insideAccount(path);
  const parser = inside?.[0] === 'workspaces' ? inside.slice(2) : inside;
  return parser?.length === 3 && parser[0] === 'parsers' && parser[2] === 'secret_values';
}

/** May it be left empty? It holds other things then, and now holds none. */
export function mayBeEmpty(path: Path): boolean {
  if (holdsThings(path)) return true;
  if (path[0] === 'defaults' && (path.length === 1 || (path.length === 2 && path[1] === 'accounts')))
    return true;
  const inside = insideAccount(path);
  return inside?.at(-1) === 'mail' || inside?.at(-1) === 'cap';
}
