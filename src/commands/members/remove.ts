import { accountOf, batchOperations, runFile, withFile } from '../../bulk/file-job.ts';
import { personRules } from '../../bulk/people-rules.ts';
import type { Context } from '../../context.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { RemovalPreview } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { asTyped, orGone, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { losses, takingDefaults, takingFlags, takingQuery } from './taking.ts';

const spec = {
  path: 'members remove',
  summary: 'Remove members from an account and all its workspaces',
  about:
    'All that hangs on them is shown first. What they made stays, unless it is handed over, and so does their own account. Invitations that they vouch for pass to you, but for those to administrators, which are revoked. A file is checked as a whole first; the same command again, after whatever interruption, goes on where it stopped. members restore gives back what was taken, for 90 days.',
  args: { member: { help: 'address or id', optional: true } },
  flags: {
    preview: { help: 'only show what hangs on them' },
    csv: { value: 'FILE', help: 'rows with a column email; - is stdin; NDJSON too' },
    map: { value: 'FIELD=HEADING', repeat: true, help: 'which column is the address: email=Mail' },
    ...takingFlags,
    report: { value: 'FILE', help: 'write what became of each row' },
    allowInvalid: { help: 'remove the good rows of a file with bad ones' },
  },
  examples: [
    'tenantctl members remove bo@example.com --preview',
    'tenantctl members remove bo@example.com --reassign-to ana@example.com --revoke-keys',
    'tenantctl members remove --csv leavers.csv --dry-run',
    'tenantctl members remove --csv leavers.csv --report removed.csv --yes',
  ],
  operations: ['members.removal_preview', 'members.remove', 'accounts.show', ...batchOperations],
  next: 'tenantctl members restore MEMBER',
} as const satisfies VerbSpec;

export type RemoveOptions = OptionsOf<typeof spec>;

export function removeCommand(ctx: Context, run = removeRun): Verb {
  return verb(spec, ctx, run);
}

export async function removeRun(options: RemoveOptions, ctx: Context): Promise<void> {
  const { member, csv } = options;
  if (csv !== undefined) {
    if (member !== undefined || options.preview === true) {
      const other = member === undefined ? '--preview' : 'a member';
      throw usageError(`${other} and --csv contradict each other`, { code: 'invalid_value' });
    }
    return await removeMany({ ...options, csv }, ctx);
  }
  if (member === undefined) {
    const hint = 'name somebody, or a file with --csv FILE (- is stdin)';
    throw usageError('whom to remove?', { code: 'missing_argument', hint });
  }
  const alone = ['map', 'report', 'allowInvalid'].find((name) => Reflect.get(options, name) !== undefined);
  if (alone !== undefined) {
    const flag = alone === 'allowInvalid' ? '--allow-invalid' : `--${alone}`;
    throw usageError(`${flag} goes with --csv`, { code: 'invalid_value' });
  }
  await removeOne(options, member, ctx);
}

async function removeMany(options: RemoveOptions & { readonly csv: string }, ctx: Context): Promise<void> {
  await withFile(ctx, 'removals', options, async (source, report) => {
    const account = await accountOf(ctx);
    const head = { kind: 'removals', defaults: takingDefaults(options) } as const;
    await runFile({ ctx, account, head, source, report, options }, personRules);
  });
}

async function removeOne(options: RemoveOptions, member: string, ctx: Context): Promise<void> {
  const client = ctx.client();
  const params = { account: ctx.account(), member };
  const query = takingQuery(options);
  const reading = client.call('members.removal_preview', { params, query });
  if (options.preview === true) return await showPreview(ctx, await reading, options.reassignTo);
  const preview = await orGone(reading);
  // What was shown is what is agreed to.
  const request = { params, query, ifMatch: preview?.member.revision };
  if (ctx.flags.dryRun === true || preview === null) {
    return await tell(ctx, options, member, await client.call('members.remove', request));
  }
  // What stands in the way is told before anybody is asked.
  const would = await client.call('members.remove', { ...request, dryRun: true });
  const { email } = preview.member.user;
  await ctx.confirmed({
    weight: 'yes',
    what: `remove ${email} (${preview.member.role}) from ${params.account}`,
    consequences: losses(would.preview ?? preview, options.reassignTo),
    command: asTyped(ctx, `tenantctl members remove ${email} --account ${params.account}`),
  });
  await tell(ctx, options, email, await client.call('members.remove', request));
}

async function showPreview(ctx: Context, preview: RemovalPreview, heir: string | undefined): Promise<void> {
  const { member } = preview;
  const lines = losses(preview, heir).map((line) => `  - ${line}`);
  const title = `Removing ${member.user.email} (${member.role}) would have these effects:`;
  await ctx.out.result(preview, [title, ...lines].join('\n'));
}

async function tell(
  ctx: Context,
  { reassignTo }: RemoveOptions,
  named: string,
  answer: Answer<'members.remove'>,
): Promise<void> {
  const email = answer.preview?.member.user.email ?? named;
  const lost = answer.preview === null ? '' : `: ${losses(answer.preview, reassignTo).join('; ')}`;
  await tellChange(ctx, {
    value: answer,
    changed: answer.changed,
    done: ctx.flags.dryRun === true ? `${email} would be removed${lost}.` : `Removed ${email}.`,
    already: `${email} is no member any more.`,
  });
}
