import type { Context } from '../../context.ts';
import type { ParserItem } from '../../contract/types.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt, placeOf } from '../place.ts';
import { type SecretRow, secretColumns } from './columns.ts';

const spec = {
  path: 'parsers secrets list',
  summary: 'List the secrets that parsers declare, and which wait for their value',
  about: 'Of one parser, or of all in the workspace. Values are never shown, to nobody.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME; without it all of them', optional: true } },
  flags: { missing: { help: 'only those that wait for their value' } },
  examples: [
    'tenantctl parsers secrets list --missing --account acme-prod',
    'tenantctl parsers secrets list acme-prod/Invoice',
  ],
  operations: ['parsers.list', 'parsers.show'],
  next: 'tenantctl parsers secrets set NAME SECRET',
} as const satisfies VerbSpec;

export type SecretsListOptions = OptionsOf<typeof spec>;

export function secretsListCommand(ctx: Context, run = secretsListRun): Verb {
  return verb(spec, ctx, run);
}

export async function secretsListRun({ name, missing }: SecretsListOptions, ctx: Context): Promise<void> {
  const rows = secretsOf(parsersOf(ctx, name), missing === true);
  const empty = missing === true ? 'No secret waits for its value.' : 'No parser here declares a secret.';
  await ctx.out.list(secretColumns, limited(rows, ctx.max()), ctx.listing(empty));
}

async function* parsersOf(
  ctx: Context,
  name: string | undefined,
): AsyncGenerator<Omit<ParserItem, 'definition'>> {
  const client = ctx.client();
  if (name === undefined) {
    const { account, workspace } = placeOf(ctx);
    return yield* client.pages('parsers.list', { params: { account }, query: { workspace } });
  }
  const { account, workspace, name: parser } = namedAt(ctx, name);
  yield await client.call('parsers.show', { params: { account, parser }, query: { workspace } });
}

async function* secretsOf(
  parsers: AsyncIterable<Omit<ParserItem, 'definition'>>,
  missing: boolean,
): AsyncGenerator<SecretRow> {
  for await (const { name: parser, id: parser_id, secrets } of parsers)
    for (const { name: secret, state, set_at } of secrets)
      if (!missing || state === 'missing') yield { parser, parser_id, secret, state, set_at };
}

/** Rows are made of parsers here, so that --limit counts rows. */
async function* limited<T>(rows: AsyncIterable<T>, max = Number.POSITIVE_INFINITY): AsyncGenerator<T> {
  let left = max;
  if (left > 0)
    for await (const row of rows) {
      yield row;
      left -= 1;
      if (left <= 0) return;
    }
}
