import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { mailedSecretIn } from '../mailed-secret.ts';

const spec = {
  path: 'umbrella decline',
  summary: 'Decline an invitation under an umbrella',
  about:
    'Signed in, by its id; or without an account, by the link of the mail. You are not invited again but by somebody who means it.',
  args: { link: { help: 'id of the invitation', optional: true } },
  flags: { secretStdin: { help: 'read the secret or the link of the mail from the first line of stdin' } },
  examples: [
    'tenantctl umbrella decline lnk_01j9...',
    'tenantctl umbrella decline --secret-stdin < secret.txt',
  ],
  operations: ['umbrella_invites.decline'],
} as const satisfies VerbSpec;

export type DeclineOptions = OptionsOf<typeof spec>;

export function declineCommand(ctx: Context, run = declineRun): Verb {
  return verb(spec, ctx, run);
}

async function named({ link, secretStdin }: DeclineOptions, ctx: Context) {
  if (secretStdin === true) {
    const [line = ''] = (await ctx.readStdin('the secret')).split(/\r?\n/);
    if (line.trim() === '') throw usageError('stdin holds no secret', { code: 'empty_stdin' });
    return { body: { secret: mailedSecretIn(line) }, anonymous: true };
  }
  if (link !== undefined) return { body: { link } };
  throw usageError('which invitation?', {
    code: 'missing_argument',
    hint: 'name its id (tenantctl umbrella invites), or give --secret-stdin',
  });
}

export async function declineRun(options: DeclineOptions, ctx: Context): Promise<void> {
  const done = await ctx.client().call('umbrella_invites.decline', await named(options, ctx));
  await tellChange(ctx, {
    value: done,
    changed: done.changed,
    done: 'Declined: nothing changes for your account.',
    already: 'This invitation is declined already.',
  });
}
