import type { Context } from '../../context.ts';
import type { Parser } from '../../contract/types.ts';
import { quoted } from '../../output/text.ts';
import { asTyped, counted, orGone } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { type Named, namedAt } from '../place.ts';
import { eachOf, tellOutcomes } from './outcomes.ts';

const spec = {
  path: 'parsers delete',
  summary: 'Delete parsers with their revisions and the values of their secrets',
  about: 'What is lost is shown first. Copies elsewhere stay. To keep the content: parsers export.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id', rest: true } },
  examples: [
    'tenantctl parsers delete Invoice --account acme-dev',
    'tenantctl parsers delete acme-dev/Invoice acme-dev/Receipt --yes --json',
  ],
  operations: ['parsers.show', 'parsers.delete'],
  next: 'tenantctl parsers list',
} as const satisfies VerbSpec;

export type DeleteOptions = OptionsOf<typeof spec>;

export function deleteCommand(ctx: Context, run = deleteRun): Verb {
  return verb(spec, ctx, run);
}

interface Going extends Named {
  readonly typed: string;
  /** null: gone already, or never there, which only the deletion itself tells. */
  readonly parser: Parser | null;
}

export async function deleteRun(options: DeleteOptions, ctx: Context): Promise<void> {
  const going: Going[] = [];
  for (const typed of new Set(options.name)) going.push(await found(ctx, typed));
  const losses = going.flatMap(({ typed, parser }) => (parser === null ? [] : [lossOf(typed, parser)]));
  if (losses.length > 0) {
    await ctx.confirmed({
      weight: 'yes',
      what: `delete ${counted(losses.length, 'parser')}, and with ${losses.length === 1 ? 'it' : 'them'} for good`,
      consequences: losses,
      command: asTyped(ctx, `tenantctl parsers delete ${options.name.map(quoted).join(' ')}`),
    });
  }
  await tellOutcomes(
    ctx,
    await eachOf(
      going,
      ({ typed }) => typed,
      (one) => remove(ctx, one),
    ),
  );
}

async function found(ctx: Context, typed: string): Promise<Going> {
  const at = namedAt(ctx, typed);
  const params = { account: at.account, parser: at.name };
  const query = { workspace: at.workspace };
  return { ...at, typed, parser: await orGone(ctx.client().call('parsers.show', { params, query })) };
}

async function remove(ctx: Context, { account, workspace, name, parser }: Going) {
  const { changed } = await ctx.client().call('parsers.delete', {
    params: { account, parser: parser?.id ?? name },
    query: parser === null ? { workspace } : {},
    ifMatch: parser?.revision ?? 0,
  });
  const outcome = changed ? ('deleted' as const) : ('gone' as const);
  return { outcome, id: parser?.id ?? null, revision: parser?.revision ?? null };
}

function lossOf(typed: string, { revision, secrets }: Parser): string {
  const set = secrets.filter(({ state }) => state === 'set').map(({ name }) => name);
  const values =
    set.length === 0 ? '' : `, the ${set.length === 1 ? 'value' : 'values'} of ${set.join(', ')}`;
  return `${typed}: ${counted(revision, 'revision')}${values}`;
}
