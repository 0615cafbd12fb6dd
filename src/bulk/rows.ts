import type { Field, FieldMap } from './headings.ts';

/** A row as the contract takes it (`batches.send`). What a cell leaves open is absent: the batch's defaults apply. */
export interface InputRow {
  /** 1-based; the heading and empty lines are not counted. */
  row: number;
  /** As written, without ASCII blanks around it. */
  email: string;
  role?: string;
  modules?: string[];
  children?: string[];
  workspaces?: { workspace: string; role: string }[];
  /** Of a row about one workspace. */
  workspace?: string;
  first_name?: string;
  last_name?: string;
  mobile?: string;
  organization?: string;
  groups?: string[];
  /** null: there is a column for it, and the cell is empty. */
  sub_account?: boolean | null;
  cap_uploads?: string;
  cap_messages?: string;
}

export interface InputRecord {
  row: number;
  /** 1-based line of the file on which the row begins. */
  line: number;
  /** As many as the source's `columns`, or the file's own number when that is wrong. */
  cells: readonly string[];
  input: InputRow;
  /** Why the row cannot be read at all (`malformed_row`), or null. */
  problem: string | null;
}

const NAME_MAX = 200;
const WORD_MAX = 100;
const LIST_MAX = 100;
const CELLS_KEPT = 4096;

interface List {
  words: string[];
  problem: string | null;
}

/** Reads fields into rows. Large files repeat a few role and module cells, so these are read once each. */
export class RowReader {
  readonly #lists = new Map<string, List>();
  /** Of contacts more is read; of members it is only known what the column is for, and their digests hold nothing of it. */
  readonly #contacts: boolean;

  /** @param read what rows of the kind are read from */
  constructor(read: readonly Field[]) {
    this.#contacts = read.includes('mobile');
  }

  read(row: number, line: number, cells: readonly string[], fields: FieldMap): InputRecord {
    const value = (field: Field): string => {
      const at = fields[field];
      return at === undefined ? '' : (cells[at] ?? '');
    };
    const input: InputRow = { row, email: value('email').trim() };
    let problem: string | null = null;
    const role = value('role');
    if (role !== '') {
      const [word = '', ...more] = this.#list(role.trim().replace(/[\s-]+/g, '_')).words;
      if (word !== '') input.role = word.toLowerCase();
      if (more.length > 0 || word.length > WORD_MAX) problem = 'the role is no single word';
    }
    const modules = value('modules');
    if (modules !== '') problem = this.#assign(input, 'modules', modules) ?? problem;
    const children = value('children');
    if (children !== '') problem = this.#assign(input, 'children', children) ?? problem;
    const workspaces = value('workspaces');
    if (workspaces !== '') problem = this.#workspaces(input, workspaces) ?? problem;
    const workspace = value('workspace').trim();
    if (workspace !== '') input.workspace = workspace;
    if (workspace.length > WORD_MAX) problem = 'the workspace is no slug';
    const name = value('first_name').trim();
    if (name !== '') input.first_name = name;
    if (name.length > NAME_MAX) problem = `the first name is longer than ${NAME_MAX} characters`;
    if (this.#contacts) problem = readContact(input, value) ?? problem;
    if (fields.sub_account !== undefined) {
      const mark = markOf(value('sub_account'));
      if (mark === undefined)
        problem = `sub account is yes or no, not ${JSON.stringify(value('sub_account').slice(0, 40))}`;
      else input.sub_account = mark;
    }
    return { row, line, cells, input, problem };
  }

  #assign(input: InputRow, field: 'modules' | 'children', cell: string): string | null {
    const { words, problem } = this.#list(cell);
    if (words.length === 0) return problem;
    const none = words.length === 1 && words[0]?.toLowerCase() === 'none';
    const lower = field === 'modules' ? words.map((word) => word.toLowerCase()) : words;
    input[field] = none ? [] : [...new Set(lower)];
    return problem;
  }

  #workspaces(input: InputRow, cell: string): string | null {
    const { words, problem } = this.#list(cell);
    const pairs = words.map((word) => {
      const at = word.indexOf('=');
      return {
        workspace: word.slice(0, at === -1 ? undefined : at),
        role: at === -1 ? '' : word.slice(at + 1),
      };
    });
    if (pairs.length > 0) input.workspaces = pairs;
    const bare = pairs.find((pair) => pair.workspace === '' || pair.role === '');
    return bare ? `workspaces are written slug=role, not ${JSON.stringify(bare.workspace)}` : problem;
  }

  #list(cell: string): List {
    const known = this.#lists.get(cell);
    if (known) return known;
    const words = cell.split(/[\s,;|]+/).filter((word) => word !== '');
    const problem =
      words.length > LIST_MAX || words.some((word) => word.length > WORD_MAX * 2)
        ? `a cell holds more than ${LIST_MAX} values, or one that is too long`
        : null;
    if (this.#lists.size >= CELLS_KEPT) this.#lists.clear();
    const list = { words: words.map(detached), problem };
    this.#lists.set(detached(cell), list);
    return list;
  }
}

const YES = new Set(['yes', 'y', 'true', '1', 'x', '✓', 'ja', 'oui', 'si', 'sí']);
const NO = new Set(['no', 'n', 'false', '0', '-', 'nein', 'non']);

/** A cell as people tick it: null if it is empty, undefined if nobody can say. */
function markOf(cell: string): boolean | null | undefined {
  const word = cell.trim().toLowerCase();
  if (word === '') return null;
  if (YES.has(word)) return true;
  return NO.has(word) ? false : undefined;
}

const GROUPS_MAX = 1000;

/** The cells of a contact: text as it stands, and groups, of which a name may have blanks in it. */
function readContact(input: InputRow, value: (field: Field) => string): string | null {
  for (const field of ['last_name', 'mobile', 'organization', 'cap_uploads', 'cap_messages'] as const) {
    const text = value(field).trim();
    if (text !== '') input[field] = detached(text);
  }
  const groups = value('groups')
    .split(/[;,]/)
    .map((name) => name.trim());
  const named = groups.filter((name) => name !== '');
  if (named.length > GROUPS_MAX) return `a cell holds more than ${GROUPS_MAX} groups`;
  if (named.length > 0) input.groups = named.map(detached);
  return null;
}

/** A copy of its own: a slice of a block keeps the entire block in memory for as long as it lives. */
export function detached(text: string): string {
  return Buffer.from(text).toString();
}
