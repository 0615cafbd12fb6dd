import type { Context } from '../../context.ts';
import type { Answer } from '../../contract/shapes.ts';
import { quoted } from '../../output/text.ts';
import { asTyped, counted, orGone, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';

const spec = {
  path: 'forms delete',
  summary: 'Delete a form with all it holds, for good',
  about:
    'What is lost is shown first. Only the account that owns a form deletes it, whatever role another one has. Saved copies elsewhere stay.',
  args: { name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  examples: [
    'tenantctl forms delete Visit --dry-run',
    'tenantctl forms delete Visit --account acme',
    'tenantctl forms delete acme/Visit --yes --json',
  ],
  operations: ['forms.show', 'forms.delete'],
  next: 'tenantctl forms list',
} as const satisfies VerbSpec;

export type DeleteOptions = OptionsOf<typeof spec>;

export function deleteCommand(ctx: Context, run = deleteRun): Verb {
  return verb(spec, ctx, run);
}

export async function deleteRun({ name }: DeleteOptions, ctx: Context): Promise<void> {
  const client = ctx.client();
  const at = namedAt(ctx, name);
  const query = { workspace: at.workspace };
  const found = await orGone(
    client.call('forms.show', { params: { account: at.account, form: at.name }, query }),
  );
  const request = {
    params: { account: at.account, form: found?.id ?? at.name },
    query: found === null ? query : {},
    ifMatch: found?.revision ?? 0,
  };
  // Refused or gone already: told before anybody is asked.
  const preview = await client.call('forms.delete', { ...request, dryRun: true });
  if (ctx.flags.dryRun === true || !preview.changed) return await tell(ctx, name, preview);
  await ctx.confirmed({
    weight: 'yes',
    what: `delete ${name} for good, and with it`,
    consequences: lossesOf(preview),
    command: asTyped(ctx, `tenantctl forms delete ${quoted(name)}`),
  });
  await tell(ctx, name, await client.call('forms.delete', request));
}

function lossesOf({ records, shares }: Answer<'forms.delete'>): string[] {
  return [
    'its questions',
    ...(records === 0 ? [] : [counted(records, 'record')]),
    ...(shares === 0 ? [] : [`the role of ${counted(shares, 'other account')}`]),
  ];
}

async function tell(ctx: Context, name: string, answer: Answer<'forms.delete'>): Promise<void> {
  const withIt = `and with it ${lossesOf(answer).join(', ')}`;
  await tellChange(ctx, {
    value: answer,
    changed: answer.changed,
    done: ctx.flags.dryRun === true ? `${name} would be deleted, ${withIt}.` : `Deleted ${name}, ${withIt}.`,
    already: `${name} is deleted already.`,
  });
}
