import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const source = fileURLToPath(new URL('../../src/output/output.ts', import.meta.url));

/** Which vendors a run with these options loads: asked in a process of its own. */
async function loaded(options: object): Promise<string[]> {
  const script = `
    import { registerHooks } from 'node:module';
    const seen = new Set();
    registerHooks({ load(url, context, next) {
      const vendor = /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(?!.*node_modules)/.exec(url)?.[1];
      if (vendor !== undefined) seen.add(vendor);
      return next(url, context);
    } });
    const { createOutput } = await import(${JSON.stringify(source)});
    const { Writable } = await import('node:stream');
    const { tty, env = {}, ...options } = ${JSON.stringify(options)};
    const sink = () => Object.assign(new Writable({ write: (_c, _e, done) => done() }), { isTTY: tty });
    const out = createOutput({ ...options, env, stdout: sink(), stderr: sink() });
    const columns = [{ header: 'ID', value: (row) => row.id }];
    await out.list(columns, [{ id: 'acc_1' }]);
    await out.item(columns, { id: 'acc_1' });
    out.note('note');
    await out.wait('short', Promise.resolve());
    await out.error(new Error('x'));
    await out.end();
    process.stdout.write(JSON.stringify([...seen].sort()));
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
  const found: unknown = JSON.parse(stdout);
  return Array.isArray(found) ? found.map(String) : [];
}

test.each([
  ['a table off a terminal', {}, []],
  ['json on a terminal without colour', { tty: true, format: 'json', env: { NO_COLOR: '1' } }, []],
  ['ndjson', { format: 'ndjson' }, []],
  ['id', { format: 'id' }, []],
])('%s loads no vendor', async (_name, options, expected) => {
  expect(await loaded(options)).toEqual(expected);
});

test('the others load their own and nothing else', async () => {
  expect(await loaded({ format: 'yaml' })).toEqual(['yaml']);
  expect(await loaded({ format: 'csv' })).toEqual(['csv-stringify']);
  const table = await loaded({ tty: true, env: { NO_COLOR: '1' } });
  expect(table).toContain('cli-table3');
  expect(table).not.toContain('chalk');
  expect(await loaded({ tty: true })).toContain('chalk');
});
