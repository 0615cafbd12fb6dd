// Writes the tables of docs/estate.md between its marks. With --check only says whether they are what the contract says.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { estateForm } from '../src/contract/estate-schema.ts';
import { isObject, type Json, type JsonObject } from '../src/contract/json-schema.ts';
import { fileAtRoot, keepGenerated } from './generated-file.ts';

const BEGIN = '<!-- fields: npm run docs -->';
const END = '<!-- /fields -->';

/** Each part of the form, in the order in which people meet them. */
const parts: readonly (readonly [name: string, title: string])[] = [
  ['EstateFile', 'The file'],
  ['EstateAccount', 'An account: `accounts.SLUG`'],
  ['EstateMember', 'A member: `members.ADDRESS`'],
  ['EstatePermissionSet', 'A permission set: `permission_sets.NAME`'],
  ['EstateWorkspace', 'A workspace: `workspaces.SLUG`'],
  ['EstateParser', 'A parser: `parsers.NAME`'],
  ['EstateSubAccount', 'A sub-account: `sub_accounts.SLUG`'],
  ['EstateForm', 'A form: `forms.NAME`'],
];

const { $defs: definitions = null } = estateForm();

/** docs/estate.md as it should be: its own words, and the tables that the form gives. */
export function estateDoc(): string {
  const page = readFileSync(fileAtRoot('docs/estate.md'), 'utf8');
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before === -1 || after === -1) throw new Error(`docs/estate.md has no ${BEGIN} … ${END}`);
  return `${page.slice(0, before + BEGIN.length)}\n\n${tables()}\n${page.slice(after)}`;
}

function tables(): string {
  return parts
    .map(([name, title]) => {
      const rows = fieldsOf(isObject(definitions) ? definitions[name] : null).map(
        ([field, one]) => `| \`${field}\` | ${kindOf(one)} | ${wordsOf(one)} |`,
      );
      return [`### ${title}`, '', '| field | value | meaning |', '|---|---|---|', ...rows, ''].join('\n');
    })
    .join('\n');
}

/** Of what has a short form too, the long one's. */
function fieldsOf(schema: Json): [string, JsonObject][] {
  if (!isObject(schema)) return [];
  const { properties, anyOf } = schema;
  if (Array.isArray(anyOf)) return anyOf.flatMap(fieldsOf);
  if (!isObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, one]) => (isObject(one) ? [[name, one]] : []));
}

function wordsOf({ description, default: standard }: JsonObject): string {
  const words = typeof description === 'string' ? description : '';
  return `${words}${standard === undefined ? '' : `; \`${wordOf(standard)}\` where it is left out`}`.replaceAll(
    '|',
    '\\|',
  );
}

/** A value as a reader of the page knows it. */
const wordOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function kindOf(schema: Json): string {
  if (!isObject(schema)) return 'any';
  const { $ref, anyOf, type, items, additionalProperties, properties } = schema;
  if (schema.const !== undefined) return `\`${wordOf(schema.const)}\``;
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => `\`${wordOf(one)}\``).join(', ');
  if (typeof $ref === 'string') return refText($ref);
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(kindOf))].join(' or ');
  if (type === 'array') return `list: ${kindOf(items)}`;
  if (isObject(additionalProperties)) return `map: ${kindOf(additionalProperties)}`;
  if (isObject(properties))
    return `map: ${Object.keys(properties)
      .map((name) => `\`${name}\``)
      .join(', ')}`;
  return (
    { string: 'text', integer: 'number', boolean: '`true`, `false`', null: '`null`' }[wordOf(type)] ??
    wordOf(type)
  );
}

function refText(ref: string): string {
  const name = ref.replace('#/$defs/', '');
  const [, title] = parts.find(([known]) => known === name) ?? [];
  if (title !== undefined) return title.replace(/:.*/, '').toLowerCase();
  // What has no table of its own: short forms, and what is a parser's or a form's.
  const part = isObject(definitions) ? definitions[name] : undefined;
  if (name.startsWith('Estate') && part !== undefined) return kindOf(part);
  return name.startsWith('Form') ? 'list: see [forms](forms.md)' : 'see [parsers](parsers.md)';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) keepGenerated('docs/estate.md', estateDoc());
