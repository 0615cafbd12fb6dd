import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TenantctlError } from '../../src/errors.ts';
import { parseDocument, readDocument } from '../../src/estate/document.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantctl-document-'));
afterAll(() => rmSync(folder, { recursive: true }));

const parse = (text: string) => parseDocument(text, 'x.yaml', 'the catalogue');

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

const sources = (stdin = '') => ({ directory: folder, stdin: async () => stdin });

describe('a document', () => {
  it('is YAML or JSON, and knows where everything in it stands', async () => {
    const yaml = await parse('- name: gold\n  limits: {seats: 5, "a/b~c": null}\n- name: basic\n');
    expect(yaml.data).toEqual([{ name: 'gold', limits: { seats: 5, 'a/b~c': null } }, { name: 'basic' }]);
    expect(
      ['', '/0', '/0/limits/seats', '/0/limits/a~1b~0c', '/1/name', '/1/title', '/7/x', '/0/name/y'].map(
        yaml.at,
      ),
    ).toEqual([
      'x.yaml:1:1',
      'x.yaml:1:3',
      'x.yaml:2:19',
      'x.yaml:2:31',
      'x.yaml:3:9',
      'x.yaml:3:3',
      'x.yaml:1:1',
      'x.yaml:1:9',
    ]);
    const json = await parse('\ufeff{\r\n\t"plans": [\r\n\t\t{"name": "gold"}\r\n\t]\r\n}\r\n');
    expect([json.data, json.at('/plans/0/name')]).toEqual([{ plans: [{ name: 'gold' }] }, 'x.yaml:3:12']);
    expect((await parse('')).data).toBe(null);
    expect((await parse('on: yes\nat: 2026-01-01\n')).data).toEqual({ on: 'yes', at: '2026-01-01' });
  });

  it('names every mistake by its place', async () => {
    expect(await refusal(parse('name: a\nname: b\n'))).toEqual([
      'x.yaml:2:1: the catalogue cannot be read: Map keys must be unique',
    ]);
    expect((await refusal(parse('{"a": 1, "a": 2}')))[0]).toMatch(/^x\.yaml:1:10: .*unique/);
    const [first, ...details] = await refusal(parse('{"a": 1, "a": 2, "b": "\n'));
    expect(first).toMatch(/^x\.yaml:\d+:\d+: the catalogue cannot be read: .*, and \d+ more$/);
    expect(details.length).toBeGreaterThan(1);
    expect((await refusal(parse('a: 1\n---\nb: 2\n')))[0]).toMatch(
      /^x\.yaml:2:1: .*more than one document in it$/,
    );
    expect((await refusal(parse('a: !thing 1\n')))[0]).toMatch(/^x\.yaml:1:4: .*!thing/);
    expect((await refusal(parse('a: *none\n')))[0]).toMatch(/Unresolved alias/);
    expect((await refusal(parse('? [a]\n: 1\n')))[0]).toMatch(/^x\.yaml:1:3: /);
  });

  it('is refused where its numbers would become others', async () => {
    const text = 'a: .inf\nb: [.nan, 9007199254740993]\nc: 1.5\n';
    expect(await refusal(parse(text))).toEqual([
      'x.yaml:1:4: the catalogue cannot be read: this number cannot be kept exactly, and 2 more',
      'x.yaml:1:4 this number cannot be kept exactly',
      'x.yaml:2:5 this number cannot be kept exactly',
      'x.yaml:2:11 this number cannot be kept exactly',
    ]);
  });

  it('is no bomb', async () => {
    const anchors = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 9; n += 1) {
      const [name, before] = ['abcdefghij'[n], 'abcdefghij'[n - 1]];
      anchors.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`);
    }
    expect((await refusal(parse(anchors.join('\n'))))[0]).toMatch(/Excessive alias count/);
    expect((await refusal(parse('['.repeat(200_000))))[0]).toMatch(/nested too deeply|x\.yaml:1:/);
    expect((await parse('a: &a {x: 1}\nb: *a\n')).data).toEqual({ a: { x: 1 }, b: { x: 1 } });
    const made = await parse('{"__proto__": {"admin": true}}');
    expect([Object.keys(Object(made.data)), Reflect.get({}, 'admin')]).toEqual([['__proto__'], undefined]);
  });

  it('comes from a file or from stdin', async () => {
    writeFileSync(join(folder, 'good.yaml'), 'a: 1\n');
    writeFileSync(join(folder, 'bytes.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff]));
    writeFileSync(join(folder, 'large.yaml'), `a: ${'x'.repeat(5 * 1024 * 1024)}`);
    const read = (name: string, stdin?: string) => readDocument(name, 'the catalogue', sources(stdin));
    expect((await read('good.yaml')).data).toEqual({ a: 1 });
    const piped = await read('-', 'b: 2\n');
    expect([piped.data, piped.at('/b')]).toEqual([{ b: 2 }, 'stdin:1:4']);
    expect((await refusal(read('none.yaml')))[0]).toBe('cannot read none.yaml, the catalogue');
    expect((await refusal(read('.')))[0]).toBe('cannot read ., the catalogue');
    expect((await refusal(read('bytes.yaml')))[0]).toMatch(/it is not text in UTF-8$/);
    expect((await refusal(read('large.yaml')))[0]).toMatch(/it is larger than 5242880 bytes$/);
  });
});
