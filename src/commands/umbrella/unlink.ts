import type { Context } from '../../context.ts';
import { asTyped, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { endLines } from './sheet.ts';

const spec = {
  path: 'umbrella unlink',
  summary: 'Leave the umbrella',
  about:
    'It is never refused. What exceeds your own plan stays, and nothing new is allowed until it fits. Roles of forms that you chose for the umbrella end too unless you keep them. --dry-run shows what ends.',
  flags: { keepShares: { help: 'forms whose role you chose stay shared with the former umbrella' } },
  examples: [
    'tenantctl umbrella unlink --account partner --dry-run',
    'tenantctl umbrella unlink --account partner --yes',
    'tenantctl umbrella unlink --keep-shares',
  ],
  operations: ['umbrella.unlink'],
  next: 'tenantctl plans current',
} as const satisfies VerbSpec;

export type UnlinkOptions = OptionsOf<typeof spec>;

export function unlinkCommand(ctx: Context, run = unlinkRun): Verb {
  return verb(spec, ctx, run);
}

export async function unlinkRun({ keepShares }: UnlinkOptions, ctx: Context): Promise<void> {
  const client = ctx.client();
  const account = ctx.account();
  const request = {
    params: { account },
    query: keepShares === true ? ({ keep_shares: 'true' } as const) : {},
  };
  const dryRun = ctx.flags.dryRun === true;
  const preview = await client.call('umbrella.unlink', { ...request, dryRun: true });
  const lines = preview.ends === null ? [] : endLines(preview.ends);
  if (preview.changed && !dryRun) {
    await ctx.confirmed({
      weight: 'yes',
      what: `take ${account} out of its umbrella`,
      consequences: [...lines, 'only a new invitation brings it back'],
      command: asTyped(
        ctx,
        `tenantctl umbrella unlink --account ${account}${keepShares === true ? ' --keep-shares' : ''}`,
      ),
    });
  }
  if (preview.changed && dryRun) for (const line of lines) ctx.out.note(line);
  const done = dryRun || !preview.changed ? preview : await client.call('umbrella.unlink', request);
  await tellChange(ctx, {
    value: done,
    changed: done.changed,
    done: `${account} ${dryRun ? 'would be' : 'is'} under no umbrella any more.`,
    already: `${account} is under no umbrella already.`,
  });
}
