import type { Context } from '../../context.ts';
import type { AuditEvent } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { auditColumns } from './columns.ts';
import { filters, trail } from './trail.ts';

const spec = {
  path: 'audit tail',
  summary: 'Show what is done in an account as it happens',
  about:
    'Begins with the last events (--last), oldest first, and goes on until Ctrl-C or until --limit have been shown. It asks every --every seconds.',
  flags: {
    ...filters,
    last: { value: 'N', number: true, help: 'how many of the past to begin with (default 10)' },
    every: { value: 'SECONDS', number: true, help: 'how often to ask (default 2)' },
  },
  examples: [
    'tenantctl audit tail --account acme',
    'tenantctl audit tail --action members.remove -o ndjson --last 0',
  ],
  operations: ['audit.list', 'audit.platform'],
  next: 'tenantctl audit list --since 7d',
} as const satisfies VerbSpec;

export type TailOptions = OptionsOf<typeof spec>;

export function tailCommand(ctx: Context, run = tailRun): Verb {
  return verb(spec, ctx, run);
}

/**
 * Ids are given when a change begins and seen when it is committed, so one may appear after a later one: what is looked
 * at again is longer than any change takes.
 */
const AGAIN_MS = 60_000;
const MOST = 1000;

export async function tailRun(options: TailOptions, ctx: Context): Promise<void> {
  const { last = 10, every = 2 } = options;
  if (every < 1 || last > MOST)
    throw usageError(every < 1 ? '--every is at least 1 second' : `--last is at most ${MOST}`, {
      code: 'invalid_value',
    });
  if (!['table', 'ndjson', 'id'].includes(ctx.out.format))
    throw usageError(`-o ${ctx.out.format} has an end, and this has none`, {
      code: 'invalid_value',
      hint: 'tenantctl audit tail -o ndjson, or tenantctl audit list',
    });
  await ctx.out.list(auditColumns, following(options, { last, every }, ctx), { all: true, lines: true });
}

async function* following(
  options: TailOptions,
  { last, every }: { last: number; every: number },
  ctx: Context,
): AsyncGenerator<AuditEvent, void, undefined> {
  const { clock, signal } = ctx.world;
  const most = ctx.flags.limit ?? Number.POSITIVE_INFINITY;
  let shown = 0;
  // Those of the past that are not shown are seen all the same.
  let seen = await recent(options, ctx, clock.now() - AGAIN_MS, Math.max(last, 1));
  for (let fresh = last === 0 ? [] : seen.slice(0, last); ; ) {
    for (const event of fresh.toReversed()) {
      yield event;
      shown += 1;
      if (shown >= most) return;
    }
    if (ctx.out.closed) return;
    await clock.sleep(every * 1000, signal);
    const known = new Set(seen.map(({ id }) => id));
    const newest = seen[0]?.at ?? new Date(clock.now()).toISOString();
    const now = await recent(options, ctx, Date.parse(newest) - AGAIN_MS, 0);
    fresh = now.filter(({ id }) => !known.has(id));
    seen = now.length > 0 ? now : seen;
  }
}

/** Newest first: those since then, and at least so many. */
async function recent(
  options: TailOptions,
  ctx: Context,
  since: number,
  least: number,
): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  for await (const event of trail(options, ctx)) {
    if (Date.parse(event.at) < since && events.length >= least) break;
    events.push(event);
  }
  return events;
}
