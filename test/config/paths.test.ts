import { describe, expect, it } from 'vitest';
import { resolvePaths } from '../../src/config/paths.ts';

const home = '/home/ada';

describe('paths', () => {
  it.each([
    {
      name: 'the home directory',
      platform: 'linux',
      env: {},
      paths: [
        '/home/ada/.config/tenantctl',
        '/home/ada/.local/state/tenantctl',
        '/home/ada/.cache/tenantctl',
      ],
    },
    {
      name: 'the same on macOS',
      platform: 'darwin',
      env: { APPDATA: '/wrong' },
      paths: [
        '/home/ada/.config/tenantctl',
        '/home/ada/.local/state/tenantctl',
        '/home/ada/.cache/tenantctl',
      ],
    },
    {
      name: 'XDG',
      platform: 'linux',
      env: { XDG_CONFIG_HOME: '/x/config', XDG_STATE_HOME: '/x/state', XDG_CACHE_HOME: '/x/cache' },
      paths: ['/x/config/tenantctl', '/x/state/tenantctl', '/x/cache/tenantctl'],
    },
    {
      name: 'XDG, of which a relative or empty directory does not count',
      platform: 'linux',
      env: { XDG_CONFIG_HOME: 'config', XDG_STATE_HOME: '', XDG_CACHE_HOME: '/x/cache' },
      paths: ['/home/ada/.config/tenantctl', '/home/ada/.local/state/tenantctl', '/x/cache/tenantctl'],
    },
    {
      name: 'Windows',
      platform: 'win32',
      env: { APPDATA: '/roaming', LOCALAPPDATA: '/local' },
      paths: ['/roaming/tenantctl', '/local/tenantctl/state', '/local/tenantctl/cache'],
    },
    {
      name: 'XDG before %APPDATA%',
      platform: 'win32',
      env: { APPDATA: '/roaming', LOCALAPPDATA: '/local', XDG_CONFIG_HOME: '/x/config' },
      paths: ['/x/config/tenantctl', '/local/tenantctl/state', '/local/tenantctl/cache'],
    },
  ])('come from $name', ({ platform, env, paths: [config, state, cache] }) => {
    expect(resolvePaths({ env, platform, home }, '/work')).toEqual({ config, state, cache, chosen: false });
  });

  it('come from TENANTCTL_CONFIG_DIR before all else, relative to the working directory', () => {
    const env = { TENANTCTL_CONFIG_DIR: 'conf', XDG_CONFIG_HOME: '/x/config' };
    expect(resolvePaths({ env, platform: 'linux', home }, '/work')).toEqual({
      config: '/work/conf',
      state: '/work/conf/state',
      cache: '/work/conf/cache',
      chosen: true,
    });
  });
});
