import type { Notes } from './notes.ts';
import type { Clock, OutputStream } from './streams.ts';

export interface WaitOptions<T> {
  readonly text: string;
  readonly work: Promise<T>;
  readonly clock: Clock;
  readonly stderr: OutputStream;
  readonly notes: Notes;
  readonly unicode: boolean;
  readonly colour: boolean;
  readonly style: 'spinner' | 'line' | 'none';
}

/** What is over sooner says nothing, and does not pay for loading ora. */
const PATIENCE_MS = 300;

export async function waitWith<T>(options: WaitOptions<T>): Promise<T> {
  let over = false;
  let stop = () => {};
  const cancel = options.clock.after(PATIENCE_MS, () => {
    if (options.style === 'line') options.notes.line(`${options.text}...`);
    if (options.style === 'spinner') void spin();
  });
  const spin = async () => {
    const spinner = await spinnerOf(options);
    if (over) return;
    spinner.start();
    stop = () => spinner.stop();
  };
  try {
    return await options.work;
  } finally {
    over = true;
    cancel();
    stop();
  }
}

async function spinnerOf<T>({ text, stderr, unicode, colour }: WaitOptions<T>) {
  const { default: ora } = await import('ora');
  return ora({
    text,
    stream: stderr,
    isEnabled: true,
    // stdin belongs to prompts and to CSV files.
    discardStdin: false,
    color: colour ? 'cyan' : false,
    ...(unicode ? {} : { spinner: 'line' as const }),
  });
}
