import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TenantctlError } from '../../../src/errors.ts';
import { readDocument } from '../../../src/estate/files/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantctl-source-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (name: string, stdin = '') =>
  readDocument(name, 'the catalogue', { directory: folder, stdin: async () => Buffer.from(stdin) });

async function refusal(work: Promise<unknown>): Promise<string[]> {
  try {
    await work;
  } catch (thrown) {
    if (!(thrown instanceof TenantctlError)) throw thrown;
    expect([thrown.exitCode, thrown.code]).toEqual([2, 'bad_input_file']);
    return [thrown.message, ...(thrown.details ?? []).map((one) => `${one.pointer} ${one.detail}`)];
  }
  throw new Error('it was accepted');
}

describe('the one document of a file', () => {
  it('comes from the file or from stdin', async () => {
    writeFileSync(join(folder, 'good.yaml'), 'a: 1\n');
    expect((await read('good.yaml')).data).toEqual({ a: 1 });
    const piped = await read('-', 'b: 2\n');
    expect([piped.name, piped.data, piped.at('/b')]).toEqual(['stdin', { b: 2 }, { line: 1, column: 4 }]);
  });

  it('is refused with its place: missing, a folder, no text, too large, not one', async () => {
    writeFileSync(join(folder, 'bytes.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff]));
    writeFileSync(join(folder, 'large.yaml'), `a: ${'x'.repeat(8 * 1024 * 1024)}`);
    expect(await refusal(read('none.yaml'))).toEqual(['none.yaml: there is no such file or folder']);
    expect(await refusal(read('.'))).toEqual(['.: it cannot be read']);
    expect((await refusal(read('bytes.yaml')))[0]).toBe(
      'bytes.yaml:1:1: the catalogue cannot be read: it contains bytes that are not UTF-8 text',
    );
    expect((await refusal(read('large.yaml')))[0]).toMatch(/it is larger than 8 MiB$/);
    expect((await refusal(read('-', 'a: 1\n---\nb: 2\n')))[0]).toMatch(
      /^stdin:3:1: the catalogue cannot be read: there is more than one document in it$/,
    );
    const two = await refusal(read('-', 'a: 1\na: 2\n---\nb: 2\nb: 3\n'));
    expect(two).toEqual([
      'stdin:2:1: the catalogue cannot be read: this key is there twice',
      'stdin:2:1 this key is there twice',
      'stdin:5:1 this key is there twice',
    ]);
  });
});
