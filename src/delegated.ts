import {
  type Acting,
  actingByIdentity,
  actingByProfile,
  actingText,
  loginAgain,
} from './config/delegation.ts';
import { isDelegation } from './config/env-token.ts';
import { variable } from './config/host.ts';
import type { Context } from './context.ts';
import { TenantctlError } from './errors.ts';

/** The delegation that this run acts by, if it does: its profile says so, or the API about the environment's token. */
export async function actingOf(ctx: Context): Promise<Acting | null> {
  const { settings, profile } = ctx.config({ newProfile: true });
  const { from } = settings.credential.value;
  if (from === 'profile') return profile === null ? null : actingByProfile(profile);
  if (from !== 'token' || !isDelegation(variable(ctx.world.env, 'TENANTCTL_TOKEN'))) return null;
  try {
    return actingByIdentity(await ctx.client({ unpinned: true }).call('me.show'));
  } catch (error) {
    // Whatever the command itself asks will be refused alike, and then it is told.
    if (error instanceof TenantctlError && error.outcome !== 'interrupted') return null;
    throw error;
  }
}

/** Before every question: whose account is about to be acted in. */
export async function markOf(ctx: Context): Promise<string> {
  const acting = await ctx.acting();
  return acting === null ? '' : `[${actingText(acting, ctx.world.clock.now())}] `;
}

export async function announceIn(ctx: Context): Promise<void> {
  if (ctx.world.stderr.isTTY !== true) return;
  const acting = await ctx.acting();
  if (acting !== null) ctx.out.note(`Acting in ${actingText(acting, ctx.world.clock.now())}.`);
}

export async function mustBePerson(ctx: Context): Promise<void> {
  const acting = await ctx.acting();
  if (acting === null) return;
  throw new TenantctlError('forbidden', {
    code: 'forbidden',
    message: `this is for the signed-in person, and this run acts in ${acting.account} by delegation`,
    reasons: [{ check: 'delegation', ok: false, text: 'this is never done by delegation' }],
  });
}

const overCodes = ['token_expired', 'delegation_ended', 'invalid_token'];

/** What to do about a refusal, where the run acts by delegation: not what a session would be told. */
export function advised(error: TenantctlError, ctx: Context): TenantctlError {
  const delegated = delegationOf(ctx);
  if (delegated === null) return error;
  const { base } = delegated.delegation ?? { base: null };
  if (overCodes.includes(error.code)) return error.with({ hint: loginAgain(delegated) });
  const never = error.reasons?.some(({ check }) => check === 'delegation') === true;
  return never && base !== null ? error.with({ hint: `the same command with --profile ${base}` }) : error;
}

function delegationOf(ctx: Context) {
  try {
    const { settings, profile } = ctx.config();
    const own = settings.credential.value.from === 'profile' && profile?.delegation != null;
    return own ? profile : null;
  } catch {
    // A configuration that cannot be read is the error itself.
    return null;
  }
}
