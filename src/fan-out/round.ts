import { writes } from '../commands/help-text.ts';
import type { VerbSpec } from '../commands/spec.ts';
import type { Context } from '../context.ts';
import { asTenantctlError } from '../errors.ts';
import { parseFields } from '../output/fields.ts';
import { Collector } from './collector.ts';
import { inEach } from './each.ts';
import { type Entry, inactive } from './entry.ts';
import { Ledger } from './ledger.ts';
import { print, words } from './print.ts';
import { limitsOf, type Wish } from './selection.ts';
import { isActive, type Target } from './targets.ts';
import { conclude, failsLikeAll, sameFailure } from './verdict.ts';

/** A verb's own work, in one account. */
export type RunIn = (ctx: Context, account: string) => Promise<void>;

export interface Round {
  readonly spec: VerbSpec;
  readonly wish: Wish;
  readonly ctx: Context;
  readonly run: RunIn;
  readonly chosen: readonly Target[];
}

/**
 * Runs in all that are active, prints, and throws what gives the run another exit code than 0. Prints only once
 * something came of it somewhere: else the run fails as it would in one account, with nothing on stdout.
 */
export async function runAll(round: Round): Promise<void> {
  const { spec, wish, ctx, chosen } = round;
  const { out } = ctx;
  const [changes, interrupt] = [writes(spec), ctx.holdInterrupt()];
  const ledger = new Ledger(chosen, out.format === 'ndjson' ? 'as_ended' : 'as_chosen');
  for (const account of chosen) if (!isActive(account)) ledger.record(inactive(account));
  const active = chosen.filter(isActive);
  const progress = progressOn(round, active.length);
  const worthPrinting = Promise.withResolvers<boolean>();
  const working = inEach({
    targets: active,
    parallel: wish.parallel,
    // A change goes on although nobody reads what became of it.
    enough: () => interrupt.aborted || (!changes && out.closed),
    run: async (account) => {
      const entry = await runIn(round, account);
      progress.count(entry);
      ledger.record(entry);
      if (!failsLikeAll(entry)) worthPrinting.resolve(true);
      return entry;
    },
  }).finally(() => {
    progress.end();
    ledger.close();
    worthPrinting.resolve(sameFailure(ledger.ended) === undefined);
  });
  const printWhenDue = async () => {
    // On a terminal the bar and the result would share a line.
    if (ctx.world.stdout.isTTY === true || out.format === 'none') await working;
    if (out.format !== 'none' && (await worthPrinting.promise)) await print(ledger, changes, ctx);
  };
  const [worked, told] = await Promise.allSettled([working, printWhenDue()]);
  if (worked.status === 'rejected') throw worked.reason;
  if (told.status === 'rejected') throw told.reason;
  conclude(ledger.ended, worked.value, ctx);
}

async function runIn({ spec, ctx, run }: Round, account: Target): Promise<Entry> {
  const fields = ctx.flags.fields === undefined ? undefined : parseFields(ctx.flags.fields);
  const collector = new Collector({ out: ctx.out, account, fields });
  const place = { account: account.id, out: collector.out, drains: writes(spec) };
  try {
    await run(ctx.inAccount(place), account.id);
  } catch (thrown) {
    const error = asTenantctlError(thrown);
    const absent = limitsOf(spec).absent === 'skipped' && error.outcome === 'not_found';
    return { account, outcome: absent ? 'skipped' : 'failed', printed: collector.printed, error };
  }
  const { printed: result } = collector;
  return {
    account,
    outcome: result?.changed === false ? 'unchanged' : 'done',
    printed: result,
    error: undefined,
  };
}

/** On a terminal, for more accounts than are begun at once. */
function progressOn({ spec, wish, ctx }: Round, total: number) {
  if (ctx.world.stderr.isTTY !== true || ctx.out.format === 'ndjson' || total <= wish.parallel)
    return { count: () => undefined, end: () => undefined };
  const progress = ctx.out.progress(spec.path);
  const outcomes: Record<string, number> = {};
  let done = 0;
  progress.update({ done, total });
  return {
    count({ outcome }: Entry) {
      outcomes[words[outcome]] = (outcomes[words[outcome]] ?? 0) + 1;
      done += 1;
      progress.update({ done, total, outcomes: { ...outcomes } });
    },
    end: () => progress.end(),
  };
}
