import { keepSignIn } from '../../config/keep.ts';
import { requireApiUrl } from '../../config/resolve.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { mailedSecretIn } from '../mailed-secret.ts';

const spec = {
  path: 'signup',
  summary: 'Sign up: mails a link that proves the address, then takes a password',
  about:
    'The page behind the link finishes it; so does --secret-stdin, with the link or its secret on the first line of stdin and a password on the second.',
  args: { email: { help: 'your address', optional: true } },
  flags: {
    secretStdin: { help: 'finish: read the mailed secret and a password from stdin' },
    name: { value: 'NAME', help: 'finish: how others see you' },
  },
  examples: [
    'tenantctl signup ana@example.com',
    'tenantctl signup --secret-stdin --name "Ana Ruiz" < secret-and-password.txt',
  ],
  operations: ['auth.signup', 'auth.signup_finish'],
  next: 'tenantctl accounts create NAME',
  local: true,
} as const satisfies VerbSpec;

export type SignupOptions = OptionsOf<typeof spec>;

export function signupCommand(ctx: Context, run = signupRun): Verb {
  return verb(spec, ctx, run);
}

export async function signupRun(options: SignupOptions, ctx: Context): Promise<void> {
  const { settings } = ctx.config({ newProfile: true });
  const apiUrl = requireApiUrl(settings);
  const client = ctx.client({
    apiUrl,
    credential: { token: async () => undefined, renew: async () => undefined },
  });
  if (options.secretStdin !== true) {
    const email = options.email ?? (await ctx.prompt.input({ message: 'E-mail address', flag: 'EMAIL' }));
    const sent = await client.call('auth.signup', { body: { email } });
    return await ctx.out.result(sent, `A link is on its way to ${email}. It finishes the sign-up.`);
  }
  const [secret = '', password = ''] = (await ctx.readStdin('the secret and the password')).split(/\r?\n/);
  if (secret === '' || password === '') {
    throw usageError('stdin needs two lines: the secret, then the password', { code: 'empty_stdin' });
  }
  const name = options.name === undefined ? {} : { name: options.name };
  const session = await client.call('auth.signup_finish', {
    body: { secret: mailedSecretIn(secret), password, ...name },
  });
  const profile = settings.profile.value ?? 'default';
  await keepSignIn(ctx.config({ newProfile: true }), {
    profile,
    apiUrl,
    credential: {
      kind: 'user',
      access_token: session.access_token,
      access_expires_at: session.access_expires_at,
      refresh_token: session.refresh_token,
    },
    user: session.user.email,
  });
  await ctx.out.result(
    { profile, api_url: apiUrl, user: session.user.email },
    `Welcome. Signed in to ${apiUrl} as ${session.user.email} (profile ${profile}).`,
  );
}
