import { toFormFile } from '../../contract/form-file.ts';
import { firstWorkspace } from '../../contract/limits.ts';
import { toParserFile } from '../../contract/parser-file.ts';
import type { FormFile, ParserFile } from '../../contract/types.ts';
import {
  byCode,
  type Estate,
  type EstateAccount,
  type EstateForm,
  type EstateMember,
  type EstateParser,
  type EstatePermissionSet,
  type EstateSubAccount,
} from '../model.ts';

/** An account as a file nests it; sections without anything in them are left out. */
export type NestedAccount = Readonly<Record<string, unknown>>;

export interface Nested {
  readonly account: string;
  readonly content: NestedAccount;
  /** What is there and cannot be said in a file, or could not be read. */
  readonly notes: readonly string[];
}

/** How the definition of a parser or form is told: in place, or in a file of its own, which this then keeps. */
export interface Tell {
  readonly parser: (parser: EstateParser, file: ParserFile) => Readonly<Record<string, unknown>>;
  readonly form: (form: EstateForm, file: FormFile) => Readonly<Record<string, unknown>>;
}

/** Every account with all that is in it, in the order of the estate. */
export function nestedAccounts(estate: Estate, tell: Tell): Nested[] {
  const of = {
    workspaces: byAccount(estate.workspaces),
    permission_sets: byAccount(estate.permission_sets),
    members: byAccount(estate.members),
    workspace_members: byAccount(estate.workspace_members),
    parsers: byAccount(estate.parsers),
    forms: byAccount(estate.forms),
    sub_accounts: byAccount(estate.sub_accounts),
  };
  return estate.accounts.map((account) => {
    const slug = account.account;
    if (account.kind === 'personal')
      return { account: slug, content: {}, notes: ["a personal account is its owner's own: left out"] };
    const mine = {
      workspaces: of.workspaces.get(slug) ?? [],
      permission_sets: of.permission_sets.get(slug) ?? [],
      members: of.members.get(slug) ?? [],
      workspace_members: of.workspace_members.get(slug) ?? [],
      parsers: of.parsers.get(slug) ?? [],
      forms: of.forms.get(slug) ?? [],
      sub_accounts: of.sub_accounts.get(slug) ?? [],
    };
    return nested(account, mine, tell);
  });
}

function byAccount<T extends { readonly account: string }>(entries: readonly T[]): Map<string, T[]> {
  return Map.groupBy(entries, ({ account }) => account);
}

type Mine = Omit<Estate, 'accounts'>;

function nested(account: EstateAccount, mine: Mine, tell: Tell): Nested {
  const notes: string[] = [];
  const note = (text: string) => notes.push(text);
  const parsers = (workspace: string) =>
    mapOf(
      mine.parsers.filter((one) => one.workspace === workspace),
      ({ name }) => name,
      (one) => parserOf(one, tell.parser, note),
    );
  const forms = (workspace: string) =>
    mapOf(
      mine.forms.filter((one) => one.workspace === workspace),
      ({ name }) => name,
      (one) => one.content && tell.form(one, toFormFile({ name: one.name, ...one.content })),
    );
  const content = {
    ...accountFields(account, note),
    workspaces: some(workspacesOf(account, mine, parsers, forms)),
    permission_sets: some(mapOf(mine.permission_sets, ({ name }) => name, setOf)),
    members: some(
      mapOf(
        mine.members,
        ({ email, written }) => written ?? email,
        (one) => memberOf(one, note),
      ),
    ),
    sub_accounts: some(
      mapOf(
        mine.sub_accounts,
        ({ child, email }) => child ?? email ?? '',
        (one) => subAccountOf(one, note),
      ),
    ),
    parsers: some(parsers(firstWorkspace)),
    forms: some(forms(firstWorkspace)),
  };
  return { account: account.account, content: said(content), notes };
}

type Note = (text: string) => void;

/** A map by name; what becomes undefined is left out. */
function mapOf<T>(
  items: readonly T[],
  key: (item: T) => string,
  value: (item: T) => unknown,
): Map<string, unknown> {
  const map = new Map<string, unknown>();
  for (const item of items) {
    const told = value(item);
    if (told !== undefined) map.set(key(item), told);
  }
  return map;
}

const some = (map: Map<string, unknown>) => (map.size === 0 ? undefined : map);

