import { isDeepStrictEqual } from 'node:util';
import type { Client } from '../../client/client.ts';
import type { Context } from '../../context.ts';
import type { Parser, ParserItem } from '../../contract/types.ts';
import { conflictError } from '../../errors.ts';
import { type FoundParser, inFile, mistakeAt } from '../../estate/files/parsers.ts';
import { placeText as placeInFile } from '../../estate/files/source.ts';
import { counted } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { type Place, placeOf, placeText } from '../place.ts';
import { firstOf, parsersFrom } from './files.ts';
import { countsText, eachOf, tellOutcomes } from './outcomes.ts';
import { changeParser } from './save.ts';
import { lostText, lostValues, missingOf, noteWaiting, type Waiting } from './waiting.ts';

const spec = {
  path: 'parsers import',
  summary: 'Create or change parsers from files',
  about:
    'All files are read and checked first, and compared with what is there; what says the same is left alone. Only then is anything sent, so that a file with a mistake changes nothing, and a run cut short is simply run again. --dry-run shows what would be done.',
  args: { file: { help: 'YAML or JSON, a folder of such files, or - for stdin', rest: true } },
  flags: {
    onConflict: {
      value: 'WHAT',
      choices: ['fail', 'skip', 'overwrite'],
      help: 'where a parser of that name says something else: fail (default: nothing is sent), skip or overwrite',
    },
  },
  examples: [
    'tenantctl parsers import parsers/ --account acme-dev --dry-run',
    'tenantctl parsers import invoice.yaml receipt.yaml --on-conflict overwrite',
    'tenantctl parsers export --all --account acme-dev | tenantctl parsers import - --account acme-test',
  ],
  operations: ['parsers.list', 'parsers.show', 'parsers.create', 'parsers.update'],
  next: 'tenantctl parsers secrets list --missing',
} as const satisfies VerbSpec;

export type ImportOptions = OptionsOf<typeof spec>;

export function importCommand(ctx: Context, run = importRun): Verb {
  return verb(spec, ctx, run);
}

interface Step {
  readonly found: FoundParser;
  readonly action: 'created' | 'overwritten' | 'unchanged' | 'skipped';
  /** What is there under that name. */
  readonly before: ParserItem | undefined;
}

export async function importRun(options: ImportOptions, ctx: Context): Promise<void> {
  const found = await parsersFrom(ctx, options.file);
  const place = placeOf(ctx);
  const client = ctx.client();
  const steps = await planned(client, place, found, options);
  if (ctx.flags.dryRun === true) return await tellPlan(ctx, place, steps);
  await consented(ctx, place, steps);
  const waiting: Waiting[] = [];
  const progress = progressOf(ctx, steps.length);
  const outcomes = await eachOf(
    steps,
    ({ found: { name } }) => name,
    async (step) => {
      const after = await carriedOut(client, place, step);
      waiting.push({ place, name: after.name, secrets: missingOf(after) });
      progress.next();
      return { outcome: step.action, id: after.id, revision: after.revision };
    },
  );
  progress.end();
  noteWaiting(ctx, waiting);
  await tellOutcomes(ctx, outcomes);
}

/** A few are there before a bar would be; with -o ndjson its events would stand among the rows. */
const WORTH_A_BAR = 20;

function progressOf(ctx: Context, total: number): { next: () => void; end: () => void } {
  if (total < WORTH_A_BAR || ctx.out.format === 'ndjson')
    return { next: () => undefined, end: () => undefined };
  const progress = ctx.out.progress('Importing');
  let done = 0;
  return {
    next: () => {
      done += 1;
      progress.update({ done, total });
    },
    end: () => progress.end(),
  };
}

async function planned(
  client: Client,
  { account, workspace }: Place,
  found: readonly FoundParser[],
  { onConflict = 'fail' }: ImportOptions,
): Promise<Step[]> {
  const wanted = new Set(found.map(({ name }) => name));
  const there = new Map<string, ParserItem>();
  const query = { workspace, definitions: 'true' as const };
  for await (const item of client.pages('parsers.list', { params: { account }, query }))
    if (wanted.has(item.name)) there.set(item.name, item);
  const steps = found.map((one) => stepOf(one, there.get(one.name), onConflict));
  const conflicts = steps.filter(({ action, before }) => before !== undefined && action !== 'unchanged');
  if (onConflict === 'fail' && conflicts.length > 0) throw refused(conflicts);
  return steps;
}

function stepOf(found: FoundParser, before: ParserItem | undefined, onConflict: string): Step {
  if (before === undefined) return { found, before, action: 'created' };
  const { document_type, description, definition } = before;
  if (isDeepStrictEqual(found.content, { document_type, description, definition }))
    return { found, before, action: 'unchanged' };
  return { found, before, action: onConflict === 'overwrite' ? 'overwritten' : 'skipped' };
}

function refused(conflicts: readonly Step[]) {
  return conflictError(
    `${counted(conflicts.length, 'parser')} of these names ${conflicts.length === 1 ? 'says' : 'say'} something else there; nothing was sent`,
    {
      code: 'parser_name_taken',
      hint: 'leave them with --on-conflict skip, or replace their content with --on-conflict overwrite',
      details: firstOf(
        conflicts.map(({ found, before }) => ({
          pointer: placeInFile(mistakeAt(found, '/name', '')),
          detail: `${found.name} is there at revision ${before?.revision} with other content`,
        })),
      ),
    },
  );
}

async function tellPlan(ctx: Context, place: Place, steps: readonly Step[]): Promise<void> {
  ctx.out.note(
    `${placeText(place)}: ${countsText(steps.map(({ action }) => action))}. It is a dry run: nothing was sent.`,
  );
  await tellOutcomes(
    ctx,
    steps.map(({ found, action, before }) => ({
      name: found.name,
      outcome: action,
      id: before?.id ?? null,
      revision: before?.revision ?? null,
      error: null,
    })),
  );
}

/** What exists is replaced only by who saw it named; off a terminal --on-conflict overwrite is the consent. */
async function consented(ctx: Context, place: Place, steps: readonly Step[]): Promise<void> {
  const replaced = steps.filter(({ action }) => action === 'overwritten');
  if (replaced.length === 0 || !ctx.prompt.allowed) return;
  await ctx.confirmed({
    weight: 'yes',
    what: `replace the content of ${counted(replaced.length, 'parser')} in ${placeText(place)}`,
    consequences: replaced.map(replacedText),
  });
}

function replacedText({ found, before }: Step): string {
  const lost = before === undefined ? [] : lostText(lostValues(before, found.content.definition));
  return [`${found.name}, at revision ${before?.revision}`, ...lost].join('; with ');
}

async function carriedOut(
  client: Client,
  { account, workspace }: Place,
  step: Step,
): Promise<Omit<Parser, 'definition'>> {
  const { found, before, action } = step;
  try {
    if (before === undefined)
      return await client.call('parsers.create', {
        params: { account },
        body: { ...found.content, name: found.name, workspace },
      });
    if (action !== 'overwritten') return before;
    return await changeParser(client, { account, before, body: found.content });
  } catch (thrown) {
    throw inFile(thrown, found);
  }
}
