import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { notFoundError, usageError } from '../../errors.ts';
import { type WrittenEstate, writeEstate } from '../../estate/files/write.ts';
import { accountsBelow, type LiveEstate, readLive } from '../../estate/live/live.ts';
import { counted } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'export',
  summary: 'Write the live estate as files',
  about:
    'The same form that diff and apply read, in a stable order: what has not changed is written the same again. Values of secrets are never written: variables stand for them. With --all the accounts that they manage are written too. With --dir parsers and forms are files of their own. What cannot be read, or has no place in the form, is told.',
  args: {
    account: { help: 'slugs or ids (default: the account that you work in)', rest: true, optional: true },
  },
  flags: {
    dir: { value: 'DIR', help: 'write estate.yaml, parsers/ and forms/ there' },
    force: { help: 'with --dir: write over files that are there' },
  },
  examples: [
    'tenantctl export acme acme-dev --out estate.yaml',
    'tenantctl export --all --dir estate/',
    'tenantctl export --all --json',
  ],
  operations: ['estate.read', 'accounts.show', 'accounts.list'],
  next: 'tenantctl diff -f FILE',
} as const satisfies VerbSpec;

export type ExportOptions = OptionsOf<typeof spec>;

export function exportCommand(ctx: Context, run = exportRun): Verb {
  return verb(spec, ctx, run);
}

export async function exportRun(options: ExportOptions, ctx: Context): Promise<void> {
  const { dir } = options;
  const client = ctx.client();
  const named = await accountsFor(options, ctx);
  const live = await ctx.out.wait('Reading what is there', readLive(named, { client }));
  mustBeThere(live);
  const format = ctx.out.format === 'json' ? 'json' : 'yaml';
  const written = await writeEstate(live.estate, {
    format,
    definitions: dir === undefined ? 'inline' : 'files',
    notes: notesOf(live),
  });
  for (const { account, text } of written.notes) ctx.out.note(`${account}: ${text}`);
  if (dir === undefined) return await ctx.out.raw(written.text);
  const files = await writeAll(written, { dir, format, force: options.force === true }, ctx);
  ctx.out.note(`Wrote ${counted(live.estate.accounts.length, 'account')} to ${files[0] ?? dir}.`);
}

async function accountsFor({ account }: ExportOptions, ctx: Context): Promise<readonly string[]> {
  const named = account.length > 0 ? account : [ctx.account()];
  if (ctx.flags.all !== true) return named;
  const below = await Promise.all(named.map((master) => accountsBelow(master, { client: ctx.client() })));
  return below.flat();
}

function mustBeThere({ missing, withheld }: LiveEstate): void {
  const [first] = [
    ...missing,
    ...[...withheld].filter(([, { kinds }]) => kinds.has('account')).map(([account]) => account),
  ];
  if (first === undefined) return;
  throw notFoundError(`${first} is not there, or may not be read as a whole`, {
    hint: 'tenantctl accounts list',
  });
}

/** What is there and could not be read is not the same as what is not there. */
function notesOf({ withheld }: LiveEstate): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...withheld].map(([account, { kinds }]) => [
      account,
      [
        `not read, for this credential may not: ${[...kinds].map((kind) => kind.replaceAll('_', ' ')).join(', ')}`,
      ],
    ]),
  );
}

interface Target {
  readonly dir: string;
  readonly format: 'yaml' | 'json';
  readonly force: boolean;
}

async function writeAll({ text, files }: WrittenEstate, target: Target, ctx: Context): Promise<string[]> {
  const { dir, format, force } = target;
  const all = [{ name: `estate.${format}`, text }, ...files];
  const names: string[] = [];
  for (const file of all) {
    const path = resolve(ctx.world.cwd, dir, file.name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.text, { mode: 0o600, flag: force ? 'w' : 'wx' }).catch((cause: unknown) => {
      throw usageError(`${join(dir, file.name)} cannot be written`, {
        why: cause instanceof Error ? cause.message : undefined,
        hint: 'another --dir, or --force to write over what is there',
        cause,
      });
    });
    names.push(join(dir, file.name));
  }
  return names;
}
