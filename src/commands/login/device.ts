import type { Context } from '../../context.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Session } from '../../contract/types.ts';
import { authError, TenantctlError } from '../../errors.ts';

type Client = ReturnType<Context['client']>;

/** Signs in by a browser, here or on another machine (RFC 8628): shows where to go, and waits until somebody has. */
export async function signInByBrowser(client: Client, browser: boolean, ctx: Context): Promise<Session> {
  const { hostname } = ctx.world;
  const begun = await client.call('auth.device', {
    body: { client: `tenantctl on ${hostname}`.slice(0, 100) },
  });
  ctx.out.say(`To sign in, open ${begun.verification_uri} and enter the code ${begun.user_code}`);
  if (browser && isWeb(begun.verification_uri_complete))
    await ctx.world.openUrl?.(begun.verification_uri_complete);
  return await ctx.out.wait('Waiting for you to approve it in the browser', approved(client, begun, ctx));
}

/** Nothing but a page: another scheme would start another program. */
function isWeb(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

async function approved(client: Client, begun: Answer<'auth.device'>, ctx: Context): Promise<Session> {
  const { clock, signal } = ctx.world;
  const ends = clock.now() + begun.expires_in * 1000;
  for (let pause = begun.interval; clock.now() < ends; ) {
    await clock.sleep(pause * 1000, signal);
    try {
      return await client.call('auth.device_token', { body: { device_code: begun.device_code } });
    } catch (thrown) {
      const code = thrown instanceof TenantctlError ? thrown.code : '';
      // RFC 8628, 3.5: five seconds more from now on.
      if (code === 'slow_down') pause += 5;
      else if (code !== 'authorization_pending') throw ended(thrown);
    }
  }
  throw late();
}

function ended(thrown: unknown): unknown {
  if (!(thrown instanceof TenantctlError)) return thrown;
  if (thrown.code === 'expired_token') return late();
  if (thrown.code !== 'access_denied') return thrown;
  return authError('the sign-in was denied in the browser', { code: thrown.code, hint: 'tenantctl login' });
}

const late = () =>
  authError('nobody approved the sign-in in time', { code: 'expired_token', hint: 'tenantctl login' });
