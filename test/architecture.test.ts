import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { habitViolations, layerOf, type Tree, violations } from './architecture/check.ts';

const root = new URL('..', import.meta.url);

function readTree(folder: string): Tree {
  const at = new URL(`${folder}/`, root);
  const names = readdirSync(at, { recursive: true, encoding: 'utf8' });
  const files = names.map((name) => name.replaceAll('\\', '/')).filter((name) => name.endsWith('.ts'));
  return new Map(files.map((name) => [name, readFileSync(new URL(name, at), 'utf8')]));
}

const breaks = (path: string, source: string) => violations(new Map([[path, source]]));

describe('the house', () => {
  const source = readTree('src');

  test('has files, so that an empty list of violations means something', () => {
    expect(source.size).toBeGreaterThan(50);
  });

  test('keeps its layers', () => {
    expect(violations(source)).toEqual([]);
  });

  test.each(['src', 'test', 'scripts', 'bench'])('keeps its habits in %s', (folder) => {
    const exists = readdirSync(root).includes(folder);
    expect(exists ? habitViolations(readTree(folder)) : []).toEqual([]);
  });
});

describe('the checker', () => {
  test.each([
    ['commands/members/list.ts', "import type { Context } from '../../context.ts';"],
    ['commands/members/list.ts', "import { pages } from '../../client/pages.ts';"],
    [
      'commands/members/index.ts',
      "import { listCommand } from './list.ts'; export const verbs = [listCommand];",
    ],
    ['commands/serve/serve.ts', "const { start } = await import('../../server/start.ts');"],
    ['client/undici.ts', "import type { Dispatcher } from 'undici'; await import('undici/lib/x.js');"],
    ['client/calls.ts', "import type { Account } from '../contract/accounts.ts';"],
    ['estate/files.ts', "const { account } = await import('../contract/accounts.ts');"],
    ['client/calls.ts', "import { type Account } from '../contract/accounts.ts';"],
    ['client/calls.ts', "import { operations } from '../contract/operations.ts';"],
    [
      'server/store/sqlite.ts',
      "import { DatabaseSync } from 'node:sqlite'; import { Kysely } from 'kysely';",
    ],
    ['server/domain/tokens.ts', "import { createHash } from 'node:crypto';"],
    ['main.ts', 'process.exitCode = 1;'],
    ['output/text.ts', 'const row = { process: 1 }; export const x = row.process;'],
  ])('accepts %s: %s', (path, source) => {
    expect(breaks(path, source)).toEqual([]);
  });

  test.each([
    ['rest/of.ts', '', 'rest/of.ts: belongs to no layer'],
    [
      'estate/files.ts',
      "import { account } from '../contract/accounts.ts';",
      'estate/files.ts: estate loads contract by import() alone (contract/accounts.ts)',
    ],
    [
      'output/utils/x.ts',
      '',
      'output/utils/x.ts: a folder named "utils" says nothing about what belongs into it',
    ],
    [
      'client/calls.ts',
      "import { accountSchema } from '../contract/accounts.ts';",
      'client/calls.ts: client may import only types of contract (contract/accounts.ts)',
    ],
    [
      'client/calls.ts',
      "const x = await import('../contract/accounts.ts');",
      'client/calls.ts: client may import only types of contract (contract/accounts.ts)',
    ],
    [
      'client/calls.ts',
      "export { accountSchema } from '../contract/accounts.ts'; export const x = 1;",
      'client/calls.ts: client may import only types of contract (contract/accounts.ts)',
    ],
    [
      'client/calls.ts',
      "type Row = import('../server/store/schema.ts').Row;",
      'client/calls.ts: client may not import store (server/store/schema.ts)',
    ],
    [
      'contract/ids.ts',
      "import { shape } from './shapes.ts';",
      'contract/ids.ts: contract-plain may import only types of contract (contract/shapes.ts)',
    ],
    [
      'contract/ids.ts',
      "import { z } from 'zod';",
      'contract/ids.ts: zod belongs to contract, http, not to contract-plain',
    ],
    [
      'commands/members/list.ts',
      "import { columns } from '../accounts/columns.ts';",
      'commands/members/list.ts: noun members imports noun accounts (commands/accounts/columns.ts)',
    ],
    [
      'commands/command.ts',
      "import { fanOut } from '../fan-out/fan-out.ts';",
      'commands/command.ts: fan-out is loaded by import() when it is asked for, never before',
    ],
    [
      'commands/serve/serve.ts',
      "import { start } from '../../server/start.ts';",
      'commands/serve/serve.ts: the server is loaded by import() when serve runs, never before',
    ],
    [
      'commands/members/list.ts',
      "await import('../../server/start.ts');",
      'commands/members/list.ts: commands may not import start (server/start.ts)',
    ],
    [
      'server/routes/members.ts',
      "import type { Row } from '../store/schema.ts';",
      'server/routes/members.ts: routes may not import store (server/store/schema.ts)',
    ],
    [
      'server/domain/members.ts',
      "import type { Kysely } from 'kysely';",
      'server/domain/members.ts: kysely belongs to store, not to domain',
    ],
    [
      'server/domain/members.ts',
      "import 'node:fs';",
      'server/domain/members.ts: the rules may not use node:fs',
    ],
    [
      'client/undici.ts',
      "import { Agent } from 'undici';",
      'client/undici.ts: undici is to be loaded by import() where it is used',
    ],
    [
      'output/table.ts',
      "await import('left-pad');",
      'output/table.ts: the package left-pad has no home in the table',
    ],
    [
      'output/table.ts',
      "import process from 'node:process';",
      'output/table.ts: node:process belongs to nobody',
    ],
    [
      'output/table.ts',
      'console.log(1);',
      'output/table.ts: console is for main, start, env; take it as a parameter',
    ],
    [
      'output/table.ts',
      'globalThis.process.exit();',
      'output/table.ts: process is for main, start, env; take it as a parameter',
    ],
    [
      'output/table.ts',
      'f({ process });',
      'output/table.ts: process is for main, start, env; take it as a parameter',
    ],
    [
      'output/table.ts',
      'await import(`./${name}.ts`);',
      'output/table.ts: import() of an expression cannot be checked; name the module',
    ],
    [
      'output/all.ts',
      "export * from './table.ts';",
      'output/all.ts: a barrel; import from the file that has it',
    ],
    ['output/index.ts', 'export const x = 1;', "output/index.ts: index.ts is a noun's list of verbs only"],
  ])('refuses %s: %s', (path, source, expected) => {
    expect(breaks(path, source)).toContain(expected);
  });

  test('says so when a file does not parse', () => {
    expect(breaks('main.ts', 'const = ;')[0]).toMatch(/^main\.ts: does not parse: /);
  });

  test.each([
    ['vi.mock("./x.ts");', 'a.test.ts: module mocking; use a fake at one of our ports'],
    [
      '// oxlint-disable-next-line no-eval\neval(x);',
      'a.test.ts: "oxlint-disable-next-line no-eval" does not say why',
    ],
    ['// @ts-expect-error\nx();', 'a.test.ts: "@ts-expect-error" does not say why'],
  ])('refuses the habit %s', (source, expected) => {
    expect(habitViolations(new Map([['a.test.ts', source]]))).toEqual([expected]);
  });

  test.each([
    'vi.fn();',
    '// oxlint-disable-next-line no-eval -- the REPL is one\neval(x);',
    '"vi.mock(1)";',
  ])('accepts the habit %s', (source) => {
    expect(habitViolations(new Map([['a.test.ts', source]]))).toEqual([]);
  });

  test('the contract without zod is a layer of its own', () => {
    expect(['ids', 'errors', 'accounts'].map((name) => layerOf(`contract/${name}.ts`))).toEqual([
      'contract-plain',
      'contract-plain',
      'contract',
    ]);
  });
});
