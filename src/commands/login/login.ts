import { refuseDelegated } from '../../config/delegation.ts';
import { keepSignIn } from '../../config/keep.ts';
import { requireApiUrl } from '../../config/resolve.ts';
import type { Context } from '../../context.ts';
import type { TokenKind } from '../../contract/token.ts';
import type { Session } from '../../contract/types.ts';
import { authError, usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'login',
  summary: 'Sign in, and keep the session as a profile',
  about:
    'On a terminal it shows an address and a code: open it in a browser, here or anywhere, and approve it there. With --email it asks for the password here. A machine gives a token by TENANTCTL_TOKEN instead, and needs no login. Secrets never come by flag: they would show in the process list.',
  flags: {
    email: { value: 'ADDRESS', help: 'who signs in, with the password, here' },
    passwordStdin: { help: 'read the password from the first line of stdin' },
    noBrowser: { help: 'only show the address, open nothing' },
    withToken: { help: 'read a token from stdin instead, and keep that' },
  },
  examples: [
    'tenantctl login --api-url https://api.example.com',
    'tenantctl login --email ana@example.com --profile staging',
    'tenantctl login --with-token --profile ci < token.txt',
  ],
  operations: ['auth.login', 'auth.device', 'auth.device_token', 'me.show'],
  next: 'tenantctl whoami',
  local: true,
} as const satisfies VerbSpec;

export type LoginOptions = OptionsOf<typeof spec>;

export function loginCommand(ctx: Context, run = loginRun): Verb {
  return verb(spec, ctx, run);
}

export async function loginRun(options: LoginOptions, ctx: Context): Promise<void> {
  const { settings, profile } = ctx.config({ newProfile: true });
  refuseDelegated(profile, 'nobody signs in to it');
  const target = { apiUrl: requireApiUrl(settings), profile: settings.profile.value ?? 'default' };
  if (options.withToken === true) await keepToken(target, options, ctx);
  else await keepSession(target, options, ctx);
  const { from } = settings.credential.value;
  if (from === 'token' || from === 'token_file') {
    ctx.out.warn(`${settings.credential.source} is set, and is used instead of this profile's credential`);
  }
}

type Client = ReturnType<Context['client']>;

interface Target {
  readonly apiUrl: string;
  readonly profile: string;
}

async function keepSession(target: Target, options: LoginOptions, ctx: Context): Promise<void> {
  const client = ctx.client({ apiUrl: target.apiUrl, credential: nobody });
  const session = await (options.email === undefined && options.passwordStdin !== true
    ? byBrowser(client, options, ctx)
    : byPassword(client, options, ctx));
  const kept = await keepSignIn(ctx.config({ newProfile: true }), {
    ...target,
    credential: sessionCredential(session),
    user: session.user.email,
  });
  await tell(ctx, {
    profile: kept.name,
    api_url: target.apiUrl,
    user: session.user.email,
    expires_at: session.refresh_expires_at,
  });
}

async function byBrowser(client: Client, options: LoginOptions, ctx: Context): Promise<Session> {
  if (!ctx.prompt.allowed) throw unattended();
  const { signInByBrowser } = await import('./device.ts');
  return await signInByBrowser(client, options.noBrowser !== true, ctx);
}

async function byPassword(client: Client, options: LoginOptions, ctx: Context): Promise<Session> {
  const email = options.email ?? (await askEmail(ctx));
  const password = options.passwordStdin === true ? await firstLine(ctx) : await askPassword(ctx);
  return await client.call('auth.login', { body: { email, password } });
}

async function keepToken(target: Target, options: LoginOptions, ctx: Context): Promise<void> {
  if (options.email !== undefined || options.passwordStdin === true) {
    throw usageError('--with-token goes without --email and --password-stdin', { code: 'invalid_value' });
  }
  const token = (await ctx.readStdin('the token')).trim();
  const kind = await kindOf(token);
  const credential = { token: async () => token, renew: async () => undefined };
  const me = await ctx.client({ apiUrl: target.apiUrl, credential, unpinned: true }).call('me.show');
  const user = me.user?.email ?? me.credential.name;
  const kept = await keepSignIn(ctx.config({ newProfile: true }), {
    ...target,
    credential: {
      kind,
      access_token: token,
      access_expires_at: me.credential.expires_at,
      refresh_token: null,
    },
    user,
    defaultAccount: me.credential.account?.slug,
  });
  await tell(ctx, { profile: kept.name, api_url: target.apiUrl, user, expires_at: me.credential.expires_at });
}

interface SignedIn {
  readonly profile: string;
  readonly api_url: string;
  readonly user: string | null;
  readonly expires_at: string | null;
}

async function tell(ctx: Context, done: SignedIn): Promise<void> {
  await ctx.out.result(
    done,
    `Signed in to ${done.api_url} as ${done.user ?? 'a token'} (profile ${done.profile}).`,
  );
}

function sessionCredential(session: Session) {
  return {
    kind: 'user',
    access_token: session.access_token,
    access_expires_at: session.access_expires_at,
    refresh_token: session.refresh_token,
  } as const;
}

const nobody = { token: async () => undefined, renew: async () => undefined };

async function kindOf(token: string): Promise<TokenKind> {
  const { parseToken } = await import('../../contract/token.ts');
  const kind = parseToken(token)?.kind;
  if (kind !== undefined && kind !== 'refresh' && kind !== 'inv' && kind !== 'mail' && kind !== 'device')
    return kind;
  throw usageError('stdin does not hold a token that can sign in', {
    code: 'malformed_token',
    why: 'Its form or its checksum is wrong: it was cut, mistyped, or is something else.',
    hint: 'copy it again from where it was made: tenantctl tokens create',
  });
}

async function askEmail(ctx: Context): Promise<string> {
  if (!ctx.prompt.allowed) throw unattended();
  return await ctx.prompt.input({ message: 'E-mail address', flag: '--email' });
}

async function askPassword(ctx: Context): Promise<string> {
  if (!ctx.prompt.allowed) throw unattended();
  return await ctx.prompt.password({ message: 'Password', flag: '--password-stdin' });
}

async function firstLine(ctx: Context): Promise<string> {
  const [line = ''] = (await ctx.readStdin('the password')).split(/\r?\n/);
  if (line === '') throw usageError('stdin holds no password', { code: 'empty_stdin' });
  return line;
}

/** Nobody is there to type: fail at once instead of waiting. */
function unattended() {
  return authError('nobody can be asked to sign in here', {
    code: 'unattended',
    why: 'This needs a terminal, outside CI, without --no-input.',
    hint: 'set TENANTCTL_TOKEN, or tenantctl login --email ADDRESS --password-stdin < FILE',
  });
}
