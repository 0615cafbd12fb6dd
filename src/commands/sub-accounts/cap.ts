import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { capFlags, capsText, givenCaps } from '../caps.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'sub-accounts cap',
  summary: 'Set how much a sub-account may use a month',
  about:
    'Counts from now on for the running month; what was used stays used. Of an invitation that waits it changes what the other side agrees to, so they have to read it again.',
  args: { subAccount: { help: 'slug of the sub-account, the invited address, or the id of the link' } },
  flags: capFlags,
  examples: [
    'tenantctl sub-accounts cap partner --cap 1000',
    'tenantctl sub-accounts cap partner --cap-messages none',
  ],
  operations: ['sub_accounts.show', 'sub_accounts.update'],
  next: 'tenantctl sub-accounts show SUB-ACCOUNT',
} as const satisfies VerbSpec;

export type CapOptions = OptionsOf<typeof spec>;

export function capCommand(ctx: Context, run = capRun): Verb {
  return verb(spec, ctx, run);
}

export async function capRun(options: CapOptions, ctx: Context): Promise<void> {
  const caps = givenCaps(options);
  if (Object.keys(caps).length === 0)
    throw usageError('which cap?', {
      code: 'missing_flag',
      hint: `tenantctl sub-accounts cap ${options.subAccount} --cap N`,
    });
  const params = { account: ctx.account(), link: options.subAccount };
  const client = ctx.client();
  const before = await client.call('sub_accounts.show', { params });
  const link = await client.call('sub_accounts.update', { params, body: { caps } });
  const name = link.account?.slug ?? link.email;
  const text = `${name}: ${capsText(link.caps)}`;
  await tellChange(ctx, {
    value: link,
    changed: link.revision !== before.revision,
    done: `${text}.`,
    already: `${text} already.`,
  });
}