function said(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function accountFields(account: EstateAccount, note: Note): object {
  const {
    name,
    kind,
    master,
    plan,
    managed_accounts: feature,
    labels,
    mail,
    copy_out,
    promotion_path,
    state,
  } = account;
  if (feature === 'trial') note('managed accounts are on trial: a file says locked or unlocked only');
  if (state === 'suspended') note('it is suspended');
  return {
    name,
    kind,
    master: master ?? undefined,
    plan,
    managed_accounts: feature === 'trial' ? undefined : feature,
    labels: labels && Object.fromEntries(Object.entries(labels).sort(([a], [b]) => byCode(a, b))),
    mail,
    copy_out,
    promotion_path,
  };
}

function workspacesOf(
  { kind }: EstateAccount,
  mine: Mine,
  parsers: (workspace: string) => Map<string, unknown>,
  forms: (workspace: string) => Map<string, unknown>,
): Map<string, unknown> {
  // The one workspace of a standard account is there by itself, name and all.
  if (kind !== 'organization') return new Map();
  const all = [...mine.workspaces, ...mine.workspace_members, ...mine.parsers, ...mine.forms];
  const mentioned = new Set(all.map(({ workspace }) => workspace));
  // What is in the first one stands under the account itself.
  if (!mine.workspaces.some(({ workspace }) => workspace === firstWorkspace)) {
    const placed = mine.workspace_members.some(({ workspace }) => workspace === firstWorkspace);
    if (!placed) mentioned.delete(firstWorkspace);
  }
  const known = new Map(mine.workspaces.map(({ workspace, name }) => [workspace, name]));
  const members = Map.groupBy(mine.workspace_members, ({ workspace }) => workspace);
  return mapOf([...mentioned].sort(byCode), String, (workspace) =>
    said({
      name: known.get(workspace),
      members: some(
        mapOf(
          members.get(workspace) ?? [],
          ({ email }) => email,
          ({ role }) => role ?? {},
        ),
      ),
      ...(workspace !== firstWorkspace && {
        parsers: some(parsers(workspace)),
        forms: some(forms(workspace)),
      }),
    }),
  );
}

function setOf({ role, modules, children, workspaces }: EstatePermissionSet): object {
  const placed = workspaces && Object.fromEntries(workspaces.map((one) => [one.workspace, one.role]));
  return said({ role, modules, children, workspaces: placed });
}

function memberOf({ email, role, modules, children, state, first_name }: EstateMember, note: Note): unknown {
  if (state === 'expired' || state === 'declined' || state === 'removed') {
    note(
      `${email}: ${state === 'removed' ? 'was removed' : `the invitation ${state === 'expired' ? 'has expired' : 'was declined'}`}`,
    );
    return undefined;
  }
  const fields = said({
    role,
    modules: role === 'user' || (modules?.length ?? 0) > 0 ? (modules ?? []) : undefined,
    children: children?.length === 0 ? undefined : children,
    state: state === 'deactivated' ? state : undefined,
    first_name,
  });
  return role !== undefined && Object.keys(fields).length === 1 ? role : fields;
}

function subAccountOf({ child, email, cap, state }: EstateSubAccount, note: Note): unknown {
  if (state !== undefined && state !== 'active' && state !== 'invited') {
    note(`sub-account ${child ?? email ?? ''}: the link is ${state}`);
    return undefined;
  }
  const amount = (one: number | null | undefined) => (one === null ? 'none' : one);
  return said({
    email: child === undefined ? undefined : email,
    cap: cap && said({ uploads: amount(cap.uploads), messages: amount(cap.messages) }),
  });
}

function parserOf(parser: EstateParser, tell: Tell['parser'], note: Note): unknown {
  const { workspace, name, content, copy_from: from } = parser;
  const secrets = secretValuesOf(parser, note);
  if (from !== undefined) {
    const place = from.workspace === firstWorkspace ? from.account : `${from.account}/${from.workspace}`;
    return said({ copy_from: `${place}/${from.name}`, secret_values: secrets });
  }
  if (content === undefined) {
    note(`parser ${workspace}/${name}: its definition cannot be read with this credential`);
    return undefined;
  }
  return said({ ...tell(parser, toParserFile({ name, ...content })), secret_values: secrets });
}

function secretValuesOf(
  { account, workspace, name, secrets = [] }: EstateParser,
  note: Note,
): object | undefined {
  const values: Record<string, string> = {};
  for (const { name: secret, variable, state } of secrets) {
    if (state === 'missing') note(`parser ${workspace}/${name}: its secret ${secret} has no value`);
    else values[secret] = `\${${variable ?? placeholder(account, workspace, name, secret)}}`;
  }
  return Object.keys(values).length === 0 ? undefined : values;
}

/** A variable for a value that nobody can read: `ACME_DEV_INVOICE_ERP_KEY`. */
function placeholder(...parts: string[]): string {
  const text = parts
    .filter((part) => part !== firstWorkspace)
    .join('_')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .slice(0, 100);
  return /^\d/.test(text) ? `_${text}`.slice(0, 100) : text;
}
