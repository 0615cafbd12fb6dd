import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'dev clock',
  summary: 'Show or move the clock of the server',
  about:
    'So that a script can see an invitation expire without waiting. Only against a server that runs with --dev.',
  flags: {
    advance: { value: 'TIME', help: 'move it forward: 90s, 15m, 36h or 8d' },
    set: { value: 'TIME', help: 'move it to a time: 2026-12-24T18:00:00Z' },
  },
  examples: [
    'tenantctl dev clock --profile local-staff',
    'tenantctl dev clock --advance 8d --profile local-staff',
  ],
  operations: ['dev.clock', 'dev.clock_set'],
} as const satisfies VerbSpec;

export type ClockOptions = OptionsOf<typeof spec>;

export function clockCommand(ctx: Context, run = clockRun): Verb {
  return verb(spec, ctx, run);
}

export async function clockRun(options: ClockOptions, ctx: Context): Promise<void> {
  const body = moveOf(options);
  const client = ctx.client();
  const clock =
    body === undefined ? await client.call('dev.clock') : await client.call('dev.clock_set', { body });
  await ctx.out.result(clock, clock.now);
}

function moveOf({ advance, set }: ClockOptions) {
  if (advance !== undefined && set !== undefined)
    throw usageError('--advance and --set contradict each other');
  if (advance !== undefined) return { advance_seconds: secondsOf(advance) };
  if (set === undefined) return undefined;
  const time = Date.parse(set);
  if (Number.isNaN(time)) throw usageError(`--set ${set}: not a time such as 2026-12-24T18:00:00Z`);
  return { now: new Date(time).toISOString() };
}

const unitSeconds = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);

function secondsOf(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(amount) * (unitSeconds.get(unit) ?? Number.NaN);
  if (Number.isNaN(seconds)) throw usageError(`--advance ${text}: not a time such as 90s, 15m, 36h or 8d`);
  return seconds;
}
