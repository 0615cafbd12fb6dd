import { Patience } from '../../bulk/patience.ts';
import type { Context } from '../../context.ts';
import { asTenantctlError, partialError, retold, type TenantctlError } from '../../errors.ts';
import { type Carried, type Executed, execute } from '../../estate/apply/execute.ts';
import type { Step } from '../../estate/apply/steps.ts';
import { type ChangeSet, nameOf } from '../../estate/changes.ts';
import { counted } from '../change.ts';
import { firstOf } from './consent.ts';
import { countsOf, countsText, resultOf } from './result.ts';
import type { Review } from './review.ts';

export interface Carrying extends Pick<Review, 'set' | 'settled' | 'placeOf'> {
  readonly parallel: number;
  /** The line that goes on with it. */
  readonly again: string;
}

/** Carries it out, tells step by step, prints what came of it, and throws what ends the run with another code than 0. */
export async function carryOutSet(ctx: Context, carrying: Carrying): Promise<void> {
  const { set, again } = carrying;
  ctx.out.event({ event: 'run_start', digest: set.digest, changes: set.changes.length, ...set.totals });
  const interrupt = ctx.holdInterrupt();
  interrupt.throwIfAborted();
  const executed = await withPatience(ctx, interrupt, carrying);
  const failure = executed.failure === undefined ? null : asTenantctlError(executed.failure);
  const counts = countsOf(executed.carried);
  const interrupted = failure?.outcome === 'interrupted' || failure?.outcome === 'terminated';
  const ended = failure === null ? 'done' : interrupted ? failure.outcome : 'failed';
  const whole = counts.failed + counts.skipped + counts.not_begun + set.totals.conflict === 0;
  ctx.out.event({ event: 'summary', ended, digest: set.digest, ...counts, again: whole ? null : again });
  if (interrupted && failure !== null) {
    ctx.out.say(`Interrupted: ${countsText(counts)}. To go on:\n  ${again}`);
    throw failure;
  }
  // Nothing came of it, and the reason is no change's own: the run ends as one request would.
  if (failure !== null && counts.done === 0) throw retold(failure, { hint: hintOf(failure, again) });
  await tellResult(ctx, set, executed);
  if (!whole) throw partly(carrying, executed, failure);
}

async function withPatience(
  ctx: Context,
  interrupt: AbortSignal,
  { set, settled, parallel }: Carrying,
): Promise<Executed> {
  const patient = {
    clock: ctx.world.clock,
    patienceMs: ctx.config().settings.timeout.value,
    interrupt,
    note: (text: string) => ctx.out.note(text),
  };
  const patience = new Patience(patient);
  const telling = stepsTold(ctx, set.changes.length - set.totals.conflict);
  try {
    return await execute(set, {
      ...patient,
      // Agreed to for all accounts at once; nothing is asked any more, and Ctrl-C lets what is in flight end.
      client: ctx.inAccount({ account: set.account ?? '', out: ctx.out, drains: true }).client(),
      keep: (call) => patience.keep(call),
      parallel,
      settled,
      onStep: telling.step,
    });
  } finally {
    patience.end();
    telling.end();
  }
}

/** A bar on a terminal, a line a step elsewhere, an event a change with ndjson. */
function stepsTold(ctx: Context, total: number) {
  const counts: Record<string, number> = {};
  let done = 0;
  const bar = ctx.world.stderr.isTTY === true || ctx.out.format === 'ndjson';
  const progress = bar ? ctx.out.progress('Applying') : null;
  return {
    step: ({ batch, changes }: Step, carried: readonly Carried[]) => {
      for (const { change, outcome, error } of carried) {
        counts[outcome] = (counts[outcome] ?? 0) + 1;
        const { op, kind, account, key } = change;
        ctx.out.event({ event: 'item', op, kind, account, key, outcome, error });
      }
      done += carried.length;
      progress?.update({ done, total, outcomes: { ...counts } });
      if (!bar) for (const line of stepLines(batch, changes[0]?.account ?? '', carried)) ctx.out.note(line);
    },
    end: () => progress?.end(),
  };
}

const verbs = { create: 'made', update: 'changed', delete: 'removed', conflict: '' } as const;

function stepLines(batch: Step['batch'], account: string, carried: readonly Carried[]): string[] {
  const troubles = carried.filter(({ error }) => error !== null).map(troubleText);
  if (batch === null) {
    const [one] = carried;
    if (one === undefined || one.outcome === 'not_begun' || troubles.length > 0) return troubles;
    return [`${nameOf(one.change)}: ${one.outcome === 'already' ? 'is so already' : verbs[one.change.op]}`];
  }
  const what = batch === 'invites' ? 'invitations' : 'places in workspaces';
  return [`${what} of ${account}: ${countsText(countsOf(carried))}`, ...troubles];
}

function troubleText({ change, outcome, error }: Carried): string {
  return `${nameOf(change)}: ${outcome}: ${error?.message ?? ''}`;
}

async function tellResult(ctx: Context, set: ChangeSet, executed: Executed): Promise<void> {
  if (ctx.out.format === 'ndjson') return;
  const result = resultOf(set, executed);
  await ctx.out.result(result, `${capital(countsText(countsOf(executed.carried)))}.`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What was not done, by name: what was done is in the result. */
function partly(
  { set, again, placeOf }: Carrying,
  { carried }: Executed,
  failure: TenantctlError | null,
): TenantctlError {
  const counts = countsText(countsOf(carried));
  const conflicts = set.changes.filter(({ op }) => op === 'conflict');
  const open = carried.filter(({ outcome }) => outcome !== 'done' && outcome !== 'already');
  const all = [
    ...conflicts.map((change) => ({ change, text: `conflict: ${change.note ?? ''}` })),
    ...open.map(({ change, outcome, error }) => ({
      change,
      text: error === null ? outcome.replaceAll('_', ' ') : `${error.message} (${error.code})`,
    })),
  ];
  const details = all.map(({ change, text }) => ({
    pointer: placeOf(change),
    detail: `${nameOf(change)}: ${text}`,
  }));
  const left = conflicts.length === 0 ? '' : `; ${counted(conflicts.length, 'conflict')} left as they are`;
  return partialError(`${all.length} of ${set.changes.length} changes were not carried out`, {
    why: `${failure === null ? '' : `${failure.message.replace(/\.$/, '')}; `}${counts}${left}`,
    hint: again,
    details: firstOf(details),
  });
}

function hintOf(failure: TenantctlError, again: string): string {
  return failure.outcome === 'temporary' ? again : (failure.hint ?? again);
}
