import { z } from 'zod';
import * as c from './common.ts';
import { limits } from './limits.ts';
import { PARSER_FILE } from './parser-file.ts';

/**
 * What a parser does to a document, version 1 of the form. Published as JSON Schema (schemas/parser.json), so that
 * editors complete it; what JSON Schema cannot say (unique names, secrets that are declared) stands in `definition`'s checks.
 * This server keeps and compares definitions; the engine that reads documents runs elsewhere.
 */

/** Unique in its workspace. No slash, for `ACCOUNT/WORKSPACE/NAME` names one from outside; never like an id, nor like a path of its own. */
export const parserName = z
  .string()
  .regex(
    /^(?![a-z]{3}_|(?:copy|diff)$)[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,98}[A-Za-z0-9])?$/,
    'must be 1 to 100 letters, digits, spaces, dots, hyphens and underscores, begin and end with a letter or digit, not look like an id, and not be copy or diff',
  );

/** What is read with it: `invoice`, `delivery-note`. */
export const documentType = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must begin with a-z, then a-z, 0-9 and hyphens, 63 characters at most');

export const parserDescription = c.oneLine(500);

/** Of fields, tables, columns and secrets: what scripts and exports call them. */
export const parserKey = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'must begin with a-z, then a-z, 0-9 and _, 63 characters at most');

const text = c.oneLine(500);
const page = z
  .int()
  .min(1)
  .max(10_000)
  .meta({ description: 'Page, from 1; every page where it is left out' });

/** In percent of the page, so that it holds for every resolution. */
const percent = z.number().min(0).max(100);
const box = z
  .strictObject({ left: percent, top: percent, width: percent, height: percent })
  .meta({ description: 'A rectangle in percent of the page, from its top left corner' });

const pattern = z
  .string()
  .min(1)
  .max(1000)
  .refine(compiles, 'must be a regular expression (ECMAScript, with the flag u)')
  .meta({ description: 'A regular expression (ECMAScript, with the flag u)' });

function compiles(source: string): boolean {
  try {
    return new RegExp(source, 'u').source !== '';
  } catch {
    return false;
  }
}

/** A value that is kept apart, named here: `secrets` declares the name. */
const secretName = parserKey.meta({ description: 'A secret that `secrets` declares' });

const rule = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('label'),
      label: text,
      position: z.enum(['right', 'below', 'left', 'above']).default('right'),
      page: page.optional(),
    }),
    z.strictObject({
      kind: z.literal('pattern'),
      pattern,
      group: z.int().min(0).max(99).default(0),
      ignore_case: z.boolean().default(false),
      page: page.optional(),
    }),
    z.strictObject({ kind: z.literal('zone'), box, page: page.optional() }),
    z.strictObject({ kind: z.literal('constant'), value: z.string().max(1000) }),
    z.strictObject({
      kind: z.literal('lookup'),
      url: z.httpUrl().max(2000),
      /** The field whose value is looked up. */
      by: parserKey,
      secret: secretName.optional(),
    }),
  ])
  .meta({ id: 'ExtractionRule', description: 'Where a value is found' });

const valueType = z.enum([
  'text',
  'integer',
  'decimal',
  'amount',
  'currency',
  'date',
  'datetime',
  'boolean',
  'email',
  'iban',
]);

const field = z
  .strictObject({
    name: parserKey,
    type: valueType,
    required: z.boolean().default(false),
    description: text.optional(),
    /** How the document writes it, such as `DD.MM.YYYY`. */
    format: c.oneLine(100).optional(),
    /** Tried in their order: the first that finds something counts. */
    rules: z.array(rule).min(1).max(20),
  })
  .meta({ id: 'ParserField' });

const column = z.strictObject({
  name: parserKey,
  type: valueType,
  required: z.boolean().default(false),
  /** The heading it stands below. */
  header: text.optional(),
  /** From 1, where there is no heading. */
  position: z.int().min(1).max(100).optional(),
  format: c.oneLine(100).optional(),
});

const table = z
  .strictObject({
    name: parserKey,
    description: text.optional(),
    /** Its first and its last line: a match of each; without them the whole page. */
    starts: pattern.optional(),
    ends: pattern.optional(),
    /** Lines in it that are none of its rows. */
    skip: z.array(pattern).max(50).default([]),
    /** A row may go on over the page. */
    across_pages: z.boolean().default(true),
    columns: z.array(column).min(1).max(100),
  })
  .meta({ id: 'ParserTable', description: 'Rows of one form' });

