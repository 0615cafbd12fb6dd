import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { asTyped, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { sheetLines } from './sheet.ts';

const spec = {
  path: 'umbrella accept',
  summary: 'Place an account under an umbrella',
  about:
    'On a terminal it shows what it comes to and asks. Elsewhere give the digest of the sheet that was read (umbrella consent): --yes alone is not enough. If anything has changed since, nothing happens and it says so.',
  args: { link: { help: 'id of the invitation, as in the mail or in umbrella invites' } },
  flags: { digest: { value: 'DIGEST', help: 'of the sheet that you have read' } },
  examples: [
    'tenantctl umbrella accept lnk_01j9... --account partner',
    'tenantctl umbrella accept lnk_01j9... --account partner --digest "$(tenantctl umbrella consent lnk_01j9... --account partner --json | jq -r .digest)"',
    'tenantctl umbrella accept lnk_01j9... --account partner --dry-run',
  ],
  operations: ['umbrella_invites.consent', 'umbrella_invites.accept'],
  next: 'tenantctl umbrella show',
} as const satisfies VerbSpec;

export type AcceptOptions = OptionsOf<typeof spec>;

export function acceptCommand(ctx: Context, run = acceptRun): Verb {
  return verb(spec, ctx, run);
}

/** The digest of what was read: given, or by reading it here and now. Whoever cannot be shown it must have read it before. */
async function agreed({ link, digest }: AcceptOptions, account: string, ctx: Context): Promise<string> {
  if (digest !== undefined) return digest;
  const dryRun = ctx.flags.dryRun === true;
  if (!dryRun && !ctx.prompt.allowed) {
    throw usageError('what was read? Accepting needs the digest of the consent sheet', {
      code: 'missing_flag',
      hint: `tenantctl umbrella consent ${link} --account ${account}, then accept with --digest`,
    });
  }
  const query = { account };
  const sheet = await ctx.client().call('umbrella_invites.consent', { params: { link }, query });
  if (dryRun) {
    for (const line of sheetLines(sheet)) ctx.out.note(line);
    return sheet.digest;
  }
  if (sheet.blockers.length === 0) {
    await ctx.confirmed({
      weight: 'yes',
      what: `place ${sheet.account.slug} under the umbrella of ${sheet.umbrella.name}`,
      consequences: sheetLines(sheet),
      command: asTyped(
        ctx,
        `tenantctl umbrella accept ${link} --account ${account} --digest ${sheet.digest}`,
      ),
    });
  }
  return sheet.digest;
}

export async function acceptRun(options: AcceptOptions, ctx: Context): Promise<void> {
  const account = ctx.account();
  const digest = await agreed(options, account, ctx);
  const params = { link: options.link };
  const done = await ctx.client().call('umbrella_invites.accept', { params, body: { account, digest } });
  const { umbrella, account: own } = done.sheet;
  const is = ctx.flags.dryRun === true ? 'would be' : 'is';
  await tellChange(ctx, {
    value: done,
    changed: done.changed,
    done: `${own.slug} ${is} under the umbrella of ${umbrella.name} now.`,
    already: `${own.slug} is under the umbrella of ${umbrella.name} already.`,
  });
}
