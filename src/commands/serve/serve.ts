import { keepSignIn } from '../../config/keep.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { type Started, type Starter, startServer } from './starter.ts';

const spec = {
  path: 'serve',
  summary: 'Run the tenancy API here, until SIGTERM or Ctrl-C',
  about:
    'On an empty database it makes the first user, who is also staff, and saves two profiles: local, signed in as that user and the default, and local-staff, with a staff token. The next command in another terminal works at once. With --json the ready line is one JSON line. --dev captures mail and messages and makes the clock movable; it listens on this machine only.',
  flags: {
    host: { value: 'ADDRESS', help: 'the address to listen on (default 127.0.0.1)' },
    port: { value: 'PORT', number: true, help: 'the port; 0 takes a free one (default 7411)' },
    data: { value: 'DIR', help: 'where the embedded database lies' },
    database: { value: 'URL', help: 'a PostgreSQL instead: postgres://...' },
    publicUrl: { value: 'URL', help: 'the address in mailed links' },
    smtp: { value: 'URL', help: 'the mail server: smtp://... or smtps://...' },
    smsWebhook: {
      value: 'URL',
      help: 'where forms by SMS are posted to, signed with TENANTCTL_SMS_SECRET from the environment',
    },
    dev: { help: 'capture mail and messages, allow the clock to be moved, make every plan self-serve' },
    noSignup: { help: 'close self-serve sign-up' },
    staff: { value: 'ADDRESS', help: 'issue a fresh staff token to this user, saved as local-staff' },
  },
  examples: [
    'tenantctl serve --dev',
    'tenantctl serve --database postgres://localhost/tenancy --smtp smtp://mail.example.com --public-url https://api.example.com',
    'tenantctl serve --dev --port 0 --json',
  ],
  operations: [],
  next: 'tenantctl whoami',
  local: true,
} as const satisfies VerbSpec;

export type ServeOptions = OptionsOf<typeof spec>;

export function serveCommand(ctx: Context, run = serveRun): Verb {
  return verb(spec, ctx, (options, c) => run(options, c));
}

export async function serveRun(
  options: ServeOptions,
  ctx: Context,
  start: Starter = startServer,
): Promise<void> {
  if (options.data !== undefined && options.database !== undefined) {
    throw usageError('--data and --database are two databases: give one', { code: 'invalid_value' });
  }
  if (options.port !== undefined && options.port > 65_535)
    throw usageError(`--port ${options.port}: not a port`);
  const stop = ctx.holdInterrupt();
  const started = await start({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 7411,
    data: options.data,
    database: options.database,
    publicUrl: options.publicUrl,
    smtp: options.smtp,
    smsWebhook: options.smsWebhook,
    dev: options.dev === true,
    signup: options.noSignup !== true,
    staff: options.staff,
  });
  try {
    const profile = await keepProfiles(started, ctx);
    await tellReady(started, profile, ctx);
    await aborted(stop);
    ctx.out.note('stopping');
  } finally {
    await started.close();
  }
}

/** The name of the profile that works at once, if one was saved. */
async function keepProfiles(started: Started, ctx: Context): Promise<string | null> {
  const config = ctx.config({ newProfile: true });
  const apiUrl = started.url;
  if (started.session !== null) {
    const { user, access_token, access_expires_at, refresh_token } = started.session;
    const credential = { kind: 'user', access_token, access_expires_at, refresh_token } as const;
    const local = {
      profile: 'local',
      apiUrl,
      credential,
      user: user.email,
      makeDefault: true,
      replace: true,
    };
    await keepSignIn(config, local);
  }
  if (started.staff !== null) {
    const { email, secret, expires_at } = started.staff;
    const credential = {
      kind: 'staff',
      access_token: secret,
      access_expires_at: expires_at,
      refresh_token: null,
    } as const;
    await keepSignIn(config, { profile: 'local-staff', apiUrl, credential, user: email, replace: true });
  }
  return started.session === null ? null : 'local';
}

async function tellReady(started: Started, profile: string | null, ctx: Context): Promise<void> {
  const { url, data } = started;
  const ready = { event: 'ready', url, data, profile };
  if (ctx.out.format !== 'table') return await ctx.out.raw(`${JSON.stringify(ready)}\n`);
  const lines = [`Listening on ${url}, data in ${data}.`];
  if (started.session !== null) {
    lines.push(
      `Made the first user, ${started.session.user.email}, who is also staff. Password, shown once: ${started.password}`,
      'Saved the profiles local (that user, the default) and local-staff. In another terminal: tenantctl whoami',
    );
  } else if (started.staff !== null) lines.push(`Saved the profile local-staff for ${started.staff.email}.`);
  await ctx.out.raw(`${lines.join('\n')}\n`);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));
}
