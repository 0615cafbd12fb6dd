import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { toParserFile } from '../../contract/parser-file.ts';
import type { Parser, ParserFile } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { fileNames } from '../../estate/files/file-names.ts';
import type { Column } from '../../output/columns.ts';
import { fileSink } from '../../output/file.ts';
import { yamlText } from '../../output/rows.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt, placeOf } from '../place.ts';
import { namesOrAll } from './names.ts';

const spec = {
  path: 'parsers export',
  summary: 'Write parsers as files that parsers import reads',
  about:
    'Named ones, or all of the workspace with --all: one YAML file each into --dir, or all after one another to stdout or --out. -o json gives one JSON array. Without values of secrets, ids and revisions: content alone.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME', rest: true, optional: true } },
  flags: { dir: { value: 'DIR', help: 'a file each into this folder, which is made if it is not there' } },
  examples: [
    'tenantctl parsers export --all --dir parsers/ --account acme-dev',
    'tenantctl parsers export Invoice Receipt > two.yaml',
    'tenantctl parsers export --all -o json --out parsers.json',
  ],
  operations: ['parsers.list', 'parsers.show'],
  next: 'tenantctl parsers import FILE',
} as const satisfies VerbSpec;

export type ExportOptions = OptionsOf<typeof spec>;

export function exportCommand(ctx: Context, run = exportRun): Verb {
  return verb(spec, ctx, run);
}

export async function exportRun({ name, dir }: ExportOptions, ctx: Context): Promise<void> {
  const names = namesOrAll(ctx, name);
  const files = names === undefined ? everyFile(ctx) : filesOf(ctx, names);
  if (dir !== undefined) return await writeInto(ctx, dir, files);
  if (ctx.out.format === 'table' || ctx.out.format === 'yaml') return await writeDocuments(ctx, files);
  await ctx.out.list(fileColumns, files, { all: true });
}

const fileColumns: readonly Column<ParserFile>[] = [
  { header: 'NAME', value: (file) => file.name },
  { header: 'TYPE', value: (file) => file.document_type },
  { header: 'DESCRIPTION', value: (file) => file.description },
];

async function* everyFile(ctx: Context): AsyncGenerator<ParserFile> {
  const { account, workspace } = placeOf(ctx);
  const query = { workspace, definitions: 'true' as const };
  for await (const { definition, ...parser } of ctx
    .client()
    .pages('parsers.list', { params: { account }, query }))
    if (definition !== null) yield toParserFile({ ...parser, definition });
}

/** All are there before the first is written: half a file is worse than none. */
async function* filesOf(ctx: Context, names: readonly string[]): AsyncGenerator<ParserFile> {
  const parsers: Parser[] = [];
  for (const typed of names) {
    const { account, workspace, name: parser } = namedAt(ctx, typed);
    parsers.push(
      await ctx.client().call('parsers.show', { params: { account, parser }, query: { workspace } }),
    );
  }
  yield* parsers.map(toParserFile);
}

async function writeDocuments(ctx: Context, files: AsyncIterable<ParserFile>): Promise<void> {
  let count = 0;
  for await (const file of files) {
    await ctx.out.raw(`${count === 0 ? '' : '---\n'}${await yamlText(file)}`);
    count += 1;
  }
  if (count === 0) ctx.out.note('No parser here: nothing was written.');
}

async function writeInto(ctx: Context, dir: string, files: AsyncIterable<ParserFile>): Promise<void> {
  const folder = resolve(ctx.world.cwd, dir);
  const dryRun = ctx.flags.dryRun === true;
  if (!dryRun)
    await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : undefined;
      throw usageError(`--dir ${dir}: it cannot be made`, { code: 'invalid_dir', why, cause });
    });
  const nameOf = fileNames();
  const written: Written[] = [];
  for await (const file of files) {
    const name = nameOf(file.name);
    if (!dryRun) await writeFile(join(folder, name), await yamlText(file));
    written.push({ name: file.name, file: join(dir, name) });
  }
  await ctx.out.list(writtenColumns, written, { all: true, empty: 'No parser here: nothing was written.' });
}

/** Put into place only when it is whole. */
async function writeFile(path: string, text: string): Promise<void> {
  const sink = fileSink(path);
  await sink.write(text);
  await sink.end(true);
}

interface Written {
  readonly name: string;
  readonly file: string;
}

const writtenColumns: readonly Column<Written>[] = [
  { header: 'NAME', value: (row) => row.name },
  { header: 'FILE', value: (row) => row.file, keep: true },
];
