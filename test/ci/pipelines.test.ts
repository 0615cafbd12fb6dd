import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileAtRoot } from '../../scripts/generated-file.ts';
import { type Ended, ended, Machine } from '../crash/processes.ts';
import { githubSteps, gitlabStep, type ShellStep } from './pipeline.ts';

/** The pipelines of examples/ci, their own shell steps, against a real server; what stands around steps is GitHub's and GitLab's. */

const GITHUB = 'examples/ci/estate.github-actions.yml';
const ENVIRONMENT = 'examples/ci/estate-environment.github-actions.yml';
const GITLAB = 'examples/ci/estate.gitlab-ci.yml';
const ENVIRONMENTS = ['dev', 'staging', 'prod'];

let machine: Machine;
let token = '';
let summary = '';

beforeAll(async () => {
  machine = new Machine();
  await machine.startServer();
  await machine.json(['accounts', 'create', 'acme', '--slug', 'acme', '--plan', 'enterprise']);
  await machine.json(['accounts', 'unlock', 'acme', '--profile', 'local-staff']);
  const made = await machine.json('tokens create ci --account-token --role admin --account acme'.split(' '));
  token = String(Reflect.get(Object(made), 'secret'));
  cpSync(fileAtRoot('examples/estate'), join(machine.folder, 'estate'), { recursive: true });
  mkdirSync(join(machine.folder, 'shims'));
  shim('tenantctl', `exec '${process.execPath}' '${machine.launcher}' "$@"`);
  // What a pipeline installs is the build under test.
  shim('npm', 'exit 0');
  summary = join(machine.folder, 'summary.md');
}, 120_000);
afterAll(() => machine.end());

function shim(name: string, command: string): void {
  const file = join(machine.folder, 'shims', name);
  writeFileSync(file, `#!/bin/sh\n${command}\n`);
  chmodSync(file, 0o755);
}

/** As a runner does: a shell of its own that ends at the first command that fails. */
async function run({ script, env }: ShellStep, more: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', script], {
    cwd: machine.folder,
    env: {
      PATH: `${join(machine.folder, 'shims')}:/usr/local/bin:/usr/bin:/bin`,
      CI: 'true',
      TENANTCTL_CONFIG_DIR: join(machine.folder, 'runner'),
      TENANTCTL_KEYRING: '0',
      ...env,
      ...more,
      TENANTCTL_API_URL: machine.url,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return await ended(child);
}

/** All shell steps of a job of GitHub's; what the last one ended with. */
async function github(path: string, job: string, environment: string): Promise<Ended & { outputs: string }> {
  const contexts = {
    'secrets.TENANTCTL_TOKEN': token,
    'matrix.environment': environment,
    'inputs.environment': environment,
  };
  const outputs = join(machine.folder, 'outputs');
  writeFileSync(outputs, '');
  let last: Ended = { code: 0, stdout: '', stderr: '' };
  for (const step of githubSteps(path, job, contexts)) {
    last = await run(step, { GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: outputs, GITHUB_STEP_SUMMARY: summary });
    if (last.code !== 0) break;
  }
  return { ...last, outputs: readFileSync(outputs, 'utf8') };
}

const file = (name: string) => join(machine.folder, 'estate', name);

function edited(name: string, from: string, to: string): void {
  const text = readFileSync(file(name), 'utf8');
  expect(text).toContain(from);
  writeFileSync(file(name), text.replace(from, to));
}

describe('the pipeline for GitHub Actions', () => {
  it('checks the files of a pull request without a token, and shows mistakes where they are', async () => {
    expect(await github(GITHUB, 'check', '')).toMatchObject({ code: 0 });
    edited('prod.yaml', 'plan: business', 'pln: business');
    const { code, stderr } = await github(GITHUB, 'check', '');
    edited('prod.yaml', 'pln: business', 'plan: business');
    expect(code).toBe(2);
    expect(stderr).toContain(
      '::error file=estate/prod.yaml,line=8,col=5::accounts.acme-prod.pln: there is no such field; did you mean plan?',
    );
  });

  it('shows what a pull request would change, as the summary of the step', async () => {
    const { code, stdout } = await github(GITHUB, 'diff', 'dev');
    expect([code, stdout.includes('acme-dev')]).toEqual([0, true]);
    expect(readFileSync(summary, 'utf8')).toContain('acme-dev');
  });

  it('brings up one environment after the other, each as it was reviewed, and then has nothing to do', async () => {
    for (const environment of ENVIRONMENTS) {
      const planned = await github(ENVIRONMENT, 'plan', environment);
      expect([environment, planned.code, planned.outputs, planned.stderr]).toEqual([
        environment,
        0,
        'changes=true\n',
        expect.anything(),
      ]);
      const applied = await github(ENVIRONMENT, 'apply', environment);
      expect([environment, applied.code, applied.stderr]).toEqual([environment, 0, expect.anything()]);
    }
    for (const environment of ENVIRONMENTS)
      expect(await github(ENVIRONMENT, 'plan', environment)).toMatchObject({
        code: 0,
        outputs: 'changes=false\n',
      });
  }, 120_000);

  it('stops with 6 where something moved after the review', async () => {
    edited('dev.yaml', 'name: Acme Development', 'name: Acme Dev');
    expect(await github(ENVIRONMENT, 'plan', 'dev')).toMatchObject({ code: 0, outputs: 'changes=true\n' });
    await machine.json(['accounts', 'update', 'acme-dev', '--name', 'By hand']);
    expect(await github(ENVIRONMENT, 'apply', 'dev')).toMatchObject({ code: 6 });
  });
});

describe('the pipeline for GitLab', () => {
  it('checks, shows, plans and applies the same', async () => {
    edited('staging.yaml', 'name: Acme Staging', 'name: Acme Rehearsal');
    const env = { TENANTCTL_TOKEN: token };
    expect(await run(gitlabStep(GITLAB, 'check'))).toMatchObject({ code: 0 });
    const shown = await run(gitlabStep(GITLAB, 'diff', { ...env, ENVIRONMENT: 'staging' }));
    expect([shown.code, shown.stdout.includes('Acme Rehearsal')]).toEqual([0, true]);
    for (const environment of ENVIRONMENTS)
      for (const job of ['plan', 'apply'])
        expect([job, environment, await run(gitlabStep(GITLAB, `${job} ${environment}`, env))]).toEqual([
          job,
          environment,
          expect.objectContaining({ code: 0 }),
        ]);
    expect(await machine.json(['accounts', 'show', 'acme-staging'])).toMatchObject({
      name: 'Acme Rehearsal',
    });
  }, 120_000);
});
