// Every static check, all of them even after one has failed, so that one run shows everything that is wrong.
// Names as arguments run only those: npm run check -- lint types
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly output: string;
  readonly seconds: number;
}

const checks: readonly Check[] = [
  { name: 'format', command: ['biome', 'check', '--max-diagnostics=50'] },
  {
    name: 'lint',
    command: ['oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives'],
  },
  { name: 'types', command: ['tsc', '--noEmit', '-p', '.'] },
  { name: 'dead-code', command: ['knip', '--no-progress'] },
  { name: 'architecture', command: ['vitest', 'run', 'test/architecture.test.ts', '--reporter=dot'] },
  { name: 'openapi', command: ['node', 'scripts/openapi.ts', '--check'] },
  { name: 'errors-doc', command: ['node', 'scripts/errors-doc.ts', '--check'] },
  { name: 'cli-doc', command: ['node', 'scripts/cli-doc.ts', '--check'] },
  { name: 'roles-doc', command: ['node', 'scripts/roles-doc.ts', '--check'] },
  { name: 'estate-doc', command: ['node', 'scripts/estate-doc.ts', '--check'] },
];

const root = fileURLToPath(new URL('..', import.meta.url));

function run(check: Check): Promise<Outcome> {
  const started = performance.now();
  const [program = '', ...rest] = check.command;
  const file = `${root}node_modules/.bin/${program}`;
  return new Promise((resolve) => {
    const child = spawn(file, rest, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const finish = (passed: boolean) => {
      resolve({ name: check.name, passed, output, seconds: (performance.now() - started) / 1000 });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}

function report(outcome: Outcome): void {
  if (!outcome.passed) process.stdout.write(`\n${outcome.output.trimEnd()}\n\n`);
  process.stdout.write(
    `${outcome.passed ? 'ok  ' : 'FAIL'} ${outcome.name} (${outcome.seconds.toFixed(1)} s)\n`,
  );
}

function chosen(names: readonly string[]): readonly Check[] {
  const unknown = names.filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length === 0)
    return names.length === 0 ? checks : checks.filter(({ name }) => names.includes(name));
  process.stderr.write(
    `no check named ${unknown.join(', ')}; there are ${checks.map(({ name }) => name).join(', ')}\n`,
  );
  process.exitCode = 2;
  return [];
}

const outcomes: Outcome[] = [];
for (const check of chosen(process.argv.slice(2))) {
  const outcome = await run(check);
  report(outcome);
  outcomes.push(outcome);
}
const failed = outcomes.filter(({ passed }) => !passed);
process.stdout.write(`checks: ${outcomes.length - failed.length} passed, ${failed.length} failed\n`);
if (failed.length > 0) process.exitCode = 1;
