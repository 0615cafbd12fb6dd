import type { Refuse } from './failure.ts';

/** The columns a row is read from; every other one is only repeated in the report. */
export const FIELDS = [
  'email',
  'role',
  'modules',
  'children',
  'workspaces',
  'workspace',
  'first_name',
  'last_name',
  'mobile',
  'organization',
  'groups',
  'sub_account',
  'cap_uploads',
  'cap_messages',
] as const;
export type Field = (typeof FIELDS)[number];
export type FieldMap = Readonly<Partial<Record<Field, number>>>;

const COLUMNS_MAX = 1000;

const WORDS: readonly (readonly [Field, string])[] = [
  ['email', 'email mail emailaddress mailaddress emailadresse useremail'],
  ['role', 'role accountrole type usertype'],
  ['modules', 'modules module'],
  ['children', 'children child managedaccounts'],
  ['workspaces', 'workspaces workspace'],
  ['workspace', 'workspace workspaces workspaceslug'],
  ['first_name', 'firstname givenname forename vorname'],
  ['last_name', 'lastname surname familyname nachname'],
  ['mobile', 'mobile mobilenumber mobilephone cell cellphone phone phonenumber telephone tel handy'],
  ['organization', 'organization organisation company companyname org firma'],
  ['groups', 'groups group group(s) tags'],
  ['sub_account', 'subaccount subaccounts issubaccount'],
  ['cap_uploads', 'capuploads capupload uploadcap uploadscap'],
  ['cap_messages', 'capmessages capmessage messagecap messagescap'],
];

/** The product's own headings of contacts; in a file of members a column `First` may be anything. */
const CONTACT_WORDS: typeof WORDS = [
  ['first_name', 'first'],
  ['last_name', 'last'],
];

/** A kind of rows is read from some of the fields: no two of those have a word in common. */
function synonymsOf(fields: readonly Field[]): ReadonlyMap<string, Field> {
  const words = fields.includes('mobile') ? [...WORDS, ...CONTACT_WORDS] : WORDS;
  const read = words.filter(([field]) => fields.includes(field));
  return new Map(read.flatMap(([field, spelt]) => spelt.split(' ').map((word) => [word, field] as const)));
}

/** As headings are compared: any case, without blanks, hyphens, dots and underscores. */
export function plain(heading: string): string {
  return heading.toLowerCase().replace(/[\s_.-]+/g, '');
}

/** `--map email=Mail`, as [field, heading]; throws `refuse` for what is neither. */
export function parseMap(
  entries: readonly string[],
  read: readonly Field[],
  refuse: Refuse,
): [Field, string][] {
  return entries.map((entry) => {
    const [field = '', ...heading] = entry.split('=');
    const name = plain(field);
    const known = read.find((each) => plain(each) === name);
    if (!known || heading.join('=').trim() === '') {
      throw refuse(null, `--map ${entry} is not FIELD=HEADING`, `FIELD is one of ${read.join(', ')}`);
    }
    return [known, heading.join('=').trim()];
  });
}

/**
 * Where each field stands. Any case, blanks, hyphens and underscores in headings are alike. Refused by
 * name: two columns for one field, `__proto__` and its kin, a mapped heading that is not there, no email.
 */
export function mapHeadings(
  headings: readonly string[],
  map: readonly [Field, string][],
  read: readonly Field[],
  refuse: Refuse,
): { fields: FieldMap; ignored: string[] } {
  if (headings.length > COLUMNS_MAX)
    throw refuse(1, `it has ${headings.length} columns, at most ${COLUMNS_MAX}`);
  const names = headings.map((heading) => heading.trim());
  const evil = names.find((name) => /^(__proto__|constructor|prototype)$/i.test(name));
  if (evil) throw refuse(1, `a column may not be called ${evil}`, 'rename or remove that column');
  const fields: Partial<Record<Field, number>> = {};
  for (const [field, heading] of map) {
    const at = columnOf(names, heading);
    if (at === -1) {
      throw refuse(
        1,
        `there is no column ${JSON.stringify(heading)} for ${field}`,
        `its columns are ${list(names)}`,
      );
    }
    claim(fields, field, at, names, refuse);
  }
  const mapped = new Set(map.map(([field]) => field));
  const taken = new Set(Object.values(fields));
  const synonyms = synonymsOf(read);
  names.forEach((name, at) => {
    const field = synonyms.get(plain(name));
    if (field && !mapped.has(field) && !taken.has(at)) claim(fields, field, at, names, refuse);
  });
  if (fields.email === undefined) throw noEmail(names, refuse);
  const used = new Set(Object.values(fields));
  return { fields, ignored: names.filter((name, at) => name !== '' && !used.has(at)) };
}

function columnOf(names: readonly string[], heading: string): number {
  const exact = names.indexOf(heading);
  return exact !== -1 ? exact : names.findIndex((name) => plain(name) === plain(heading));
}

function claim(
  fields: Partial<Record<Field, number>>,
  field: Field,
  at: number,
  names: readonly string[],
  refuse: Refuse,
): void {
  const other = fields[field];
  if (other !== undefined && other !== at) {
    throw refuse(
      1,
      `two columns could be ${field}: ${list([names[other] ?? '', names[at] ?? ''])}`,
      `say which with --map ${field}=HEADING, or rename one`,
    );
  }
  fields[field] = at;
}

function noEmail(names: readonly string[], refuse: Refuse) {
  if (names.some((name) => name.includes('@'))) {
    return refuse(
      1,
      'the first line is a row already: it needs headings',
      'add a first line such as email,role',
    );
  }
  return refuse(
    1,
    `no column holds the addresses; its columns are ${list(names)}`,
    'name it with --map email=HEADING',
  );
}

/** For a sentence; not all of very many. */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => JSON.stringify(name.slice(0, 60)));
  return shown.join(', ') + (names.length > 20 ? ', ...' : '');
}
