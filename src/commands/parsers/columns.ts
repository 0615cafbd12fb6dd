import type {
  Parser,
  ParserCopyResult,
  ParserDefinition,
  ParserItem,
  ParserRevision,
  PromotionPath,
} from '../../contract/types.ts';
import type { Detail } from '../../errors.ts';
import type { Column } from '../../output/columns.ts';
import { placeText } from '../place.ts';
import { missingOf } from './waiting.ts';

type Summary = Omit<ParserItem, 'definition'>;

/** A parser as a row: the one place that maps it. */
export const parserColumns: readonly Column<ParserItem>[] = [
  { header: 'NAME', value: (parser) => parser.name, keep: true },
  { header: 'TYPE', value: (parser) => parser.document_type },
  { header: 'REVISION', value: (parser) => parser.revision, align: 'right' },
  { header: 'SECRETS MISSING', value: missingOf, tone: missingTone },
  { header: 'SOURCE', value: sourceText },
  { header: 'UPDATED', value: (parser) => parser.updated_at },
];

/** With what a list that was asked for definitions knows besides. */
export const parserColumnsInFull: readonly Column<ParserItem>[] = parserColumns.toSpliced(
  2,
  0,
  { header: 'FIELDS', value: ({ definition }) => definition?.fields.length, align: 'right' },
  { header: 'TABLES', value: ({ definition }) => definition?.tables.length, align: 'right' },
);

/** A parser as facts, a line each. */
export const parserFacts: readonly Column<Parser>[] = [
  { header: 'NAME', value: (parser) => parser.name },
  { header: 'ID', value: (parser) => parser.id },
  { header: 'TYPE', value: (parser) => parser.document_type },
  { header: 'DESCRIPTION', value: (parser) => parser.description },
  { header: 'WORKSPACE', value: (parser) => parser.workspace.slug },
  { header: 'PREPROCESSING', value: ({ definition }) => stepsOf(definition) },
  {
    header: 'SECRETS',
    value: ({ secrets }) => secrets.map(({ name, state }) => `${name} (${state})`),
    tone: missingTone,
  },
  { header: 'SOURCE', value: sourceText },
  { header: 'REVISION', value: (parser) => parser.revision },
  { header: 'DIGEST', value: (parser) => parser.digest },
  { header: 'CREATED', value: (parser) => parser.created_at },
  { header: 'UPDATED', value: (parser) => parser.updated_at },
];

export const revisionColumns: readonly Column<ParserRevision>[] = [
  { header: 'REVISION', value: (revision) => revision.revision, align: 'right' },
  { header: 'CHANGE', value: changeText },
  { header: 'NAME', value: (revision) => revision.name },
  { header: 'TYPE', value: (revision) => revision.document_type },
  { header: 'BY', value: (revision) => revision.by },
  { header: 'AT', value: (revision) => revision.at },
  { header: 'DIGEST', value: (revision) => revision.digest.slice(0, 12) },
];

/** An earlier state of a parser as facts. */
export const revisionFacts: readonly Column<ParserRevision & { readonly definition: ParserDefinition }>[] = [
  { header: 'NAME', value: (revision) => revision.name },
  { header: 'TYPE', value: (revision) => revision.document_type },
  { header: 'DESCRIPTION', value: (revision) => revision.description },
  { header: 'PREPROCESSING', value: ({ definition }) => stepsOf(definition) },
  { header: 'SECRETS', value: ({ definition }) => definition.secrets.map(({ name }) => name) },
  { header: 'REVISION', value: (revision) => revision.revision },
  { header: 'CHANGE', value: changeText },
  { header: 'DIGEST', value: (revision) => revision.digest },
  { header: 'BY', value: (revision) => revision.by },
  { header: 'AT', value: (revision) => revision.at },
];

/** What a definition reads, for people: its fields, then its tables with their columns. */
export interface Reading {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly found: readonly string[];
}

export const readingColumns: readonly Column<Reading>[] = [
  { header: 'FIELD', value: (reading) => reading.path, keep: true },
  { header: 'VALUE', value: (reading) => reading.type },
  { header: 'REQUIRED', value: (reading) => reading.required },
  { header: 'FOUND BY', value: (reading) => reading.found },
];

export function readingsOf({ fields, tables }: ParserDefinition): Reading[] {
  return [
    ...fields.map(({ name, type, required, rules }) => ({
      path: name,
      type,
      required,
      found: rules.map(ruleText),
    })),
    ...tables.flatMap((table) =>
      table.columns.map(({ name, type, required, header, position }) => ({
        path: `${table.name}.${name}`,
        type,
        required,
        found:
          header !== undefined
            ? [`heading "${header}"`]
            : position === undefined
              ? []
              : [`column ${position}`],
      })),
    ),
  ];
}

