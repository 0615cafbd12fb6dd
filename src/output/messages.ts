import { asTenantctlError } from '../errors.ts';
import { failureJson, failureText } from './failure.ts';
import type { Output } from './output.ts';
import { startProgress } from './progress.ts';
import { json } from './rows.ts';
import type { Setup } from './setup.ts';
import { safeLine, safeText } from './text.ts';
import { waitWith } from './wait.ts';

/** What goes to stderr, and the events that stand for it on stdout with ndjson. */
export function messagesOn(
  setup: Setup,
): Pick<Output, 'event' | 'note' | 'say' | 'warn' | 'error' | 'progress' | 'wait'> {
  const { sink, notes, stderr, clock, format, quiet, unicode } = setup;
  const event = (value: object) => {
    // A failed write is thrown by end().
    if (format === 'ndjson') sink.write(`${json(value)}\n`).catch(() => {});
  };
  return {
    event,
    note(text) {
      if (!quiet) notes.line(safeText(text));
    },
    say: (text) => notes.line(safeText(text)),
    warn: (text) => notes.line(`Warning: ${safeText(text)}`),
    async error(thrown) {
      const error = asTenantctlError(thrown);
      notes.live(undefined);
      notes.line(
        setup.machine ? failureJson(error) : failureText(error, await setup.paint.stderr(), setup.debug),
      );
    },
    progress(label, before = 0) {
      const style = quiet || format === 'ndjson' ? 'none' : stderr.isTTY === true ? 'bar' : 'lines';
      return startProgress({ label, before, clock, notes, unicode, width: setup.width.stderr, style, event });
    },
    wait: (text, work) =>
      waitWith({
        text: safeLine(text),
        work,
        clock,
        stderr,
        notes,
        unicode,
        colour: setup.colour.stderr,
        style: waitStyle(setup),
      }),
  };
}

function waitStyle({ quiet, stderr, spinner, machine }: Setup): 'none' | 'line' | 'spinner' {
  if (quiet) return 'none';
  // ora divides by the width: on a terminal of 0 columns it would draw for ever.
  if (stderr.isTTY === true) return spinner && (stderr.columns ?? 0) > 0 ? 'spinner' : 'line';
  return machine ? 'none' : 'line';
}