const preprocessing = z
  .discriminatedUnion('step', [
    z.strictObject({ step: z.literal('deskew') }),
    z.strictObject({ step: z.literal('denoise') }),
    z.strictObject({ step: z.literal('rotate'), degrees: z.literal([90, 180, 270]) }),
    z.strictObject({ step: z.literal('crop'), box, page: page.optional() }),
    z.strictObject({
      step: z.literal('ocr'),
      /** ISO 639-3, such as `deu`. */
      languages: z
        .array(z.string().regex(/^[a-z]{3}$/, 'must be a language of three letters, such as deu (ISO 639-3)'))
        .min(1)
        .max(10),
    }),
    z.strictObject({ step: z.literal('split'), every_pages: z.int().min(1).max(1000) }),
    z.strictObject({ step: z.literal('replace'), pattern, with: z.string().max(1000) }),
    z.strictObject({ step: z.literal('send'), url: z.httpUrl().max(2000), secret: secretName.optional() }),
  ])
  .meta({ id: 'Preprocessing', description: 'Done to the document before anything is looked for' });

const secret = z.strictObject({ name: parserKey, description: text.optional() });

/** The parts of a definition, as a file has them beside the parser's name. */
export const definitionParts = z.strictObject({
  preprocessing: z.array(preprocessing).max(50).default([]),
  fields: z.array(field).max(500).default([]),
  tables: z.array(table).max(50).default([]),
  /** Names only: values are set apart and are never shown, copied or exported (D14). */
  secrets: z.array(secret).max(50).default([]),
});

type Form = z.output<typeof definitionParts>;
type Report = (path: (string | number)[], message: string) => void;

function checkUnique(names: readonly { readonly name: string }[], at: (string | number)[], report: Report) {
  const seen = new Set<string>();
  names.forEach(({ name }, index) => {
    if (seen.has(name)) report([...at, index, 'name'], `is there twice: ${name}`);
    seen.add(name);
  });
}

/** Every place that uses a secret, with its path. */
function secretUses({ preprocessing: steps, fields }: Form): { name: string; path: (string | number)[] }[] {
  const uses: { name: string; path: (string | number)[] }[] = [];
  steps.forEach((step, at) => {
    if (step.step === 'send' && step.secret !== undefined)
      uses.push({ name: step.secret, path: ['preprocessing', at, 'secret'] });
  });
  fields.forEach(({ rules }, at) => {
    rules.forEach((one, index) => {
      if (one.kind === 'lookup' && one.secret !== undefined)
        uses.push({ name: one.secret, path: ['fields', at, 'rules', index, 'secret'] });
    });
  });
  return uses;
}

function checkNames(value: Form, report: Report): void {
  checkUnique([...value.fields], ['fields'], report);
  checkUnique([...value.tables], ['tables'], report);
  checkUnique([...value.secrets], ['secrets'], report);
  value.tables.forEach(({ columns }, at) => {
    checkUnique([...columns], ['tables', at, 'columns'], report);
  });
  const declared = new Set(value.secrets.map(({ name }) => name));
  for (const { name, path } of secretUses(value))
    if (!declared.has(name)) report(path, `names a secret that \`secrets\` does not declare: ${name}`);
  const names = new Set(value.fields.map(({ name }) => name));
  value.fields.forEach(({ rules }, at) => {
    rules.forEach((one, index) => {
      if (one.kind === 'lookup' && !names.has(one.by))
        report(['fields', at, 'rules', index, 'by'], `names a field that is not there: ${one.by}`);
    });
  });
}

function check(value: Form, context: z.RefinementCtx): void {
  const report: Report = (path, message) => context.addIssue({ code: 'custom', path, message });
  checkNames(value, report);
  if (value.fields.length + value.tables.length === 0)
    report(['fields'], 'must not be empty where tables are too');
  if (JSON.stringify(value).length > limits.parserDefinitionChars)
    report([], `must be ${limits.parserDefinitionChars} characters of JSON at most`);
}

export const parserDefinition = definitionParts.superRefine(check).meta({ id: 'ParserDefinition' });

/** A parser as a file (docs/parsers.md): the definition's parts stand beside the name. Published as schemas/parser.json. */
export const parserFile = z
  .strictObject({
    /** For editors that look for it; the tool does not. */
    $schema: z.string().optional(),
    schema: z.literal(PARSER_FILE),
    name: parserName,
    document_type: documentType,
    description: parserDescription.nullable().optional(),
    ...definitionParts.shape,
  })
  .superRefine(check)
  .meta({ id: 'ParserFile', title: 'A document parser of the tenancy API' });