/** A secret of a parser. */
export interface SecretRow {
  readonly parser: string;
  readonly parser_id: string;
  readonly secret: string;
  readonly state: 'set' | 'missing';
  readonly set_at: string | null;
}

export const secretColumns: readonly Column<SecretRow>[] = [
  { header: 'PARSER', value: (row) => row.parser, keep: true },
  { header: 'SECRET', value: (row) => row.secret, keep: true },
  {
    header: 'STATE',
    value: (row) => row.state,
    tone: (row) => (row.state === 'missing' ? 'bad' : undefined),
  },
  { header: 'SET', value: (row) => row.set_at },
];

/** What became of a parser at one target of a copy. */
type Copied = ParserCopyResult['targets'][number]['parsers'][number] & {
  readonly id: string | null;
  readonly target: string;
};

export const copiedColumns: readonly Column<Copied>[] = [
  { header: 'TARGET', value: (row) => row.target, keep: true },
  { header: 'PARSER', value: (row) => row.name, keep: true },
  { header: 'AS', value: (row) => row.as },
  { header: 'OUTCOME', value: (row) => row.outcome },
  { header: 'REVISION', value: (row) => row.revision, align: 'right' },
  { header: 'SECRETS MISSING', value: (row) => row.secrets_missing },
];

export function copiedRows({ targets }: ParserCopyResult): Copied[] {
  return targets.flatMap(({ account, workspace, parsers }) => {
    const target = placeText({ account: account.slug, workspace: workspace.slug });
    return parsers.map((parser) => ({ ...parser, id: parser.parser_id, target }));
  });
}

/** What became of one of several parsers. */
export interface Outcome {
  readonly name: string;
  readonly outcome: 'created' | 'overwritten' | 'unchanged' | 'skipped' | 'deleted' | 'gone' | 'failed';
  readonly id: string | null;
  readonly revision: number | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: readonly Detail[];
  } | null;
}

export const outcomeColumns: readonly Column<Outcome>[] = [
  { header: 'NAME', value: (row) => row.name, keep: true },
  {
    header: 'OUTCOME',
    value: (row) => row.outcome,
    tone: (row) => (row.outcome === 'failed' ? 'bad' : undefined),
  },
  { header: 'REVISION', value: (row) => row.revision, align: 'right' },
  { header: 'WHY', value: whyText },
];

export const pathColumns: readonly Column<PromotionPath['accounts'][number] & { readonly step: number }>[] = [
  { header: 'STEP', value: (row) => row.step, align: 'right' },
  { header: 'ACCOUNT', value: (row) => row.slug, keep: true },
  { header: 'NAME', value: (row) => row.name },
];

function whyText({ error }: Outcome): string | null {
  if (error === null) return null;
  const places = error.details.map(
    ({ pointer, detail }) => `${pointer === undefined ? '' : `${pointer}: `}${detail}`,
  );
  return [error.message, ...places].join(' - ');
}

function missingTone(parser: Pick<Summary, 'secrets'>): 'bad' | undefined {
  return missingOf(parser).length > 0 ? 'bad' : undefined;
}

/** `acme-dev/invoice@3, edited` */
function sourceText({ source, copied_revision, edited }: Summary): string | null {
  const changed = copied_revision !== null && edited ? ', edited' : '';
  if (source === null) return copied_revision === null ? null : `elsewhere${changed}`;
  return `${source.account.slug}/${source.parser.name}@${source.revision}${changed}`;
}

function changeText({ change, rolled_back_to }: ParserRevision): string {
  return rolled_back_to === null ? change : `rolled back to ${rolled_back_to}`;
}

function stepsOf({ preprocessing }: ParserDefinition): string[] {
  return preprocessing.map((step) =>
    step.step === 'ocr' ? `ocr (${step.languages.join(', ')})` : step.step,
  );
}

function ruleText(rule: ParserDefinition['fields'][number]['rules'][number]): string {
  switch (rule.kind) {
    case 'label':
      return `${rule.position} of "${rule.label}"`;
    case 'pattern':
      return `/${rule.pattern}/`;
    case 'zone':
      return rule.page === undefined ? 'zone' : `zone on page ${rule.page}`;
    case 'constant':
      return `always "${rule.value}"`;
    case 'lookup':
      return `lookup of ${rule.by}`;
  }
}
