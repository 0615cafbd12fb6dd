import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { fileAtRoot } from '../../scripts/generated-file.ts';

/** A step of a pipeline that runs a shell, as the pipeline's own file has it. */
export interface ShellStep {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fieldsAt(holder: Fields, name: string): Fields {
  const found = holder[name];
  return isFields(found) ? found : {};
}

function read(path: string): Fields {
  const content: unknown = parse(readFileSync(fileAtRoot(path), 'utf8'));
  if (!isFields(content)) throw new Error(`${path} is no pipeline`);
  return content;
}

/** `${{ secrets.NAME }}` and the like, from what stands for GitHub's contexts: one that is not there fails the test. */
function filled(env: Fields, contexts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      String(value).replaceAll(/\$\{\{\s*([\w.]+)\s*\}\}/g, (_, context: string) => {
        const found = contexts[context];
        if (found === undefined) throw new Error(`nothing stands for ${context}`);
        return found;
      }),
    ]),
  );
}

/** The shell steps of a job of a GitHub workflow, in their order. */
export function githubSteps(
  path: string,
  job: string,
  contexts: Readonly<Record<string, string>>,
): ShellStep[] {
  const workflow = read(path);
  const found = fieldsAt(fieldsAt(workflow, 'jobs'), job);
  const steps: readonly unknown[] = Array.isArray(found.steps) ? found.steps : [];
  if (steps.length === 0) throw new Error(`${path} has no job ${job} with steps`);
  return steps.filter(isFields).flatMap((step) =>
    typeof step.run === 'string'
      ? [
          {
            script: step.run,
            env: filled(
              { ...fieldsAt(workflow, 'env'), ...fieldsAt(found, 'env'), ...fieldsAt(step, 'env') },
              contexts,
            ),
          },
        ]
      : [],
  );
}

const linesOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** What a job of a GitLab pipeline types, with that of the jobs it extends, as one shell. */
export function gitlabStep(path: string, job: string, env: Readonly<Record<string, string>> = {}): ShellStep {
  const pipeline = read(path);
  const own = fieldsAt(pipeline, job);
  const chain = [own];
  for (let at = own; typeof at.extends === 'string'; chain.unshift(at)) at = fieldsAt(pipeline, at.extends);
  const merged: Fields = Object.assign({}, ...chain);
  const before = linesOf(fieldsAt(pipeline, 'default').before_script);
  const script = [...before, ...linesOf(merged.script)];
  if (script.length === before.length) throw new Error(`${path} has no job ${job} with a script`);
  const variables = { ...fieldsAt(pipeline, 'variables'), ...fieldsAt(merged, 'variables') };
  return { script: script.join('\n'), env: { ...filled(variables, {}), ...env } };
}
