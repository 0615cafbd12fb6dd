import { Writable } from 'node:stream';
import type { Column } from '../../src/output/columns.ts';
import { createOutput, type OutputOptions } from '../../src/output/output.ts';
import type { Clock } from '../../src/output/streams.ts';

/** A stream that keeps what it is given, on a terminal or not. */
export class Capture extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number | undefined;

  constructor(isTTY: boolean, columns?: number) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

export interface FakeClock extends Clock {
  /** Moves time and runs what is due, in order. */
  pass(ms: number): void;
}

export function fakeClock(): FakeClock {
  let now = 0;
  let due: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    after(ms, run) {
      const entry = { at: now + ms, run };
      due.push(entry);
      return () => {
        due = due.filter((one) => one !== entry);
      };
    },
    pass(ms) {
      now += ms;
      const ready = due.filter((one) => one.at <= now);
      due = due.filter((one) => one.at > now);
      for (const one of ready) one.run();
    },
  };
}

type Given = Partial<Omit<OutputOptions, 'stdout' | 'stderr'>> & {
  tty?: boolean;
  stdout?: Capture;
  stderr?: Capture;
};

export function capture({ tty = false, ...options }: Given = {}) {
  const stdout = options.stdout ?? new Capture(tty, 80);
  const stderr = options.stderr ?? new Capture(tty, 80);
  const out = createOutput({ env: { LANG: 'en_GB.UTF-8', NO_COLOR: '1' }, ...options, stdout, stderr });
  return {
    out,
    stdout,
    stderr,
    /** Whole stdout and stderr, once all has left. */
    text: async () => {
      await out.end();
      return { stdout: stdout.text, stderr: stderr.text };
    },
  };
}

export interface Person {
  id: string;
  email: string;
  name: string | null;
  seats: number;
  active: boolean;
  account: { slug: string; labels: { env: string } | null };
  modules: string[];
}

export function person(over: Partial<Person> = {}): Person {
  return {
    id: 'mbr_1',
    email: 'ana@acme.io',
    name: 'Ana',
    seats: 2,
    active: true,
    account: { slug: 'acme', labels: { env: 'dev' } },
    modules: ['forms', 'parsers'],
    ...over,
  };
}

export const people: Column<Person>[] = [
  { header: 'EMAIL', value: (row) => row.email },
  { header: 'NAME', value: (row) => row.name },
  { header: 'SEATS', value: (row) => row.seats, align: 'right' },
  {
    header: 'STATE',
    value: (row) => (row.active ? 'active' : 'deactivated'),
    tone: (row) => (row.active ? 'good' : 'warn'),
  },
  { header: 'MODULES', value: (row) => row.modules },
];
