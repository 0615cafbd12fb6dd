import type { Client } from '../../client/client.ts';
import { variable } from '../../config/host.ts';
import type { Context } from '../../context.ts';
import { operations } from '../../contract/operations.ts';
import { asTenantctlError } from '../../errors.ts';
import { type Finding, failed, ok, skipped, warning } from './finding.ts';

/** Past this, what is valid for minutes (a link, a refreshed session) is too old or not yet valid. */
const CLOCKS_MS = 60_000;
const DAYS_MS = 24 * 60 * 60 * 1000;

/** Every check in the order in which one hangs on the other; one that fails keeps only those that need it from being made. */
export async function examine(ctx: Context): Promise<Finding[]> {
  const node = ok('node', `${ctx.world.node} on ${ctx.world.platform}`);
  const files = configuration(ctx);
  if (files.status === 'failed') return [node, files];
  const machine = [node, files, proxy(ctx), await authorities(ctx), await store(ctx)];
  return [...machine, ...(await connection(ctx))];
}

function configuration(ctx: Context): Finding {
  try {
    const { settings, paths } = ctx.config();
    const profile = settings.profile.value;
    return ok(
      'configuration',
      `${profile === null ? 'no profile' : `profile ${profile}`}, in ${paths.config}`,
    );
  } catch (thrown) {
    return broken('configuration', thrown);
  }
}

function proxy(ctx: Context): Finding {
  const named = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].flatMap((name) => {
    const value = variable(ctx.world.env, name.toLowerCase()) ?? variable(ctx.world.env, name);
    return value === undefined ? [] : [`${name}=${withoutSecret(value)}`];
  });
  return ok('proxy', named.length === 0 ? 'none' : named.join(', '));
}

/** A proxy's address may hold a password. */
const withoutSecret = (value: string): string => value.replace(/\/\/[^/@]*@/, '//***@');

async function authorities(ctx: Context): Promise<Finding> {
  const { value: path } = ctx.config().settings.ca_file;
  if (path === null) return ok('authorities', 'those that Node has built in');
  const { readFile } = await import('node:fs/promises');
  const { X509Certificate } = await import('node:crypto');
  const advice = 'name a file of PEM certificates with --ca-file or TENANTCTL_CA_FILE';
  try {
    const text = await readFile(path, 'utf8');
    const all = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (all.length === 0) return failed('authorities', `${path} has no certificate in it`, advice);
    const past = all
      .map((pem) => new X509Certificate(pem))
      .filter(({ validTo }) => Date.parse(validTo) < ctx.world.clock.now());
    const found = `${all.length} of ${path}`;
    return past.length === 0
      ? ok('authorities', found)
      : warning('authorities', `${found}, ${past.length} of them expired`, advice);
  } catch (thrown) {
    return failed('authorities', `${path}: ${asTenantctlError(thrown).message}`, advice);
  }
}

async function store(ctx: Context): Promise<Finding> {
  const { credentials, profile } = ctx.config();
  if ((await credentials.choosePlace()) === 'keyring') return ok('keyring', 'it keeps what it is given');
  const where = profile === null ? null : credentials.where(profile);
  if (where?.store === 'keyring')
    return failed(
      'keyring',
      `it does not answer, and ${profile?.name} is kept in it`,
      'unlock it, or tenantctl login',
    );
  return warning('keyring', `there is none: credentials lie in ${credentials.file}, readable by you alone`);
}

async function connection(ctx: Context): Promise<Finding[]> {
  const { api_url: url, credential } = ctx.config().settings;
  if (url.value === null) return [failed('api', 'no address is known', 'tenantctl login --api-url URL')];
  const nobody = { token: async () => undefined, renew: async () => undefined };
  // Whoever asks what is wrong does not want to wait for a minute of attempts.
  const hasty = ctx.as({ timeout: ctx.flags.timeout ?? '10s', maxRetries: ctx.flags.maxRetries ?? '0' });
  const client = hasty.client({ credential: nobody, unpinned: true });
  const found = await reached(client, url.value, ctx);
  if (found.some(({ status }) => status === 'failed'))
    return [...found, skipped('credential', 'the API does not answer')];
  if (credential.value.from === 'nowhere')
    return [...found, warning('credential', 'nobody is signed in', 'tenantctl login')];
  return [...found, await signedIn(hasty, ctx)];
}

async function reached(client: Client, url: string, ctx: Context): Promise<Finding[]> {
  const before = ctx.world.clock.now();
  try {
    const answer = await client.raw({ method: 'GET', path: '/openapi.json', headers: {}, body: undefined });
    answer.check();
    const now = ctx.world.clock.now();
    return [
      ok('api', `${url} answers in ${now - before} ms`),
      clocks(answer.headers['date'], now),
      contract(answer.json),
    ];
  } catch (thrown) {
    return [broken('api', thrown)];
  }
}

function clocks(date: string | undefined, now: number): Finding {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return skipped('clock', 'the API does not say what time it is');
  const apart = Math.round((now - theirs) / 1000);
  if (Math.abs(apart) * 1000 < CLOCKS_MS) return ok('clock', 'this machine and the API agree');
  const [seconds, which] = [Math.abs(apart), apart > 0 ? 'ahead of' : 'behind'];
  return warning(
    'clock',
    `this machine is ${seconds} s ${which} the API`,
    'set the clock of whichever is wrong',
  );
}

/** What this tool knows and the server does not is what would be answered by not_found. */
function contract(document: unknown): Finding {
  const theirs = new Set(operationIds(document));
  if (theirs.size === 0)
    return failed('contract', 'this is no tenancy API', 'tenantctl config list --show-origin');
  const ours = Object.keys(operations);
  const missing = ours.filter((id) => !theirs.has(id));
  if (missing.length === 0) return ok('contract', `it has all ${ours.length} operations of this version`);
  const some = missing.slice(0, 3).join(', ');
  return warning(
    'contract',
    `the API is older: it lacks ${missing.length} of ${ours.length} operations (${some}${missing.length > 3 ? ', ...' : ''})`,
    'update the server, or use the tool that came with it',
  );
}

function operationIds(document: unknown): string[] {
  const paths = member(document, 'paths');
  return Object.values(paths ?? {}).flatMap((path) =>
    Object.values(isObject(path) ? path : {}).flatMap((operation) => {
      const id: unknown = isObject(operation) ? Reflect.get(operation, 'operationId') : undefined;
      return typeof id === 'string' ? [id] : [];
    }),
  );
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function member(value: unknown, name: string): object | undefined {
  const found: unknown = isObject(value) ? Reflect.get(value, name) : undefined;
  return isObject(found) ? found : undefined;
}

async function signedIn(hasty: Context, ctx: Context): Promise<Finding> {
  try {
    const { user, credential } = await hasty.client({ unpinned: true }).call('me.show');
    const who = user?.email ?? credential.name ?? credential.kind;
    const ends = credential.expires_at;
    const kind = `${who}, by a ${credential.kind} token`;
    if (ends === null || credential.kind === 'user') return ok('credential', kind);
    const days = Math.floor((Date.parse(ends) - ctx.world.clock.now()) / DAYS_MS);
    if (days >= 7 || credential.kind === 'dlg') return ok('credential', `${kind}, until ${ends}`);
    return warning(
      'credential',
      `${kind}, which ends in ${days} days (${ends})`,
      'tenantctl tokens create NAME',
    );
  } catch (thrown) {
    return broken('credential', thrown);
  }
}

function broken(check: string, thrown: unknown): Finding {
  const { message, why, hint } = asTenantctlError(thrown);
  return failed(check, why === undefined ? message : `${message}: ${why}`, hint ?? null);
}
