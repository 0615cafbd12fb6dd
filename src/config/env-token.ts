import { readFileSync } from 'node:fs';
import type { TokenKind } from '../contract/token.ts';
import { authError } from '../errors.ts';
import { type Host, variable } from './host.ts';
import type { CredentialSource } from './resolve.ts';

export interface EnvToken {
  readonly token: string;
  readonly kind: TokenKind;
}

/**
 * The token that TENANTCTL_TOKEN_FILE or TENANTCTL_TOKEN gives, null if neither is the source. It stays in
 * memory. The file is read anew on every call: whoever rotates it need not restart anything.
 */
export async function readEnvToken(source: CredentialSource, env: Host['env']): Promise<EnvToken | null> {
  if (source.from === 'token') return check(variable(env, 'TENANTCTL_TOKEN') ?? '', 'TENANTCTL_TOKEN');
  if (source.from !== 'token_file') return null;
  return check(readToken(source.path), `TENANTCTL_TOKEN_FILE (${source.path})`);
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw authError(`TENANTCTL_TOKEN_FILE: ${path} cannot be read`, {
      code: 'token_file_unreadable',
      why: cause instanceof Error ? cause.message : undefined,
      cause,
    });
  }
}

/** By its form alone, which every run can look at without loading anything. */
export function isDelegation(token: string | undefined): boolean {
  return token?.startsWith('tctl_dlg_') === true;
}

async function check(token: string, source: string): Promise<EnvToken> {
  // Loaded here: it brings node:crypto, which most runs do without.
  const { parseToken } = await import('../contract/token.ts');
  const kind = parseToken(token)?.kind;
  if (kind !== undefined) return { token, kind };
  throw authError(`${source} does not hold a token`, {
    code: 'malformed_token',
    why: 'its form or its checksum is wrong: it was cut, mistyped, or is something else',
    hint: 'copy it again from where it was made: tenantctl tokens create',
  });
}
