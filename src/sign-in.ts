import type { Client, Credential } from './client/client.ts';
import { readEnvToken } from './config/env-token.ts';
import { accessToken } from './config/session.ts';
import type { Config } from './context.ts';

/** The run's credential: the environment's token, else the profile's session, renewed when its time is over. */
export function profileCredential(config: Config, apiUrl: string, anonymous: () => Client): Credential {
  const { settings, profile, credentials, host, paths } = config;
  const source = settings.credential.value;
  const session = async (refused?: string): Promise<string | undefined> => {
    if (profile === null || source.from !== 'profile') return undefined;
    const refresh = (refreshToken: string) =>
      anonymous().call('auth.refresh', { body: { refresh_token: refreshToken } });
    return await accessToken({
      profile,
      apiUrl,
      credentials,
      host,
      configDirectory: paths.config,
      refresh,
      refused,
    });
  };
  return {
    token: async () => (await readEnvToken(source, host.env))?.token ?? (await session()),
    renew: (stale) => session(stale),
  };
}
