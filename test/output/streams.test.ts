import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOutput } from '../../src/output/output.ts';
import { Capture, capture, people, person } from './capture.ts';

const env = { NO_COLOR: '1' };

describe('streaming', () => {
  /** Takes what comes, late, and keeps nothing but the sums. */
  class Slow extends Writable {
    bytes = 0;
    lines = 0;
    most = 0;
    override _write(chunk: Buffer, _encoding: string, done: () => void): void {
      this.bytes += chunk.length;
      this.most = Math.max(this.most, this.writableLength);
      for (const byte of chunk) if (byte === 10) this.lines += 1;
      setImmediate(done);
    }
  }

  test('a million rows go through ndjson in constant memory', async () => {
    const sink = new Slow();
    let made = 0;
    let ahead = 0;
    async function* rows() {
      for (; made < 1_000_000; made += 1) {
        ahead = Math.max(ahead, made - sink.lines);
        yield { id: `mbr_${made}` };
      }
    }
    const out = createOutput({ stdout: sink, stderr: new Capture(false), env, format: 'ndjson' });
    await out.list([], rows());
    await out.end();
    expect(sink.lines).toBe(1_000_000);
    // Never more than a few chunks of 64 KiB between the producer and the reader.
    expect(sink.most).toBeLessThan(200_000);
    expect(ahead).toBeLessThan(20_000);
  }, 60_000);

  test('a row leaves while the next is waited for', async () => {
    const { out, stdout } = capture({ format: 'ndjson' });
    const next = Promise.withResolvers<void>();
    async function* rows() {
      yield { id: 1 };
      await next.promise;
      yield { id: 2 };
    }
    const listing = out.list([], rows());
    while (stdout.text === '') await new Promise((go) => setImmediate(go));
    expect(stdout.text).toBe('{"id":1}\n');
    next.resolve();
    await listing;
    await out.end();
    expect(stdout.text).toBe('{"id":1}\n{"id":2}\n');
  });

  test('on one terminal results and notes keep their order', async () => {
    const screen = new Capture(true, 80);
    const { out } = capture({ stdout: screen, stderr: screen });
    out.note('before');
    await out.list(people.slice(0, 1), [person()]);
    out.note('after');
    await out.result({}, 'Done');
    out.note('last');
    expect(screen.text).toBe('before\nEMAIL\nana@acme.io\nafter\nDone\nlast\n');
  });

  test('a list that fails on its first page leaves stdout empty', async () => {
    const { out, text } = capture({ format: 'json' });
    const rows = () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject<IteratorResult<object>>(new Error('502')),
      }),
    });
    await expect(out.list([], rows())).rejects.toThrow('502');
    expect((await text()).stdout).toBe('');
  });
});

describe('a stream that fails', () => {
  class Failing extends Capture {
    readonly #code: string;
    constructor(code: string) {
      super(false);
      this.#code = code;
    }
    override _write(_chunk: string, _encoding: string, done: (error?: Error) => void): void {
      done(Object.assign(new Error(this.#code), { code: this.#code }));
    }
  }

  test.each(['ndjson', 'json', 'table', 'csv'] as const)(
    '%s: a reader gone stops the fetching, quietly',
    async (format) => {
      let pulled = 0;
      async function* rows() {
        for (; pulled < 1_000_000; pulled += 1) {
          // A page is fetched.
          if (pulled % 100 === 0) await new Promise((go) => setImmediate(go));
          yield person();
        }
      }
      const { out, stderr } = capture({ format, stdout: new Failing('EPIPE') });
      await out.list(people, rows());
      await out.end();
      expect(out.closed).toBe(true);
      expect(pulled).toBeLessThan(1_000);
      expect(stderr.text).toBe('');
    },
  );

  test('a full disk is an error', async () => {
    const { out } = capture({ format: 'json', stdout: new Failing('ENOSPC') });
    await out.result({ id: 1 });
    await expect(out.end()).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(out.raw('x')).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  test('nobody reading the notes stops no work', async () => {
    const { out, stdout } = capture({ stderr: new Failing('EPIPE') });
    out.note('one');
    await new Promise((go) => setImmediate(go));
    out.note('two');
    await out.raw('done\n');
    await out.end();
    expect(stdout.text).toBe('done\n');
  });
});

describe('--out FILE', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenantctl-out-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('holds the result, readable by its owner only, and stdout nothing', async () => {
    const file = join(folder, 'members.csv');
    await writeFile(file, 'old', { mode: 0o644 });
    const { out, text } = capture({ tty: true, file, format: 'csv' });
    await out.list(people.slice(0, 2), [person()]);
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await text()).toEqual({ stdout: '', stderr: '' });
    expect(await readFile(file, 'utf8')).toBe('email,name\r\nana@acme.io,Ana\r\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['members.csv']);
  });

  test('takes the form for programs, though a terminal runs the command', async () => {
    const file = join(folder, 'members.txt');
    const { out } = capture({ tty: true, file, env: { FORCE_COLOR: '1' } });
    await out.list(people.slice(0, 2), [person()]);
    await out.end();
    expect(await readFile(file, 'utf8')).toBe('EMAIL\tNAME\nana@acme.io\tAna\n');
  });

  test('of a run that failed is not touched', async () => {
    const file = join(folder, 'members.json');
    await writeFile(file, 'old');
    const { out } = capture({ file, format: 'json' });
    await out.list(people, [person()]);
    await out.end(false);
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['members.json']);
  });

  test('of an empty result is empty', async () => {
    const file = join(folder, 'ids');
    const { out } = capture({ file, format: 'id' });
    await out.list(people, []);
    await out.end();
    expect(await readFile(file, 'utf8')).toBe('');
  });

  test.each([
    ['a folder that is not there', 'none/x.json'],
    ['a folder', '.'],
  ])('%s is a usage error', async (_name, path) => {
    const { out } = capture({ file: join(folder, path), format: 'json' });
    await expect(out.result({ id: 1 })).rejects.toMatchObject({ outcome: 'usage', code: 'invalid_out_file' });
  });

  test('- is stdout', async () => {
    const { out, text } = capture({ file: '-', format: 'id' });
    await out.list(people, [person()]);
    expect((await text()).stdout).toBe('mbr_1\n');
  });
});
