import type { Context } from '../../context.ts';
import type { Answer, BodyInput } from '../../contract/shapes.ts';
import type { Plan } from '../../contract/types.ts';
import { TenantctlError, usageError } from '../../errors.ts';
import type { Document } from '../../estate/files/document.ts';
import { placeText, readDocument } from '../../estate/files/source.ts';
import { asTyped, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { money } from '../money.ts';
import { differences } from './change-text.ts';

const spec = {
  path: 'plans replace',
  summary: 'Replace the whole plan catalogue (staff only)',
  about:
    'The file is a list of plans in YAML or JSON, as `plans list -o yaml` prints it: export it, edit it, and put it in the place of the old one. What differs is shown first. New limits count for what is added from now on, new prices from the next period of each account; a plan that accounts are on, or will go to, cannot go.',
  flags: {
    file: { value: 'FILE', help: 'the new catalogue; - is stdin', required: 'File with the catalogue' },
  },
  examples: [
    'tenantctl plans replace --file plans.yaml --dry-run --profile staff',
    'tenantctl plans replace --file plans.yaml --yes --profile staff',
    'tenantctl plans list -o yaml --out plans.yaml',
  ],
  operations: ['plans.list', 'plans.replace'],
  next: 'tenantctl plans list',
} as const satisfies VerbSpec;

export type ReplaceOptions = OptionsOf<typeof spec>;

export function replaceCommand(ctx: Context, run = replaceRun): Verb {
  return verb(spec, ctx, run);
}

export async function replaceRun({ file }: ReplaceOptions, ctx: Context): Promise<void> {
  const document = await readDocument(file, 'the catalogue', {
    directory: ctx.world.cwd,
    stdin: (what, maxBytes) => ctx.readStdinBytes(what, maxBytes),
  });
  const plans = plansIn(document);
  const client = ctx.client();
  const { data: before, revision } = await client.call('plans.list');
  const request = { body: { plans }, ifMatch: revision };
  const would = await placed(document, client.call('plans.replace', { ...request, dryRun: true }));
  const lines = diffLines(before, plans);
  if (ctx.flags.dryRun === true || !would.changed) return await tell(ctx, would, lines);
  await ctx.confirmed({
    weight: 'yes',
    what: 'replace the plan catalogue',
    consequences: lines,
    command: asTyped(ctx, `tenantctl plans replace --file ${file}`),
  });
  await tell(ctx, await client.call('plans.replace', request), lines);
}

type Plans = BodyInput<'plans.replace'>['plans'];

/** Whether they are plans the server judges; that it is a list can be said here, with its place. */
function isList(data: unknown): data is Plans {
  return Array.isArray(data);
}

/** `plans.yaml:12:5` */
const placeIn = (document: Document, pointer: string) =>
  placeText({ name: document.name, ...document.at(pointer) });

function plansIn(document: Document): Plans {
  const { data } = document;
  if (isList(data)) return data;
  throw usageError(`${placeIn(document, '')}: the catalogue is a list of plans, and this is none`, {
    code: 'bad_input_file',
    hint: 'tenantctl plans list -o yaml shows what it looks like',
  });
}

/** The server's pointers into the request as places in the file. */
async function placed<T>(document: Document, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    if (!(thrown instanceof TenantctlError) || thrown.code !== 'invalid_request') throw thrown;
    const details = (thrown.details ?? []).map(({ pointer = '', detail }) => ({
      pointer: placeIn(document, pointer.replace(/^\/plans/, '')),
      detail: `${pointer.replace(/^\/plans\/\d+\/?/, '')} ${detail}`.trim(),
    }));
    const { status, requestId } = thrown;
    throw usageError(`${document.name} is no valid catalogue; nothing was changed`, {
      code: thrown.code,
      details,
      status,
      requestId,
    });
  }
}

function diffLines(before: readonly Plan[], after: readonly Plan[]): string[] {
  const old = new Map(before.map((plan) => [plan.name, plan]));
  const kept = new Set(after.map(({ name }) => name));
  const lines = after.flatMap((plan) => {
    const was = old.get(plan.name);
    if (was === undefined) return [`+ ${plan.name}: ${money(plan.monthly_price_cents)} a month`];
    const fields = differences(was, plan).map(
      (row) => `${row.what.toLowerCase()} ${row.before} -> ${row.after}`,
    );
    const title = was.title === plan.title ? [] : [`title ${was.title} -> ${plan.title}`];
    const all = [...title, ...fields];
    return all.length === 0 ? [] : [`~ ${plan.name}: ${all.join(', ')}`];
  });
  const removed = before.filter(({ name }) => !kept.has(name)).map(({ name }) => `- ${name}`);
  const order = (plans: readonly Plan[]) => plans.filter(({ name }) => old.has(name) && kept.has(name));
  const names = (plans: readonly Plan[]) =>
    order(plans)
      .map(({ name }) => name)
      .join(', ');
  const moved = names(before) === names(after) ? [] : [`order: ${after.map(({ name }) => name).join(', ')}`];
  return [...lines, ...removed, ...moved];
}

async function tell(ctx: Context, answer: Answer<'plans.replace'>, lines: readonly string[]): Promise<void> {
  const dryRun = ctx.flags.dryRun === true;
  if (dryRun) for (const line of lines) ctx.out.note(line);
  const counts = `${answer.added.length} added, ${answer.updated.length} changed, ${answer.removed.length} removed`;
  await tellChange(ctx, {
    value: answer,
    changed: answer.changed,
    done: dryRun
      ? `The catalogue would be replaced: ${counts}.`
      : `Replaced the catalogue: ${counts}. It is revision ${answer.revision}.`,
    already: 'The catalogue is like this already.',
  });
}
