import type { Context } from '../../context.ts';
import { inFile } from '../../estate/files/parsers.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { parserFrom } from './files.ts';
import { missingOf, noteWaiting } from './waiting.ts';

const spec = {
  path: 'parsers create',
  summary: 'Create a parser from a file',
  about:
    'The file is YAML or JSON (tenantctl help parsers). NAME, --type and --description win over what it says. Values of secrets are set afterwards.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME' } },
  flags: {
    file: { value: 'FILE', help: 'the definition; - is stdin', required: 'Which file has the definition?' },
    type: { value: 'TYPE', help: 'the document type: invoice, delivery-note' },
    description: { value: 'TEXT', help: 'one line for people' },
  },
  examples: [
    'tenantctl parsers create Invoice --file examples/parsers/invoice.yaml --account acme-dev',
    'tenantctl parsers create acme-dev/Invoice-2 --file invoice.yaml --description "second attempt"',
    'tenantctl parsers create Receipt --file - < receipt.json',
  ],
  operations: ['parsers.create'],
  next: 'tenantctl parsers secrets list --missing',
} as const satisfies VerbSpec;

export type CreateOptions = OptionsOf<typeof spec>;

export function createCommand(ctx: Context, run = createRun): Verb {
  return verb(spec, ctx, run);
}

export async function createRun(
  { name: named, file, type, description }: CreateOptions,
  ctx: Context,
): Promise<void> {
  const { name, ...place } = namedAt(ctx, named);
  const found = await parserFrom(ctx, file);
  const body = {
    ...found.content,
    workspace: place.workspace,
    name,
    ...(type !== undefined && { document_type: type }),
    ...(description !== undefined && { description }),
  };
  const parser = await ctx
    .client()
    .call('parsers.create', { params: { account: place.account }, body })
    .catch((thrown: unknown) => {
      throw inFile(thrown, found);
    });
  await ctx.out.result(parser, `Created ${parser.name} (${parser.id}) in ${place.account}.`);
  noteWaiting(ctx, [{ place, name: parser.name, secrets: missingOf(parser) }]);
}
