import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type InputOptions, openInput, type RowSource } from '../../src/bulk/input.ts';
import type { InputRecord } from '../../src/bulk/rows.ts';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A folder that is gone after the test. */
export async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'bulk-test-'));
  folders.push(made);
  return made;
}

export async function file(content: string | Uint8Array, name = 'people.csv'): Promise<string> {
  const path = join(await folder(), name);
  await writeFile(path, content);
  return path;
}

export async function source(
  content: string | Uint8Array,
  options?: InputOptions,
  name?: string,
): Promise<RowSource> {
  return openInput(await file(content, name), options);
}

export async function recordsOf(opened: RowSource): Promise<InputRecord[]> {
  const records: InputRecord[] = [];
  for await (const chunk of opened.rows()) records.push(...chunk);
  return records;
}

/** What a reading comes to: the rows as sent, or the refusal without the temporary path. */
export async function outcome(content: string | Uint8Array, options?: InputOptions, name?: string) {
  const path = await file(content, name);
  try {
    return (await recordsOf(await openInput(path, options))).map((record) => record.input);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    return thrown.message.replace(path, 'FILE');
  }
}
