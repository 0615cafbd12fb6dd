import { resolve } from 'node:path';
import { type Client, createClient } from './client/client.ts';
import { type UndiciSender, undiciSender } from './client/undici.ts';
import { Credentials } from './config/credentials.ts';
import type { Host } from './config/host.ts';
import { variable } from './config/host.ts';
import { resolvePaths } from './config/paths.ts';
import { profilesFile, readProfiles } from './config/profiles.ts';
import { findProject } from './config/project.ts';
import { requireApiUrl, resolveConfig, workspaceOf } from './config/resolve.ts';
import { readOutput } from './config/values.ts';
import type { ClientChoice, Config, Context, Flags } from './context.ts';
import { actingOf, announceIn, markOf, mustBePerson } from './delegated.ts';
import { usageError } from './errors.ts';
import { hasColour } from './output/colour.ts';
import { parseFields } from './output/fields.ts';
import { createOutput, type Format, type Output } from './output/output.ts';
import { safeLine } from './output/text.ts';
import { confirmed } from './prompt/confirmed.ts';
import { createPrompt, type Prompt } from './prompt/prompt.ts';
import { type Agreement, guardOf } from './safety.ts';
import { profileCredential } from './sign-in.ts';
import { readAll } from './stdin.ts';
import type { World } from './world.ts';

interface RunState {
  /** The command ends itself on Ctrl-C. */
  held: boolean;
  readonly agreement: Agreement;
}

/** A run's context, and what main needs to end it. */
export interface Run {
  readonly ctx: Context;
  readonly state: RunState;
  close(): Promise<void>;
}

/** What contexts of one run have in common (`ctx.as`); `ctx.inAccount` also shares the configuration and the connections. */
interface Shared {
  readonly out: Output;
  readonly prompt?: Prompt;
  readonly state: RunState;
  readonly opened: UndiciSender[];
  readonly config?: Config;
  readonly sender?: () => UndiciSender;
  readonly drains?: boolean;
}

/** One more than a terminal's table shows, so that it can say that there is more. */
const terminalRows = 51;

/** Builds the context: every part is made at its first use, and then kept. */
export function assemble(world: World, flags: Flags, shared?: Shared): Run {
  const state: RunState = shared?.state ?? { held: false, agreement: { slugs: new Set(), asked: undefined } };
  const opened = shared?.opened ?? [];
  const config = once(() => shared?.config ?? readConfig(world, flags, ctx, false));
  const newConfig = once(() => readConfig(world, flags, ctx, true));
  const out = once(() => shared?.out ?? openOutput(world, flags, config));
  const prompt = once(() => shared?.prompt ?? openPrompt(world, flags, () => markOf(ctx)));
  const acting = once(() => actingOf(ctx));
  const sender = shared?.sender ?? once(() => openSender(ctx, opened));
  const plainClient = once(() => openClient({}));

  const openClient = (choice: ClientChoice): Client => {
    const { settings } = choice.apiUrl === undefined ? config() : newConfig();
    const apiUrl = choice.apiUrl ?? requireApiUrl(settings);
    return createClient({
      baseUrl: apiUrl,
      send: world.send ?? sender().send,
      credential: choice.credential ?? profileCredential(config(), apiUrl, () => anonymous(choice)),
      guard: guardOf(ctx, choice, state.agreement, () => ctx.client({ ...choice, unpinned: true })),
      userAgent: `tenantctl/${world.version} (node ${world.node}; ${world.platform})`,
      clock: world.clock,
      random: world.random,
      uuid: world.uuid,
      timeoutMs: settings.timeout.value,
      maxRetries: settings.max_retries.value,
      notice: (text) => ctx.out.note(text),
      debug: settings.debug.value ? (line) => ctx.out.say(`debug: ${line}`) : undefined,
      signal: choice.drains === true || shared?.drains === true ? undefined : world.signal,
    });
  };
  const anonymous = (choice: ClientChoice) =>
    ctx.client({ ...choice, credential: { token: async () => undefined, renew: async () => undefined } });

  const ctx: Context = {
    flags,
    world,
    get out() {
      return out();
    },
    get prompt() {
      return prompt();
    },
    config: ({ newProfile = false } = {}) => (newProfile ? newConfig() : config()),
    client: (choice) => (choice === undefined ? plainClient() : openClient(choice)),
    acting,
    announce: () => announceIn(ctx),
    mustBePerson: () => mustBePerson(ctx),
    credential: () => profileCredential(config(), requireApiUrl(config().settings), () => anonymous({})),
    as: (other) =>
      assemble(world, { ...flags, ...other }, { out: out(), prompt: prompt(), state, opened }).ctx,
    inAccount: ({ account, out: printed, drains }) =>
      assemble(
        world,
        { ...flags, account, yes: true, noInput: true },
        {
          out: printed,
          state: { held: true, agreement: { slugs: new Set(), asked: Promise.resolve() } },
          opened,
          config: configIn(config(), account),
          sender,
          drains,
        },
      ).ctx,
    account: (named) => named ?? config().settings.account.value ?? noAccount(),
    workspace: () => workspaceOf(config().settings),
    max: () => maxOf(flags, ctx.out, world),
    listing: (empty) => ({ empty, all: flags.all === true || flags.limit !== undefined }),
    confirmed: async (request) => {
      await confirmed({ ...request, yes: flags.yes, confirm: flags.confirm }, ctx);
      if (request.weight === 'slug' && request.slug !== undefined) state.agreement.slugs.add(request.slug);
    },
    readStdin: async (what, maxBytes) => (await readAll(world.stdin, what, maxBytes)).toString('utf8'),
    readStdinBytes: (what, maxBytes) => readAll(world.stdin, what, maxBytes),
    holdInterrupt: () => {
      state.held = true;
      return world.signal;
    },
  };
  return { ctx, state, close: async () => void (await Promise.all(opened.map((one) => one.close()))) };
}

