import type { Context } from '../../context.ts';
import type { Answer } from '../../contract/shapes.ts';
import { asTyped, counted, noteStillChosen, orGone, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'accounts delete',
  summary: 'Delete an account for good',
  about:
    'What would be lost is counted first; then its slug must be typed, or given with --confirm. Its members keep their own accounts, the audit trail stays, and its slug is not given to others for 90 days.',
  args: { account: { help: 'slug or id' } },
  examples: [
    'tenantctl accounts delete acme-dev --dry-run',
    'tenantctl accounts delete acme-dev',
    'tenantctl accounts delete acme-dev --confirm acme-dev --json',
  ],
  operations: ['accounts.show', 'accounts.delete'],
  next: 'tenantctl accounts list',
} as const satisfies VerbSpec;

export type DeleteOptions = OptionsOf<typeof spec>;

export function deleteCommand(ctx: Context, run = deleteRun): Verb {
  return verb(spec, ctx, run);
}

export async function deleteRun(options: DeleteOptions, ctx: Context): Promise<void> {
  const client = ctx.client();
  const account = await orGone(client.call('accounts.show', { params: { account: options.account } }));
  const slug = account?.slug ?? options.account;
  const request = { params: { account: slug }, query: { confirm: slug }, ifMatch: account?.revision };
  // Refused or gone already: told before anybody is asked.
  const preview = await client.call('accounts.delete', { ...request, dryRun: true });
  if (ctx.flags.dryRun === true || !preview.changed) return await tell(ctx, slug, preview);
  await ctx.confirmed({
    weight: 'slug',
    what: `delete the account ${slug} (${account?.name ?? slug}) for good, and with it`,
    consequences: losses(preview),
    slug,
    command: asTyped(ctx, `tenantctl accounts delete ${slug}`),
  });
  await tell(ctx, slug, await client.call('accounts.delete', request));
  noteStillChosen(ctx, slug);
}

function losses(answer: Answer<'accounts.delete'>): string[] {
  const { members, pending_invites, workspaces, parsers, forms, records, resources, tokens, keys } = answer;
  return [
    ...(members === 0 ? [] : [`the access of ${counted(members, 'member')}`]),
    ...(pending_invites === 0 ? [] : [counted(pending_invites, 'pending invitation')]),
    ...(workspaces === 0 ? [] : [`${counted(workspaces, 'workspace')} with all that is there`]),
    ...(parsers === 0 ? [] : [counted(parsers, 'parser')]),
    ...(forms === 0 ? [] : [counted(forms, 'form')]),
    ...(records === 0 ? [] : [counted(records, 'record')]),
    ...(resources === 0 ? [] : [counted(resources, 'resource')]),
    ...(tokens === 0 ? [] : [counted(tokens, 'token')]),
    ...(keys === 0 ? [] : [counted(keys, 'workspace key')]),
  ];
}

async function tell(ctx: Context, slug: string, answer: Answer<'accounts.delete'>): Promise<void> {
  const lost = losses(answer);
  const withIt = lost.length === 0 ? '' : `, and with it ${lost.join(', ')}`;
  await tellChange(ctx, {
    value: answer,
    changed: answer.changed,
    done: ctx.flags.dryRun === true ? `${slug} would be deleted${withIt}.` : `Deleted ${slug}${withIt}.`,
    already: `${slug} is deleted already.`,
  });
}
