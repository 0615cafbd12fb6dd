import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { mailedSecretIn } from '../mailed-secret.ts';
import { askSecret, linesOfStdin, preview } from './invitation.ts';

const spec = {
  path: 'invites decline',
  summary: 'Decline an invitation that you were sent',
  about: 'Asks for the link of the mail. You are not invited again by files, only by somebody who means it.',
  flags: { secretStdin: { help: 'read the secret or the link from the first line of stdin' } },
  examples: ['tenantctl invites decline', 'tenantctl invites decline --secret-stdin < secret.txt'],
  operations: ['invites.preview', 'invites.decline'],
} as const satisfies VerbSpec;

export function declineCommand(ctx: Context, run = declineRun): Verb {
  return verb(spec, ctx, run);
}

export async function declineRun({ secretStdin }: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const [line = ''] = await linesOfStdin(ctx, secretStdin === true ? ['secret'] : []);
  const client = ctx.client();
  const secret = secretStdin === true ? mailedSecretIn(line) : await askSecret(ctx);
  const { account } = await preview(ctx, client, secret);
  const done = await client.call('invites.decline', { body: { secret } });
  await ctx.out.result(done, `Declined: you do not join ${account.name}.`);
}