/** As if --account had named it. */
function configIn(config: Config, account: string): Config {
  const named = { value: account, origin: 'flag' as const, source: '--account' };
  return { ...config, settings: { ...config.settings, account: named } };
}

function openSender(ctx: Context, opened: UndiciSender[]): UndiciSender {
  const { settings } = ctx.config({ newProfile: true });
  const sender = undiciSender({ caFile: settings.ca_file.value, proxy: proxyOf(ctx.world.env) });
  opened.push(sender);
  return sender;
}

function readConfig(world: World, flags: Flags, ctx: Context, newProfile: boolean): Config {
  const host: Host = { ...world, now: () => world.clock.now(), warn: (message) => ctx.out.warn(message) };
  const paths = resolvePaths(host, world.cwd);
  const profiles = readProfiles(paths.config, host);
  const sources = {
    flags: { ...flags, maxRetries: flags.maxRetries, noInput: flags.noInput },
    env: world.env,
    project: findProject(world.cwd, host),
    profiles,
    profilesPath: profilesFile(paths.config),
    newProfile,
  };
  const credentials = new Credentials(host, paths, world.openKeyring);
  return { ...resolveConfig(sources), profiles, paths, host, credentials };
}

function openOutput(world: World, flags: Flags, config: () => Config): Output {
  return createOutput({
    stdout: world.stdout,
    stderr: world.stderr,
    env: world.env,
    format: formatOf(world, flags, config),
    fields: flags.fields === undefined ? undefined : parseFields(flags.fields),
    headers: flags.noHeaders !== true,
    // Found from the run's directory, as every file is; `-` is stdout.
    file: flags.out === undefined || flags.out === '-' ? flags.out : resolve(world.cwd, flags.out),
    color: flags.noColor === true ? 'never' : flags.color,
    quiet: flags.quiet,
    debug: flags.debug,
  });
}

function formatOf(world: World, flags: Flags, config: () => Config): Format | undefined {
  if (flags.json === true && flags.output !== undefined && flags.output !== 'json') {
    throw usageError(`--json and -o ${flags.output} contradict each other`, { code: 'invalid_value' });
  }
  if (flags.json === true) return 'json';
  if (flags.output !== undefined) return readOutput(flags.output, '--output');
  const fromEnv = variable(world.env, 'TENANTCTL_OUTPUT');
  if (fromEnv !== undefined) return readOutput(fromEnv, 'TENANTCTL_OUTPUT');
  try {
    return config().settings.output.value ?? undefined;
  } catch {
    // What is wrong with the configuration is told by whoever needs it; saying so needs an output.
    return undefined;
  }
}

function openPrompt(world: World, flags: Flags, mark: () => Promise<string>): Prompt {
  return createPrompt({
    stdin: world.stdin,
    stderr: world.stderr,
    env: world.env,
    interactive: flags.noInput !== true,
    clean: safeLine,
    mark,
    color: hasColour(world.stderr, world.env, flags.noColor === true ? 'never' : flags.color),
  });
}

function maxOf(flags: Flags, out: Output, world: World): number | undefined {
  if (flags.limit !== undefined) return flags.limit;
  const short = out.format === 'table' && world.stdout.isTTY === true && flags.out === undefined;
  return short && flags.all !== true ? terminalRows : undefined;
}

function noAccount(): never {
  throw usageError('which account?', {
    code: 'no_account',
    why: 'Neither the command, --account, TENANTCTL_ACCOUNT, .tenantctl.json nor the profile names one.',
    hint: 'tenantctl accounts list, then tenantctl accounts use ACCOUNT',
  });
}

function proxyOf(env: World['env']) {
  const either = (name: string) => variable(env, name.toLowerCase()) ?? variable(env, name);
  const [httpProxy, httpsProxy, noProxy] = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].map(either);
  return httpProxy === undefined && httpsProxy === undefined ? undefined : { httpProxy, httpsProxy, noProxy };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
