import type { Context } from '../../context.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import type { Parser } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { type FoundParser, inFile } from '../../estate/files/parsers.ts';
import { quoted } from '../../output/text.ts';
import { asTyped, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { parserFrom } from './files.ts';
import { changeParser } from './save.ts';
import { lostText, lostValues, missingOf, noteWaiting } from './waiting.ts';

const spec = {
  path: 'parsers update',
  summary: 'Change a parser: its definition from a file, its name, type or description',
  about:
    'A file replaces the definition, the type and the description; --type and --description win over it, and only --rename changes the name. Each change makes the next revision, and parsers rollback goes back. A secret that the new definition does not declare loses its value, which is asked about first.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  flags: {
    file: { value: 'FILE', help: 'the new definition; - is stdin' },
    rename: { value: 'NAME', help: 'the new name' },
    type: { value: 'TYPE', help: 'the new document type' },
    description: { value: 'TEXT', help: 'the new description; empty takes it away' },
    ifRevision: { value: 'N', number: true, help: 'only if it is still at this revision' },
  },
  examples: [
    'tenantctl parsers update Invoice --file invoice.yaml --account acme-dev',
    'tenantctl parsers update acme-dev/Invoice --rename "Invoice DE"',
    'tenantctl parsers update Invoice --description "" --if-revision 4',
  ],
  operations: ['parsers.show', 'parsers.update'],
  next: 'tenantctl parsers revisions NAME',
} as const satisfies VerbSpec;

export type UpdateOptions = OptionsOf<typeof spec>;

export function updateCommand(ctx: Context, run = updateRun): Verb {
  return verb(spec, ctx, run);
}

export async function updateRun(options: UpdateOptions, ctx: Context): Promise<void> {
  const at = namedAt(ctx, options.name);
  const found = options.file === undefined ? undefined : await parserFrom(ctx, options.file);
  const body = bodyOf(options, found);
  if (Object.keys(body).length === 0)
    throw usageError('nothing to change', { hint: 'tenantctl parsers update --help' });
  const client = ctx.client();
  const params = { account: at.account, parser: at.name };
  const before = await client.call('parsers.show', { params, query: { workspace: at.workspace } });
  await agreedToLosses(ctx, options.name, lostValues(before, body.definition ?? before.definition));
  const revision = options.ifRevision ?? before.revision;
  const after = await changeParser(client, {
    before: { ...before, revision },
    account: at.account,
    body,
  }).catch((thrown: unknown) => {
    throw found === undefined ? thrown : inFile(thrown, found);
  });
  await tellChange(ctx, {
    value: after,
    changed: after.revision !== before.revision,
    done: `Changed ${before.name} (revision ${after.revision}): ${changesOf(before, after).join('; ')}.`,
    already: `${after.name} is like that already (revision ${after.revision}).`,
  });
  noteWaiting(ctx, [{ place: at, name: after.name, secrets: missingOf(after) }]);
}

/** Revisions keep what a file replaces, but for values of secrets. */
async function agreedToLosses(ctx: Context, typed: string, lost: readonly string[]): Promise<void> {
  if (lost.length === 0) return;
  await ctx.confirmed({
    weight: 'yes',
    what: `change ${typed}, and with that take away`,
    consequences: lostText(lost),
    command: asTyped(ctx, `tenantctl parsers update ${quoted(typed)} ...`),
  });
}

function bodyOf(options: UpdateOptions, found: FoundParser | undefined): BodyInput<'parsers.update'> {
  const { rename, type, description } = options;
  return {
    ...found?.content,
    ...(rename !== undefined && { name: rename }),
    ...(type !== undefined && { document_type: type }),
    ...(description !== undefined && { description: description === '' ? null : description }),
  };
}

/** What differs, named; the definition field by field is what `parsers diff` shows between places. */
function changesOf(before: Parser, after: Parser): string[] {
  const texts = (['name', 'document_type', 'description'] as const).flatMap((field) =>
    before[field] === after[field]
      ? []
      : [`${field.replace('_', ' ')} ${before[field] ?? 'none'} -> ${after[field] ?? 'none'}`],
  );
  const same = JSON.stringify(before.definition) === JSON.stringify(after.definition);
  return same ? texts : [...texts, 'definition'];
}
