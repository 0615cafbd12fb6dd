import { parseAddress } from '../../contract/address.ts';
import { type AccountRole, firstWorkspace, rolesOfKind } from '../../contract/limits.ts';
import { nearest } from '../nearest.ts';
import { type AccountPart, each, said, type Whole } from './account-part.ts';
import { nameText } from './issues.ts';
import type { Path } from './tree.ts';

/**
 * What hangs together in the merged files. A file may be about a part of an estate only, so what it does not name may
 * be on the server: a name is wrong where the files say something else of it, or name others of its kind and not this one.
 */
export function checkWhole(whole: Whole): void {
  for (const part of whole.parts.values()) {
    checkMaster(part, whole);
    checkPromotion(part, whole);
    checkSubAccounts(part, whole);
    checkPeople(part, whole);
    checkWorkspaces(part);
  }
}

function checkMaster(
  { slug, kind, said: { master, sub_accounts }, wrong }: AccountPart,
  { parts }: Whole,
): void {
  if (master === undefined) return;
  if (master === slug) wrong(['master'], 'is the account itself');
  else if (parts.get(master)?.said.master !== undefined)
    wrong(['master'], `${master} is a managed account itself, and those have none of their own`);
  if (kind === 'organization') wrong(['kind'], 'an organization is no managed account');
  if (each(sub_accounts).length > 0)
    wrong(['sub_accounts'], 'a managed account has no accounts below it', 'key');
}

function checkPromotion(
  { slug, said: { promotion_path: path }, wrong }: AccountPart,
  { parts }: Whole,
): void {
  if (path === undefined) return;
  if (path.length === 1) wrong(['promotion_path'], 'must be two accounts or more, or none');
  path.forEach((step, at) => {
    const master = parts.get(step)?.said.master;
    if (path.indexOf(step) !== at) wrong(['promotion_path', at], `${step} is in it twice`);
    else if (step !== slug && parts.has(step) && master !== slug)
      wrong(
        ['promotion_path', at],
        `${step} is not managed by ${slug}${master === undefined ? '' : `, but by ${master}`}`,
      );
  });
}

function checkSubAccounts(
  { slug, said: { sub_accounts }, wrong }: AccountPart,
  { parts, umbrellas }: Whole,
): void {
  for (const [name, { email }] of each(sub_accounts)) {
    const at = ['sub_accounts', name];
    if (name.includes('@')) {
      checkAddress(name, (words) => wrong(at, words, 'key'));
      if (email !== undefined) wrong([...at, 'email'], 'is said already: the link is named by an address');
    } else if (email !== undefined) checkAddress(email, (words) => wrong([...at, 'email'], words));
    const child = parts.get(name);
    if (name === slug) wrong(at, 'is the account itself', 'key');
    else if (child?.said.master !== undefined)
      wrong(at, `is managed by ${child.said.master}, and an account is below one other only`, 'key');
    else if (child?.kind === 'organization') wrong(at, 'an organization cannot be a sub-account', 'key');
    const other = umbrellas.get(name);
    if (other !== slug) wrong(at, `is a sub-account of ${other} already`, 'key');
  }
}

function checkAddress(text: string, wrong: (words: string) => void): void {
  const address = parseAddress(text);
  if (!address.ok) wrong(`is no address: ${address.reason}`);
}

function checkPeople(part: AccountPart, whole: Whole): void {
  const { said: one, wrong } = part;
  for (const [name, set] of each(one.permission_sets)) {
    const at = ['permission_sets', name];
    checkGrants(part, whole, at, set);
    for (const [workspace] of each(set.workspaces))
      checkWorkspace(part, [...at, 'workspaces', workspace], workspace);
    if (set.role === undefined) wrong(at, `says no role: ${rolesIn(part)}`, 'key');
  }
  for (const [email, member] of each(one.members)) {
    const at = ['members', email];
    checkAddress(email, (words) => wrong(at, words, 'key'));
    if (typeof member === 'string') continue;
    const { permission_set: setName } = member;
    const set = setName === undefined ? undefined : said(one.permission_sets, setName);
    if (setName !== undefined && set === undefined)
      wrong([...at, 'permission_set'], `this account has no permission set ${setName} in these files`);
    const role = member.role ?? set?.role;
    // Who is only deactivated keeps what they have.
    if (role === undefined && setName === undefined && member.state !== 'deactivated')
      wrong(at, `says no role: ${rolesIn(part)}, or a permission_set`, 'key');
    checkGrants(part, whole, at, {
      ...member,
      role,
      modules: member.modules ?? (role === 'user' ? set?.modules : undefined),
    });
  }
}

