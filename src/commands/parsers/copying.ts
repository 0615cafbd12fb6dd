import type { Context } from '../../context.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import type { ParserCopyResult } from '../../contract/types.ts';
import { retold, TenantctlError } from '../../errors.ts';
import { counted } from '../change.ts';
import { type Place, placeText } from '../place.ts';
import { copiedColumns, copiedRows } from './columns.ts';
import { countsText } from './outcomes.ts';
import { noteWaiting } from './waiting.ts';

/** What `copy` and `promote` have in common. */
export interface Copying {
  readonly from: Place;
  readonly to: readonly Place[];
  /** undefined: all of the workspace. */
  readonly names: readonly string[] | undefined;
  readonly onConflict: NonNullable<BodyInput<'parsers.copy'>['on_conflict']>;
  readonly force: boolean;
}

/**
 * The plan by a dry run of the server, agreed to at a terminal; elsewhere the command is the consent. Then the copy, all
 * of it or nothing, and what is left to do by hand.
 */
export async function copyParsers(ctx: Context, copying: Copying): Promise<void> {
  const { from, to, names, onConflict, force } = copying;
  const client = ctx.client();
  const params = { account: from.account };
  const body = {
    workspace: from.workspace,
    parsers: names === undefined ? undefined : [...names],
    to: to.map(({ account, workspace }) => ({ account, workspace })),
    on_conflict: onConflict,
    force,
  };
  if (ctx.flags.dryRun !== true && ctx.prompt.allowed) {
    const plan = await client.call('parsers.copy', { params, body, dryRun: true }).catch(hinted(copying));
    if (plan.changed) await agreed(ctx, plan);
  }
  const result = await client.call('parsers.copy', { params, body }).catch(hinted(copying));
  await tellCopied(ctx, result);
}

/** What to do about a refusal depends on what stands in the way. */
function hinted({ from, to }: Copying): (thrown: unknown) => never {
  return (thrown) => {
    if (!(thrown instanceof TenantctlError) || thrown.code !== 'copy_refused') throw thrown;
    const kinds = new Set(thrown.details?.map(({ pointer }) => pointer));
    const [target] = to;
    if (kinds.has('edited') && target !== undefined)
      throw retold(thrown, {
        hint: `tenantctl parsers diff --from ${placeText(from)} --to ${placeText(target)}`,
      });
    throw kinds.has('name_taken')
      ? retold(thrown, { hint: 'the same with --on-conflict skip, rename or overwrite' })
      : thrown;
  };
}

async function agreed(ctx: Context, plan: ParserCopyResult): Promise<void> {
  const { account, workspace } = plan.from;
  const place = placeText({ account: account.slug, workspace: workspace.slug });
  await ctx.confirmed({
    weight: 'yes',
    what: `copy from ${place} to ${counted(plan.targets.length, 'place')}`,
    consequences: plan.targets.map(targetText),
  });
}

const NAMED = 10;

/** `acme-prod: 2 created (Invoice, Receipt), 1 overwritten (Order), 7 unchanged` */
function targetText({ account, workspace, parsers }: ParserCopyResult['targets'][number]): string {
  const groups = Map.groupBy(parsers, ({ outcome }) => outcome);
  const texts = [...groups].map(([outcome, items]) => {
    if (outcome === 'unchanged') return `${items.length} unchanged`;
    const names = items.slice(0, NAMED).map(({ name, as }) => (name === as ? name : `${name} as ${as}`));
    const more = items.length > NAMED ? `, and ${items.length - NAMED} more` : '';
    return `${items.length} ${outcome} (${names.join(', ')}${more})`;
  });
  return `${placeText({ account: account.slug, workspace: workspace.slug })}: ${texts.join(', ') || 'nothing'}`;
}

async function tellCopied(ctx: Context, result: ParserCopyResult): Promise<void> {
  const { out, flags } = ctx;
  const dryRun = flags.dryRun === true;
  const asRows = out.format === 'table' || out.format === 'csv' || out.format === 'id';
  if (asRows)
    await out.list(copiedColumns, copiedRows(result), { all: true, empty: 'There is no parser to copy.' });
  else await out.result(result);
  for (const { account, workspace, parsers } of result.targets) {
    const place = placeText({ account: account.slug, workspace: workspace.slug });
    if (parsers.length > 0) out.note(`${place}: ${countsText(parsers.map(({ outcome }) => outcome))}.`);
  }
  if (dryRun) return out.note('It is a dry run: nothing was written.');
  if (!result.changed) out.note('Nothing to do.');
  noteWaiting(
    ctx,
    result.targets.flatMap(({ account, workspace, parsers }) =>
      parsers.map(({ as: name, secrets_missing: secrets }) => ({
        place: { account: account.slug, workspace: workspace.slug },
        name,
        secrets,
      })),
    ),
  );
}
