import type { Notes } from './notes.ts';
import type { Clock } from './streams.ts';
import { safeLine } from './text.ts';
import { fit } from './width.ts';

export interface ProgressState {
  readonly done: number;
  readonly total?: number | undefined;
  /** Counts by outcome: `{ invited: 730, already_member: 9 }`. */
  readonly outcomes?: Readonly<Record<string, number>> | undefined;
}

export interface Progress {
  update(state: ProgressState): void;
  /** Draws or reports the last state once more; further calls do nothing. */
  end(): void;
}

export interface ProgressOptions {
  readonly label: string;
  /** Rows already done in an earlier run count neither for the rate nor for the time left. */
  readonly before: number;
  readonly clock: Clock;
  readonly notes: Notes;
  readonly unicode: boolean;
  readonly width: () => number;
  /** `bar` on a terminal, `lines` elsewhere, `none` where only events are wanted. */
  readonly style: 'bar' | 'lines' | 'none';
  readonly event: (event: object) => void;
}

const EVERY_MS = { bar: 100, lines: 10_000, none: Number.POSITIVE_INFINITY };
const EVENT_EVERY_MS = 1_000;
const BAR_COLUMNS = 20;

export function startProgress(options: ProgressOptions): Progress {
  const { clock, notes, style } = options;
  const started = clock.now();
  let state: ProgressState = { done: options.before };
  let shownAt = style === 'bar' ? Number.NEGATIVE_INFINITY : started;
  let eventAt = Number.NEGATIVE_INFINITY;
  let ended = false;

  const show = (now: number) => {
    shownAt = now;
    const speed = speedOf(state, options.before, now - started);
    if (style === 'lines') notes.line(lineText(options.label, state, speed));
    if (style !== 'bar') return;
    const bar = barText(options, state, speed);
    notes.live(fit(bar, options.width() - 1, options.unicode ? '…' : '...'));
  };
  const report = (now: number) => {
    eventAt = now;
    const { rate, left } = speedOf(state, options.before, now - started);
    const { done, total = null, outcomes = {} } = state;
    options.event({ event: 'progress', done, total, rate: round(rate), eta_seconds: left, outcomes });
  };
  return {
    update(next) {
      if (ended) return;
      state = { ...state, ...next };
      const now = clock.now();
      if (now - shownAt >= EVERY_MS[style]) show(now);
      if (now - eventAt >= EVENT_EVERY_MS) report(now);
    },
    end() {
      if (ended) return;
      ended = true;
      const now = clock.now();
      notes.live(undefined);
      if (style !== 'none')
        notes.line(lineText(options.label, state, speedOf(state, options.before, now - started)));
      report(now);
    },
  };
}

interface Speed {
  /** Rows a second; null while nothing is known. */
  readonly rate: number | null;
  /** Whole seconds. */
  readonly left: number | null;
}

function speedOf(state: ProgressState, before: number, elapsedMs: number): Speed {
  const rate = elapsedMs > 0 && state.done > before ? ((state.done - before) * 1000) / elapsedMs : null;
  const left =
    rate === null || state.total === undefined ? null : Math.ceil((state.total - state.done) / rate);
  return { rate, left };
}

function round(rate: number | null): number | null {
  return rate === null ? null : Math.round(rate * 10) / 10;
}

function facts(state: ProgressState, { rate, left }: Speed): string[] {
  const found = [state.total === undefined ? `${state.done}` : `${state.done}/${state.total}`];
  if (rate !== null) found.push(`${rate < 10 ? round(rate) : Math.round(rate)}/s`);
  if (left !== null && left > 0) found.push(`${duration(left)} left`);
  return found;
}

function outcomesText(state: ProgressState): string[] {
  return Object.entries(state.outcomes ?? {})
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${outcome.replaceAll('_', ' ')} ${count}`);
}

function lineText(label: string, state: ProgressState, speed: Speed): string {
  return safeLine(`${label}: ${[...facts(state, speed), ...outcomesText(state)].join(', ')}`);
}

function barText({ label, unicode }: ProgressOptions, state: ProgressState, speed: Speed): string {
  const [count = '', ...rest] = facts(state, speed);
  const outcomes = outcomesText(state).join(', ');
  return safeLine(
    [label, bar(state, unicode), count, ...rest, outcomes].filter((part) => part !== '').join('  '),
  );
}

function bar({ done, total }: ProgressState, unicode: boolean): string {
  if (total === undefined || total === 0) return '';
  const filled = Math.floor((Math.min(done, total) / total) * BAR_COLUMNS);
  const [full, rest] = unicode ? ['█', '░'] : ['#', '-'];
  return full.repeat(filled) + rest.repeat(BAR_COLUMNS - filled);
}

/** `7s`, `2m 05s`, `1h 02m`. */
export function duration(seconds: number): string {
  const two = (count: number) => String(count).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor(seconds / 60) % 60)}m`;
}
