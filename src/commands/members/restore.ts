import { accountOf, batchOperations, runFile, withFile } from '../../bulk/file-job.ts';
import { personRules } from '../../bulk/people-rules.ts';
import type { Client } from '../../client/client.ts';
import type { Context } from '../../context.ts';
import { notFoundError, usageError } from '../../errors.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'members restore',
  summary: 'Give back what a removal took: role, modules, grants, workspaces',
  about:
    'Within 90 days of it, from its receipt; the newest one of a person. Never for somebody who left by themselves. All that stands in the way is named at once. Their tokens, keys that were ended and things that were handed over stay as they are.',
  args: { member: { help: 'address, id, or id of a receipt', optional: true } },
  flags: {
    csv: { value: 'FILE', help: 'rows with a column email; - is stdin; NDJSON too' },
    map: { value: 'FIELD=HEADING', repeat: true, help: 'which column is the address: email=Mail' },
    skipMissing: { help: 'give back the rest where a workspace or a child is gone' },
    report: { value: 'FILE', help: 'write what became of each row' },
    allowInvalid: { help: 'restore the good rows of a file with bad ones' },
  },
  examples: [
    'tenantctl members restore bo@example.com --dry-run',
    'tenantctl members restore rcp_06a3xw2g5zsq9b7kq3v0m1n8rw --skip-missing',
    'tenantctl members restore --csv leavers.csv --report restored.csv',
  ],
  operations: ['receipts.list', 'receipts.restore', 'accounts.show', ...batchOperations],
  next: 'tenantctl members show MEMBER',
} as const satisfies VerbSpec;

export type RestoreOptions = OptionsOf<typeof spec>;

export function restoreCommand(ctx: Context, run = restoreRun): Verb {
  return verb(spec, ctx, run);
}

export async function restoreRun(options: RestoreOptions, ctx: Context): Promise<void> {
  const { member, csv } = options;
  if (csv !== undefined && member !== undefined)
    throw usageError('a member and --csv contradict each other', { code: 'invalid_value' });
  if (csv !== undefined) return await restoreMany({ ...options, csv }, ctx);
  if (member === undefined) {
    const hint = 'name somebody, or a file with --csv FILE (- is stdin)';
    throw usageError('whom to restore?', { code: 'missing_argument', hint });
  }
  await restoreOne(options, member, ctx);
}

async function restoreMany(options: RestoreOptions & { readonly csv: string }, ctx: Context): Promise<void> {
  await withFile(ctx, 'restores', options, async (source, report) => {
    const account = await accountOf(ctx);
    const defaults = options.skipMissing === true ? { partial: true } : {};
    const head = { kind: 'restores', defaults } as const;
    await runFile({ ctx, account, head, source, report, options }, personRules);
  });
}

async function restoreOne(options: RestoreOptions, member: string, ctx: Context): Promise<void> {
  const client = ctx.client();
  const account = ctx.account();
  const receipt = member.startsWith('rcp_') ? member : await newestOf(client, account, member);
  const body = { partial: options.skipMissing === true };
  const done = await client.call('receipts.restore', { params: { account, receipt }, body });
  const { email } = done.member.user;
  const granted = [done.member.role, ...done.member.modules].join(', ');
  for (const { detail } of done.missing) ctx.out.warn(`not given back: ${detail}`);
  await tellChange(ctx, {
    value: done,
    changed: done.changed,
    done:
      ctx.flags.dryRun === true ? `${email} would be ${granted} again.` : `Restored ${email}: ${granted}.`,
    already: `${email} has it back already.`,
  });
}

async function newestOf(client: Client, account: string, member: string): Promise<string> {
  for await (const { id } of client.pages('receipts.list', { params: { account }, query: { member } }, 1))
    return id;
  throw notFoundError(`nobody was removed from ${account} by that name: ${member}`, {
    hint: `tenantctl members receipts --account ${account}`,
  });
}
