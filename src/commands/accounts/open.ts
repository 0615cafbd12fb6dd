import type { Credential } from '../../client/client.ts';
import { readDuration } from '../../config/values.ts';
import type { Context } from '../../context.ts';
import { limits } from '../../contract/limits.ts';
import type { Delegation } from '../../contract/types.ts';
import { TenantctlError, usageError } from '../../errors.ts';
import type { FlagSpecs } from '../spec.ts';

/** What `login` and `exec` ask alike. */
export const openFlags = {
  reason: { value: 'TEXT', help: 'why, for the trail of both accounts', required: 'Why do you log in' },
  for: { value: 'TIME', help: 'how long: 10m, 45m (default 30m, at most 1h)' },
} as const satisfies FlagSpecs;

export interface Opening {
  readonly account: string;
  readonly reason: string;
  readonly for?: string | undefined;
}

export interface Opened {
  readonly delegation: Delegation;
  readonly secret: string;
}

/** What is wrong with a request for a delegation is said before anything is asked or made. */
export async function checkOpening({ for: time }: Opening, ctx: Context): Promise<void> {
  minutesOf(time);
  const acting = await ctx.acting();
  if (acting === null) return;
  const base = ctx.config().profile?.delegation?.base ?? null;
  throw usageError(`this run acts in ${acting.account} by delegation, and a delegation opens no other`, {
    code: 'delegation_profile',
    hint:
      base === null
        ? 'leave the program that was given the delegation, and log in as yourself'
        : `the same command with --profile ${base}`,
  });
}

/** `--read-only`, or a profile that is: then the server holds the delegation to it, too. */
export function isReadOnly(ctx: Context): boolean {
  return ctx.config().settings.read_only.value;
}

export async function open({ account, reason, for: time }: Opening, ctx: Context): Promise<Opened> {
  const mode = isReadOnly(ctx) ? 'read_only' : 'full';
  const body = { reason, minutes: minutesOf(time), mode } as const;
  // An answer on its way is waited for: a delegation whose secret was lost could only be revoked by its id.
  return await ctx.client({ drains: true }).call('delegations.create', { params: { account }, body });
}

/** Ends it by its own token; false if that was over already. That the server could not be told is said, not fatal. */
export async function close(
  { secret, delegation }: { secret: string; delegation: { expires_at: string } },
  ctx: Context,
  apiUrl?: string,
): Promise<boolean> {
  const credential: Credential = { token: async () => secret, renew: async () => undefined };
  const choice = { credential, unpinned: true, drains: true };
  try {
    const client = ctx.client(apiUrl === undefined ? choice : { ...choice, apiUrl });
    return (await client.call('auth.logout')).changed;
  } catch (error) {
    if (!(error instanceof TenantctlError) || error.outcome === 'interrupted') throw error;
    if (error.outcome !== 'auth')
      ctx.out.warn(
        `the server was not told; the delegation ends at ${delegation.expires_at}: ${error.message}`,
      );
    return false;
  }
}

const MINUTE_MS = 60_000;

function minutesOf(time: string | undefined): number {
  if (time === undefined) return limits.delegationMinutes;
  const minutes = Math.floor(readDuration(time, '--for') / MINUTE_MS);
  if (minutes >= 1 && minutes <= limits.delegationMinutesMax) return minutes;
  throw usageError(`--for ${time}: from 1m to ${limits.delegationMinutesMax}m`, {
    code: 'invalid_value',
    why: 'A number without a unit is seconds.',
    hint: `--for ${limits.delegationMinutes}m`,
  });
}