interface Grants {
  readonly role?: AccountRole | undefined;
  readonly modules?: readonly string[] | undefined;
  readonly children?: readonly string[] | undefined;
}

/** R12, R14, and the roles that an account's kind has. */
function checkGrants(part: AccountPart, whole: Whole, at: Path, { role, modules, children }: Grants): void {
  const { slug, kind, wrong } = part;
  const roles: readonly AccountRole[] = rolesOfKind[kind];
  if (role !== undefined && !roles.includes(role))
    wrong(
      [...at, 'role'],
      `${role} is no role of ${kindText(kind)}: it has ${roles.join(', ')}${kindHint(part, role)}`,
    );
  else if (role === 'user' && modules === undefined)
    wrong(at, 'is a user without modules: name them, or write  modules: []  where none are meant', 'key');
  else if (role !== undefined && role !== 'user' && (modules?.length ?? 0) > 0)
    wrong([...at, 'modules'], `modules go with the role user, and this is ${role}`);
  const below = whole.below.get(slug);
  children?.forEach((child, index) => {
    if (below?.has(child) === true) return;
    if (below !== undefined || whole.parts.has(child))
      wrong(
        [...at, 'children', index],
        `${child} is neither a managed account nor a sub-account of ${slug} in these files`,
      );
  });
}

const kindText = (kind: AccountPart['kind']) =>
  kind === 'standard' ? 'a standard account' : 'an organization';

function kindHint({ said: { kind } }: AccountPart, role: AccountRole): string {
  const roles: readonly AccountRole[] = rolesOfKind.organization;
  return kind === undefined && roles.includes(role)
    ? '; an organization says so with  kind: organization'
    : '';
}

const rolesIn = ({ kind }: AccountPart) => rolesOfKind[kind].join(', ');

function checkWorkspaces(part: AccountPart): void {
  const { kind, said: one, wrong } = part;
  const known = Object.keys(one.members ?? {});
  for (const [workspace, { name, members }] of each(one.workspaces)) {
    const at = ['workspaces', workspace];
    if (kind === 'standard') {
      if (workspace !== firstWorkspace)
        wrong(at, `only an organization has more than ${firstWorkspace}${toBe(part)}`, 'key');
      else if (name !== undefined)
        wrong([...at, 'name'], `only an organization names its workspaces${toBe(part)}`);
      if (members !== undefined)
        wrong([...at, 'members'], `only an organization has members of workspaces${toBe(part)}`, 'key');
      continue;
    }
    for (const [email] of each(members)) checkPlaced(part, [...at, 'members', email], email, known);
  }
}

const toBe = ({ said: { kind } }: AccountPart) =>
  kind === undefined ? '; it says so with  kind: organization' : '';

/** A suggestion compares a name with all others: past this, many mistakes would take minutes. */
const MOST_COMPARED = 500;

function checkPlaced(
  { slug, said: { members }, wrong }: AccountPart,
  at: Path,
  email: string,
  known: readonly string[],
): void {
  checkAddress(email, (words) => wrong(at, words, 'key'));
  if (members === undefined || said(members, email) !== undefined) return;
  const meant = known.length > MOST_COMPARED ? undefined : nearest(email, known);
  wrong(
    at,
    `is no member of ${slug} in these files${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    'key',
  );
}

/** One that a permission set places people in. */
function checkWorkspace(part: AccountPart, at: Path, workspace: string): void {
  const { kind, slug, said: one, wrong } = part;
  if (kind === 'standard') wrong(at, `only an organization has members of workspaces${toBe(part)}`, 'key');
  else if (
    workspace !== firstWorkspace &&
    one.workspaces !== undefined &&
    said(one.workspaces, workspace) === undefined
  )
    wrong(at, `${slug} has no workspace ${nameText(workspace)} in these files`, 'key');
}
