import type { Context } from '../../context.ts';
import { asTyped, orGone, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'accounts release',
  summary: 'End the link of a managed account to its master',
  about:
    'The account goes on by itself, so it must have an active administrator of its own; else delete it. Only its master does this.',
  args: { account: { help: 'slug or id of the managed account' } },
  examples: ['tenantctl accounts release acme-prod --dry-run', 'tenantctl accounts release acme-prod --yes'],
  operations: ['accounts.show', 'accounts.release'],
  next: 'tenantctl accounts tree ACCOUNT',
} as const satisfies VerbSpec;

export type ReleaseOptions = OptionsOf<typeof spec>;

export function releaseCommand(ctx: Context, run = releaseRun): Verb {
  return verb(spec, ctx, run);
}

export async function releaseRun({ account }: ReleaseOptions, ctx: Context): Promise<void> {
  const client = ctx.client();
  const found = await orGone(client.call('accounts.show', { params: { account } }));
  const slug = found?.slug ?? account;
  const preview = await client.call('accounts.release', { params: { account }, dryRun: true });
  if (ctx.flags.dryRun !== true && preview.changed) {
    const master = found?.parent?.account.slug ?? 'its master';
    await ctx.confirmed({
      weight: 'yes',
      what: `release ${slug} from ${master}`,
      consequences: [
        `administrators of ${master} lose all access that they have through it`,
        `grants of ${slug} to users of ${master} end`,
        'it cannot be linked again; its plan and people stay as they are',
      ],
      command: asTyped(ctx, `tenantctl accounts release ${slug}`),
    });
  }
  const isPreview = ctx.flags.dryRun === true || !preview.changed;
  const done = isPreview ? preview : await client.call('accounts.release', { params: { account } });
  await tellChange(ctx, {
    value: done,
    changed: done.changed,
    done: ctx.flags.dryRun === true ? `${slug} would be released.` : `Released ${slug}.`,
    already: `${slug} is released already.`,
  });
}
