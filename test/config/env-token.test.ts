import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnvToken } from '../../src/config/env-token.ts';
import { mintToken } from '../../src/contract/token.ts';
import { temporaryDirectory } from './machine.ts';

describe('a token in the environment', () => {
  it('is read from the variable', async () => {
    const token = mintToken('api');
    expect(await readEnvToken({ from: 'token' }, { TENANTCTL_TOKEN: ` ${token}\n` })).toEqual({
      token,
      kind: 'api',
    });
  });

  it('is read from the file each time, and written nowhere', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'token');
    for (const token of [mintToken('api'), mintToken('staff')]) {
      writeFileSync(path, `${token}\n`);
      expect(await readEnvToken({ from: 'token_file', path }, {})).toMatchObject({ token });
    }
    expect(readdirSync(directory)).toEqual(['token']);
  });

  it('is none where the profile gives the credential', async () => {
    expect(await readEnvToken({ from: 'profile' }, { TENANTCTL_TOKEN: mintToken('api') })).toBeNull();
    expect(await readEnvToken({ from: 'nowhere' }, {})).toBeNull();
  });

  it('that is mistyped is refused by name, without repeating it', async () => {
    const typo = `${mintToken('api').slice(0, -1)}!`;
    const error: unknown = await readEnvToken({ from: 'token' }, { TENANTCTL_TOKEN: typo }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({
      outcome: 'auth',
      code: 'malformed_token',
      message: 'TENANTCTL_TOKEN does not hold a token',
    });
    expect(JSON.stringify(error)).not.toContain(typo.slice(10, 40));
  });

  it('whose file is missing is refused by name', async () => {
    const path = join(temporaryDirectory(), 'none');
    await expect(readEnvToken({ from: 'token_file', path }, {})).rejects.toMatchObject({
      outcome: 'auth',
      code: 'token_file_unreadable',
      message: `TENANTCTL_TOKEN_FILE: ${path} cannot be read`,
    });
  });
});
