/**
 * Writes examples/people.csv: people as an office keeps them in a spreadsheet, with what such files have
 * wrong in them. The same bytes on every run. `expected` says what an invitation of the file into an empty
 * standard account comes to; the demo and the tests count against it.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PEOPLE = 1900;

/** Every row is of exactly one kind. */
export type Kind = 'fine' | 'duplicate' | 'disposable' | 'invalid';

export interface Person {
  kind: Kind;
  email: string;
  first: string;
  last: string;
  role: string;
  modules: string;
  notes: string;
}

const FIRST =
  'Ada Grace Linus Margaret Zoë José Łukasz Søren Nuria Chloë Jürgen Björk Ngozi Priya Wei Yuki Omar Fatima Ivan Ольга Αλέξης Siobhán Renée Müge Dražen Anaïs Tomáš Kwame Leila Mateo'.split(
    ' ',
  );
const LAST =
  "Lovelace Hopper Torvalds Hamilton O'Neil García Müller Sørensen Nowak Dvořák Okafor Sharma Chen Tanaka Haddad Petrov Иванова Παπαδόπουλος Ó'Briain Lefèvre Yılmaz Horvat Côté Novák Mensah Rossi Silva Jansen Smith-Jones Kowalski".split(
    ' ',
  );
const DOMAINS =
  'example.com example.org example.net mail.example.com north.example south.example staff.example.edu'.split(
    ' ',
  );
const IDN = 'bücher.example';
const MODULES = [
  'parsers',
  'forms',
  'parsers,forms',
  'forms, contacts, messages',
  'reports',
  'Parsers|Reports',
  'settings',
  'none',
];
const NOTES = [
  '',
  '',
  '',
  '',
  'starts in March',
  'prefers "Bob"; please use it',
  'two desks;\r\none in Lyon\r\none in Ghent',
  'moved from "old" portal\r\nask before mailing',
  '=SUM(A1:A9)',
  '+44 20 7946 0000',
  '@frontdesk',
  '- on leave -',
];
const DISPOSABLE = [
  'mailinator.com',
  'eu.mailinator.com',
  'guerrillamail.com',
  'yopmail.com',
  '10minutemail.com',
];
const INVALID = [
  'no-at-sign.example.com',
  'two@@example.com',
  'grace hopper@example.com',
  'nobody@example',
  '@example.com',
  'ada@127.0.0.1',
  '"quoted name"@example.com',
  'dots..dots@example.com',
  'full＠width.example',
  'Ada Lovelace <ada.l@example.com>',
  'kelvin@\u212Aelvin.example',
  'missing-domain@',
];

/** Small, seeded and the same everywhere (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((((mixed ^ (mixed >>> 14)) >>> 0) * below) / 4294967296) | 0;
  };
}

function ascii(name: string): string {
  const folded = name.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ł', 'l').replaceAll('Ł', 'L');
  return folded
    .replaceAll('ø', 'o')
    .replaceAll('ı', 'i')
    .replace(/[^A-Za-z0-9-]/g, '')
    .toLowerCase();
}

/** The rows, in the file's order; `kinds` leaves the others out (a clean file: `['fine', 'duplicate']`). */
export function people(kinds: readonly Kind[] = ['fine', 'duplicate', 'disposable', 'invalid']): Person[] {
  const below = random(20261122);
  const pick = (list: readonly string[]) => list[below(list.length)] ?? '';
  const rows: Person[] = [];
  const base = (): Omit<Person, 'kind' | 'email'> => {
    const admin = below(20) === 0;
    // A cell left empty takes the command's --role and --modules.
    const role = admin ? pick(['admin', 'Admin', 'ADMIN']) : pick(['user', 'user', 'User', 'user ']);
    return {
      first: pick(FIRST),
      last: pick(LAST),
      role,
      modules: admin ? '' : pick(MODULES),
      notes: pick(NOTES),
    };
  };
  for (let index = 0; index < PEOPLE; index++) {
    const person = base();
    const name =
      [ascii(person.first), ascii(person.last)].filter((part) => part !== '').join('.') || 'person';
    // The number makes every person one of a kind; duplicates are made on purpose below.
    const tag = below(40) === 0 ? '+work' : '';
    const domain = below(60) === 0 ? IDN : pick(DOMAINS);
    const local = below(30) === 0 ? `${name.toUpperCase()}.${index}` : `${name}.${index}`;
    rows.push({ ...person, kind: 'fine', email: `${local}${tag}@${domain}` });
  }
  const insert = (person: Person, after: number) => {
    rows.splice(after + 1 + below(rows.length - after), 0, person);
  };
  for (let count = 0; count < 60; count++) {
    const at = below(rows.length);
    const first = rows[at];
    if (first?.kind !== 'fine') continue;
    insert({ ...first, kind: 'duplicate', email: respelt(first.email, count), notes: 'entered twice?' }, at);
  }
  for (let count = 0; count < 25; count++) {
    insert(
      { ...base(), kind: 'disposable', email: `trial${count}@${DISPOSABLE[count % DISPOSABLE.length]}` },
      0,
    );
  }
  for (const email of INVALID) insert({ ...base(), kind: 'invalid', email }, 0);
  return rows.filter((person) => kinds.includes(person.kind));
}

/** The same address as another hand writes it: all that D3 counts as one. */
function respelt(email: string, count: number): string {
  const [local = '', domain = ''] = email.split('@');
  const ways = [
    email.toUpperCase().replace('Ü', 'ü'),
    ` ${email}  `,
    `${local}@${domain.toUpperCase()}`,
    `${email}.`,
    domain === IDN ? `${local}@xn--bcher-kva.example` : email,
  ];
  return ways[count % ways.length] ?? email;
}

/** The file: byte order mark, semicolons, CRLF, as a European spreadsheet saves it. */
export function peopleCsv(kinds?: readonly Kind[]): string {
  const line = (cells: readonly string[]) => `${cells.map(quoted).join(';')}\r\n`;
  const rows = people(kinds).map(({ email, first, last, role, modules, notes }) =>
    line([email, first, last, role, modules, notes]),
  );
  return `\ufeff${line(['E-Mail', 'First name', 'Last name', 'Role', 'Modules', 'Notes'])}${rows.join('')}`;
}

function quoted(cell: string): string {
  return /[";\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function count(kind: Kind): number {
  return people().filter((person) => person.kind === kind).length;
}

/** Data rows of examples/people.csv by what becomes of them; `invalid` only with --allow-invalid. */
export const expected = {
  rows: people().length,
  invited: count('fine'),
  duplicate_row: count('duplicate'),
  disposable: count('disposable'),
  invalid_email: count('invalid'),
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL('../examples/people.csv', import.meta.url), peopleCsv());
  process.stdout.write(`examples/people.csv: ${JSON.stringify(expected)}\n`);
}
