import type { Client } from '../../client/client.ts';
import type { Context } from '../../context.ts';
import { partialError, usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { each } from '../each.ts';
import { tell } from './each.ts';

const spec = {
  path: 'invites resend',
  summary: 'Send invitations again, with a new link and seven new days',
  about:
    'The link that was sent before stops working. An expired invitation is pending again, if a seat is free.',
  args: { invite: { help: 'ids or addresses', rest: true, optional: true } },
  flags: {
    pending: { help: 'all that wait to be accepted' },
    expired: { help: 'all that have expired' },
    olderThan: { value: 'TIME', help: 'of those, the ones sent so long ago: 12h, 5d' },
  },
  examples: [
    'tenantctl invites resend ana@example.com',
    'tenantctl invites resend --pending --older-than 5d',
    'tenantctl invites resend --expired --dry-run',
  ],
  operations: ['invites.resend', 'invites.resend_many'],
  fanOut: { absent: 'skipped' },
  next: 'tenantctl invites list --state pending',
} as const satisfies VerbSpec;

export type ResendOptions = OptionsOf<typeof spec>;

export function resendCommand(ctx: Context, run = resendRun): Verb {
  return verb(spec, ctx, run);
}

export async function resendRun(options: ResendOptions, ctx: Context): Promise<void> {
  const { invite, pending, expired, olderThan } = options;
  const many = pending === true || expired === true;
  if (pending === true && expired === true) throw contradiction('--pending and --expired');
  if (many && invite.length > 0) throw contradiction(`${pending ? '--pending' : '--expired'} and INVITE`);
  if (!many && olderThan !== undefined) {
    throw usageError('--older-than goes with --pending or --expired', { code: 'invalid_value' });
  }
  if (many) return await resendMany(pending === true ? 'pending' : 'expired', secondsOf(olderThan), ctx);
  if (invite.length === 0) {
    throw usageError('which invitations?', {
      code: 'missing_argument',
      hint: 'name them, or give --pending or --expired',
    });
  }
  const account = ctx.account();
  const done = await each(invite, async (one) => {
    await ctx.client().call('invites.resend', { params: { account, invite: one } });
    return { changed: true };
  });
  await tell(ctx, done, 'sent again', 'was sent already');
}

interface Resent {
  readonly dry_run: boolean;
  readonly resent: number;
  readonly remaining: number;
  readonly refused: { invite_id: string; code: string }[];
}

async function resendMany(state: 'pending' | 'expired', seconds: number, ctx: Context): Promise<void> {
  const dryRun = ctx.flags.dryRun === true;
  const account = ctx.account();
  const done = dryRun
    ? { dry_run: true, ...(await resendSome(ctx.client(), account, state, seconds)) }
    : await untilNoneRemains(ctx, account, state, seconds);
  const count = dryRun ? done.resent + done.remaining : done.resent;
  const word = dryRun ? 'would be sent again' : 'sent again';
  await ctx.out.result(
    done,
    [
      `${count} ${state} ${count === 1 ? 'invitation' : 'invitations'} ${word}.`,
      ...done.refused.map(({ invite_id, code }) => `${invite_id}: ${code}`),
    ].join('\n'),
  );
  if (!dryRun && done.refused.length > 0) {
    throw partialError(`${done.refused.length} invitations were not sent again`, {
      why: [...new Set(done.refused.map(({ code }) => code))].join(', '),
    });
  }
}

/** A thousand at a time. What a call has sent must not match the next one: the age grows with the run. */
async function untilNoneRemains(
  ctx: Context,
  account: string,
  state: 'pending' | 'expired',
  seconds: number,
): Promise<Resent> {
  const client = ctx.client();
  const started = ctx.world.clock.now();
  const progress = ctx.out.progress('Sending again');
  const refused = new Map<string, { invite_id: string; code: string }>();
  let resent = 0;
  for (let first = true; ; first = false) {
    const spent = first ? 0 : Math.ceil((ctx.world.clock.now() - started) / 1000) + 1;
    const answer = await resendSome(client, account, state, seconds + spent);
    resent += answer.resent;
    for (const one of answer.refused) refused.set(one.invite_id, one);
    progress.update({ done: resent, total: resent + answer.remaining });
    // Those that are refused match again: without any other left there is no progress to be made.
    if (answer.remaining > 0 && answer.resent > 0) continue;
    if (resent + refused.size > 1000) progress.end();
    return { dry_run: false, resent, remaining: answer.remaining, refused: [...refused.values()] };
  }
}

async function resendSome(client: Client, account: string, state: 'pending' | 'expired', seconds: number) {
  const body = { state, ...(seconds > 0 && { older_than_seconds: seconds }) };
  return await client.call('invites.resend_many', { params: { account }, body });
}

const unitSeconds = new Map([
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);

function secondsOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const [, amount, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const seconds = Number(amount) * (unitSeconds.get(unit) ?? Number.NaN);
  if (!Number.isNaN(seconds)) return seconds;
  throw usageError(`--older-than ${text}: not a time such as 30m, 12h or 5d`, { code: 'invalid_value' });
}

function contradiction(what: string) {
  return usageError(`${what} contradict each other`, { code: 'invalid_value' });
}
