import type { Context } from '../../context.ts';
import { keysOf } from '../../contract/keys.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { WorkspaceHoldings } from '../../contract/types.ts';
import { asTyped, counted, orGone, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { noteStillNamed } from './within.ts';

const spec = {
  path: 'workspaces delete',
  summary: 'Delete a workspace with all it holds, for good',
  about:
    'What would be lost is counted first; then its slug must be typed, or given with --confirm. Its members stay members of the account. The last workspace stays.',
  args: { workspace: { help: 'slug or id' } },
  examples: [
    'tenantctl workspaces delete ops --dry-run',
    'tenantctl workspaces delete ops --account acme-org',
    'tenantctl workspaces delete ops --confirm ops --json',
  ],
  operations: ['workspaces.show', 'workspaces.delete'],
  next: 'tenantctl workspaces list',
} as const satisfies VerbSpec;

export type DeleteOptions = OptionsOf<typeof spec>;

export function deleteCommand(ctx: Context, run = deleteRun): Verb {
  return verb(spec, ctx, run);
}

export async function deleteRun(options: DeleteOptions, ctx: Context): Promise<void> {
  const client = ctx.client();
  const account = ctx.account();
  const found = await orGone(
    client.call('workspaces.show', { params: { account, workspace: options.workspace } }),
  );
  const slug = found?.slug ?? options.workspace;
  const request = {
    params: { account, workspace: found?.id ?? slug },
    query: { confirm: slug },
    ifMatch: found?.revision,
  };
  // Refused or gone already: told before anybody is asked.
  const preview = await client.call('workspaces.delete', { ...request, dryRun: true });
  if (ctx.flags.dryRun === true || !preview.changed) return await tell(ctx, slug, preview);
  await ctx.confirmed({
    weight: 'slug',
    what: `delete the workspace ${slug} of ${account} for good, and with it`,
    consequences: preview.holdings === null ? [] : losses(preview.holdings),
    slug,
    command: asTyped(ctx, `tenantctl workspaces delete ${slug} --account ${account}`),
  });
  await tell(ctx, slug, await client.call('workspaces.delete', request));
  noteStillNamed(ctx, slug);
}

/** A kind of thing a line, in the order in which they are told. */
const words = {
  members: (count: number) => `the access of ${counted(count, 'member')}`,
  connectors: (count: number) => counted(count, 'connector'),
  workflows: (count: number) => counted(count, 'workflow'),
  jobs: (count: number) => counted(count, 'job'),
  parsers: (count: number) => counted(count, 'parser'),
  forms: (count: number) => counted(count, 'form'),
  records: (count: number) => counted(count, 'record'),
  keys: (count: number) => counted(count, 'key'),
  pending_invites: (count: number) => `its place in ${counted(count, 'pending invitation')}`,
} satisfies Record<keyof WorkspaceHoldings, (count: number) => string>;

function losses(holdings: WorkspaceHoldings): string[] {
  return keysOf(words).flatMap((kind) => (holdings[kind] === 0 ? [] : [words[kind](holdings[kind])]));
}

async function tell(ctx: Context, slug: string, answer: Answer<'workspaces.delete'>): Promise<void> {
  const lost = answer.holdings === null ? [] : losses(answer.holdings);
  const withIt = lost.length === 0 ? '' : `, and with it ${lost.join(', ')}`;
  await tellChange(ctx, {
    value: answer,
    changed: answer.changed,
    done: ctx.flags.dryRun === true ? `${slug} would be deleted${withIt}.` : `Deleted ${slug}${withIt}.`,
    already: `${slug} is deleted already.`,
  });
}
