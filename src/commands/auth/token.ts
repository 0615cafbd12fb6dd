import type { Context } from '../../context.ts';
import { authError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'auth token',
  summary: 'Print the bearer token, for another program',
  about:
    'It is a secret: it grants what you may do until it expires. It is renewed first if its time is over.',
  examples: [
    'tenantctl auth token',
    'curl -H "Authorization: Bearer $(tenantctl auth token)" https://api.example.com/v1/me',
  ],
  operations: [],
} as const satisfies VerbSpec;

export function tokenCommand(ctx: Context, run = tokenRun): Verb {
  return verb(spec, ctx, run);
}

export async function tokenRun(_options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const token = await ctx.credential().token();
  if (token === undefined) throw authError('nobody is signed in', { hint: 'tenantctl login' });
  await ctx.out.result({ token }, token);
}
