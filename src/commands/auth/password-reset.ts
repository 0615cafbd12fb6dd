import { requireApiUrl } from '../../config/resolve.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { mailedSecretIn } from '../mailed-secret.ts';

const spec = {
  path: 'auth password reset',
  summary: 'Reset a forgotten password by a mailed link',
  about:
    'Mails a link that works once, for an hour. The page behind it sets the new password; so does --secret-stdin, with the link or its secret on the first line of stdin and the new password on the second. Every session ends.',
  args: { email: { help: 'the address you sign in with', optional: true } },
  flags: { secretStdin: { help: 'finish: read the mailed secret and the new password from stdin' } },
  examples: [
    'tenantctl auth password reset ana@example.com',
    'tenantctl auth password reset --secret-stdin < secret-and-password.txt',
  ],
  operations: ['auth.password_forgot', 'auth.password_reset'],
  next: 'tenantctl login',
} as const satisfies VerbSpec;

export function passwordResetCommand(ctx: Context, run = passwordResetRun): Verb {
  return verb(spec, ctx, run);
}

export async function passwordResetRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const apiUrl = requireApiUrl(ctx.config({ newProfile: true }).settings);
  const client = ctx.client({
    apiUrl,
    credential: { token: async () => undefined, renew: async () => undefined },
  });
  if (options.secretStdin !== true) {
    const email = options.email ?? (await ctx.prompt.input({ message: 'E-mail address', flag: 'EMAIL' }));
    const sent = await client.call('auth.password_forgot', { body: { email } });
    return await ctx.out.result(sent, `If ${email} has an account here, a link is on its way.`);
  }
  const [secret = '', password = ''] = (await ctx.readStdin('the secret and the password')).split(/\r?\n/);
  if (secret === '' || password === '') {
    throw usageError('stdin needs two lines: the secret, then the new password', { code: 'empty_stdin' });
  }
  const done = await client.call('auth.password_reset', {
    body: { secret: mailedSecretIn(secret), password },
  });
  await ctx.out.result(done, 'The password is set. Every session has ended: tenantctl login');
}
