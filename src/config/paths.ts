import { isAbsolute, join, resolve } from 'node:path';
import { type Host, variable } from './host.ts';

export interface Paths {
  /** Profiles and, without a keyring, credentials. */
  readonly config: string;
  /** What outlives a run and nobody edits: bulk reports' journals. */
  readonly state: string;
  /** What may vanish at any time: names for completion. */
  readonly cache: string;
  /** Set when TENANTCTL_CONFIG_DIR chose the directory, so that its keyring entries stay apart. */
  readonly chosen: boolean;
}

type Kind = 'config' | 'state' | 'cache';
const XDG = { config: 'XDG_CONFIG_HOME', state: 'XDG_STATE_HOME', cache: 'XDG_CACHE_HOME' } as const;
const HOME = { config: ['.config'], state: ['.local', 'state'], cache: ['.cache'] } as const;

/**
 * TENANTCTL_CONFIG_DIR (with state and cache inside it) > XDG > %APPDATA% and %LOCALAPPDATA% on Windows >
 * ~/.config, ~/.local/state and ~/.cache, on macOS too. `cwd` makes a relative directory absolute.
 */
export function resolvePaths(host: Pick<Host, 'env' | 'platform' | 'home'>, cwd: string): Paths {
  const chosen = variable(host.env, 'TENANTCTL_CONFIG_DIR');
  if (chosen !== undefined) {
    const config = resolve(cwd, chosen);
    return { config, state: join(config, 'state'), cache: join(config, 'cache'), chosen: true };
  }
  const directory = (kind: Kind) => join(base(host, kind), 'tenantctl');
  return {
    config: directory('config'),
    state: host.platform === 'win32' ? join(directory('state'), 'state') : directory('state'),
    cache: host.platform === 'win32' ? join(directory('cache'), 'cache') : directory('cache'),
    chosen: false,
  };
}

function base({ env, platform, home }: Pick<Host, 'env' | 'platform' | 'home'>, kind: Kind): string {
  const xdg = variable(env, XDG[kind]);
  // The XDG specification says to ignore a relative path.
  if (xdg !== undefined && isAbsolute(xdg)) return xdg;
  const windows = platform === 'win32' && variable(env, kind === 'config' ? 'APPDATA' : 'LOCALAPPDATA');
  return windows || join(home, ...HOME[kind]);
}
