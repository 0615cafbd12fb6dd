import type { Context } from '../../context.ts';
import type { ParserDifference } from '../../contract/types.ts';
import { pendingChanges, usageError } from '../../errors.ts';
import type { Column } from '../../output/columns.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt, type Place, placeFrom, placeOf, placeText } from '../place.ts';
import { differenceColumns, differenceRows, differencesText } from './differences.ts';

const spec = {
  path: 'parsers diff',
  summary: 'Show field by field what copying parsers to another place would change',
  about:
    'Two places with --from and --to, one parser of both, or two parsers by their whole names. BEFORE is what stands at the target. Fields and tables are found by their name, so that one more in the middle is one difference.',
  args: { name: { help: 'NAME, or two of ACCOUNT[/WORKSPACE]/NAME', rest: true, optional: true } },
  flags: {
    from: {
      value: 'ACCOUNT',
      help: 'the source, ACCOUNT[/WORKSPACE] (default: the account that you work in)',
    },
    to: { value: 'ACCOUNT', help: 'the target, ACCOUNT[/WORKSPACE]' },
    same: { help: 'also those that are the same' },
    detailedExitcode: { help: 'exit 10 if anything differs' },
  },
  examples: [
    'tenantctl parsers diff --from acme-dev --to acme-prod',
    'tenantctl parsers diff acme-dev/Invoice "acme-prod/Invoice DE"',
    'tenantctl parsers diff Invoice --from acme-dev --to acme-prod --detailed-exitcode',
  ],
  operations: ['parsers.diff'],
  next: 'tenantctl parsers copy NAME --from ACCOUNT --to ACCOUNT',
} as const satisfies VerbSpec;

export type DiffOptions = OptionsOf<typeof spec>;

export function diffCommand(ctx: Context, run = diffRun): Verb {
  return verb(spec, ctx, run);
}

/** Everything in two places, or one parser of each. */
interface Sides {
  readonly from: Place;
  readonly to: Place;
  readonly name?: string;
  readonly toName?: string;
}

export async function diffRun(options: DiffOptions, ctx: Context): Promise<void> {
  const { from, to, name, toName } = sidesOf(options, ctx);
  const query = {
    workspace: from.workspace,
    to: to.account,
    to_workspace: to.workspace,
    name,
    to_name: toName,
    same: options.same === true ? ('true' as const) : undefined,
  };
  const seen = { different: false };
  const found = watched(
    ctx.client().pages('parsers.diff', { params: { account: from.account }, query }, ctx.flags.limit),
    seen,
  );
  await tell(ctx, found, placeText(from), placeText(to));
  if (options.detailedExitcode === true && seen.different) throw pendingChanges('there are differences');
}

function sidesOf({ name: names, from, to }: DiffOptions, ctx: Context): Sides {
  const [first, second, ...more] = names;
  if (more.length > 0)
    throw usageError('more than two parsers', {
      code: 'invalid_value',
      hint: 'tenantctl parsers diff --help',
    });
  if (first !== undefined && second !== undefined) {
    if (from !== undefined || to !== undefined)
      throw usageError('two parsers by their whole names go without --from and --to', {
        code: 'invalid_value',
      });
    const [a, b] = [namedAt(ctx, first), namedAt(ctx, second)];
    return { from: a, to: b, name: a.name, toName: b.name };
  }
  if (to === undefined)
    throw usageError('--to is missing', {
      code: 'missing_flag',
      hint: 'tenantctl parsers diff --from ACCOUNT --to ACCOUNT',
    });
  const target = placeFrom('--to', to);
  if (first?.includes('/') === true) {
    if (from !== undefined)
      throw usageError(`${first}: a whole name goes without --from`, { code: 'invalid_value' });
    const { name, ...place } = namedAt(ctx, first);
    return { from: place, to: target, name };
  }
  const source = from === undefined ? placeOf(ctx) : placeFrom('--from', from);
  return { from: source, to: target, ...(first !== undefined && { name: first }) };
}

async function* watched(
  differences: AsyncIterable<ParserDifference>,
  seen: { different: boolean },
): AsyncGenerator<ParserDifference> {
  for await (const difference of differences) {
    seen.different ||= difference.state !== 'same';
    yield difference;
  }
}

/** For `-o id`: a difference has no id, and is known by the name. */
const nameColumns: readonly Column<ParserDifference>[] = [{ header: 'NAME', value: (one) => one.name }];

async function tell(
  ctx: Context,
  found: AsyncIterable<ParserDifference>,
  from: string,
  to: string,
): Promise<void> {
  const { format } = ctx.out;
  const rows = format === 'csv' || (format === 'table' && ctx.flags.fields !== undefined);
  if (rows) return await ctx.out.list(differenceColumns, differenceRows(found), { all: true });
  if (format !== 'table') return await ctx.out.list(nameColumns, found);
  const differences: ParserDifference[] = [];
  for await (const difference of found) differences.push(difference);
  if (differences.length === 0) return ctx.out.note(`${from} and ${to} do not differ.`);
  await ctx.out.result(differences, differencesText(differences, from, to));
}
