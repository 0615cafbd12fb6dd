export type Env = Readonly<Record<string, string | undefined>>;

/** process.stdout and process.stderr fit, and so does any Writable in a test. */
export type OutputStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  /** Width in columns, on a terminal. */
  readonly columns?: number | undefined;
};

/** Where time comes from, so that tests move it. Milliseconds. */
export interface Clock {
  now(): number;
  /** Runs once after `ms`; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** The result's way out, a terminal, a pipe or a file. */
export interface Sink {
  /** Resolves when more may come (backpressure). Rejects when the target failed; a reader gone is no failure. */
  write(text: string): Promise<void>;
  /** Everything written has left; a file is in place, or with `keep: false` was never there. */
  end(keep: boolean): Promise<void>;
  /** The reader went away: nothing more needs to be fetched. */
  readonly closed: boolean;
}

const CHUNK = 64 * 1024;

/** Small writes are gathered, but leave as soon as the producer waits for anything. */
export function streamSink(stream: OutputStream): Sink {
  let buffer = '';
  let scheduled = false;
  let closed = false;
  let failure: Error | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') closed = true;
    else failure ??= error;
  });

  const flush = (): boolean => {
    scheduled = false;
    const text = buffer;
    buffer = '';
    return text === '' || closed || failure !== undefined || stream.write(text);
  };
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  return {
    get closed() {
      return closed;
    },
    async write(text) {
      if (failure !== undefined) throw failure;
      if (closed) return;
      buffer += text;
      // On a terminal results and notes share a screen and must keep their order.
      if (buffer.length < CHUNK && stream.isTTY !== true) schedule();
      else if (!flush()) await drained(stream);
    },
    async end() {
      flush();
      if (!closed && failure === undefined) await lastWrite(stream);
      if (failure !== undefined) throw failure;
    },
  };
}

function drained(stream: OutputStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    for (const event of ['drain', 'error', 'close']) stream.off(event, done);
    resolve();
  };
  for (const event of ['drain', 'error', 'close']) stream.once(event, done);
  return promise;
}

/** A write's callback comes after all writes before it, with or without an error. */
function lastWrite(stream: OutputStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.write('', () => setImmediate(resolve));
  return promise;
}
