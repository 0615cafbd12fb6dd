import { Transform } from 'node:stream';
import type { PromptOptions } from './prompt.ts';

/** Inquirer's second argument: its defaults are stdout, and waiting for ever when stdin ends. */
export interface PromptTerminal {
  readonly context: {
    readonly input: NodeJS.ReadableStream;
    readonly output: NodeJS.WritableStream;
    readonly signal: AbortSignal;
  };
  /** Lets go of the streams; they stay open. */
  release(): void;
}

const ENDS = ['end', 'close', 'pause'] as const;

export function terminalFor({ stdin, stderr, color = false }: PromptOptions): PromptTerminal {
  const ended = new AbortController();
  // An answer also pauses stdin, but has settled the question by then.
  const onEnd = () => setImmediate(() => ended.abort());
  for (const event of ENDS) stdin.on(event, onEnd);
  const output = color ? stderr : colourless(stderr);
  return {
    context: { input: stdin, output, signal: ended.signal },
    release() {
      for (const event of ENDS) stdin.off(event, onEnd);
    },
  };
}

// Moving the cursor stays, only colours and weights go: inquirer looks at stdout to decide on colour.
const COLOURS = /\u001b\[[\d;]*m/g;

function colourless(stderr: PromptOptions['stderr']): NodeJS.WritableStream {
  const filter = new Transform({
    transform(chunk, _encoding, done) {
      done(null, String(chunk).replace(COLOURS, ''));
    },
  });
  filter.pipe(stderr, { end: false });
  return Object.assign(filter, {
    isTTY: true,
    columns: stderr.columns,
    rows: stderr.rows,
  });
}
