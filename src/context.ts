import type { Client, Credential } from './client/client.ts';
import type { FlagValues } from './commands/spec.ts';
import type { Credentials } from './config/credentials.ts';
import type { Acting } from './config/delegation.ts';
import type { Host } from './config/host.ts';
import type { Paths } from './config/paths.ts';
import type { Profile, Profiles } from './config/profiles.ts';
import type { Settings } from './config/resolve.ts';
import type { globalFlags } from './flags.ts';
import type { Output } from './output/output.ts';
import type { Confirmation } from './prompt/confirmed.ts';
import type { Prompt } from './prompt/prompt.ts';
import type { World } from './world.ts';

export type Flags = FlagValues<typeof globalFlags>;

/** The configuration of this run, read once. */
export interface Config {
  readonly settings: Settings;
  /** The one that `settings.profile` names, if it exists. */
  readonly profile: Profile | null;
  readonly profiles: Profiles;
  readonly paths: Paths;
  readonly host: Host;
  readonly credentials: Credentials;
}

/** What a command needs, as thunks: building it opens no file and no connection. */
export interface Context {
  readonly flags: Flags;
  readonly world: World;
  readonly out: Output;
  readonly prompt: Prompt;
  /**
   * Reads profiles and project file at the first call. `login` and `profiles add` may name a profile
   * that does not exist yet: `{ newProfile: true }`.
   */
  config(options?: { readonly newProfile?: boolean }): Config;
  /** Signed calls to the API of this run's profile; throws a usage error if there is none. */
  client(options?: ClientChoice): Client;
  /** The delegation that this run acts by (`accounts login`, `exec`); null for everybody else. Asked once a run. */
  acting(): Promise<Acting | null>;
  /** Says on a terminal in whose account it acts, if by delegation: before every change (threats T139). */
  announce(): Promise<void>;
  /** Throws what the API would answer to a delegation: for what asks for a password first. */
  mustBePerson(): Promise<void>;
  /** The bearer token of this run, for what shows or renews it. */
  credential(): Credential;
  /** The same run with other global flags: another profile, say. Output and questions stay the same. */
  as(flags: Partial<Flags>): Context;
  /**
   * The same run in one of several accounts, for fan-out and apply: whatever had to be agreed to was agreed to for
   * all of them, so nothing is asked any more; what it prints is the other output's.
   */
  inAccount(place: Place): Context;
  /** The account to act in: the argument if given, else --account, environment, project, profile; else a usage error. */
  account(named?: string | undefined): string;
  /** The workspace to act in, if one is named for that account: else the server takes its `default`. */
  workspace(): string | undefined;
  /** How many items of a list are wanted at most, by --limit, --all and where the result goes. */
  max(): number | undefined;
  /** For `out.list`: what to say when there is nothing, and whether a table may be long. */
  listing(empty: string): { readonly empty: string; readonly all: boolean };
  /** The one guard of what takes away: --yes and --confirm are filled in. */
  confirmed(request: Omit<Confirmation, 'yes' | 'confirm'>): Promise<void>;
  /** All of stdin as text. A usage error if it is a terminal, or larger than `maxBytes` (1 MiB). */
  readStdin(what: string, maxBytes?: number): Promise<string>;
  /** The same as bytes, for what says itself how it is encoded. */
  readStdinBytes(what: string, maxBytes: number): Promise<Uint8Array>;
  /**
   * From here the command ends itself on Ctrl-C, having finished what is in flight: the run no longer ends at
   * once, and clients made with `drains` keep sending. A second Ctrl-C ends it all the same.
   */
  holdInterrupt(): AbortSignal;
}

export interface Place {
  readonly account: string;
  readonly out: Output;
  /** Its calls are not cut by the first Ctrl-C. */
  readonly drains: boolean;
}

export interface ClientChoice {
  /** Another address than the profile's: `login` to a new API. */
  readonly apiUrl?: string;
  /** Another credential than the profile's. */
  readonly credential?: Credential;
  /** Asks about itself, to find out whether it fits the pin. */
  readonly unpinned?: boolean;
  /** Not cut by the first Ctrl-C (bulk). */
  readonly drains?: boolean;
}
