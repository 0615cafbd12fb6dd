import type { Context } from '../../context.ts';
import { idPattern } from '../../contract/ids.ts';
import { usageError } from '../../errors.ts';
import { asTyped, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'accounts delegations revoke',
  summary: 'End a log-in to a managed account at once',
  about: 'For administrators of the account and of its master, and for whoever logged in.',
  args: { delegation: { help: 'its id (dlg_...), never its secret' } },
  examples: [
    'tenantctl accounts delegations revoke dlg_01jq8m5v0xdn2k7y3c9r6w4hbz --account acme-dev',
    'tenantctl accounts delegations revoke dlg_01jq8m5v0xdn2k7y3c9r6w4hbz --account acme-dev --yes',
  ],
  operations: ['delegations.revoke'],
  next: 'tenantctl accounts delegations list',
} as const satisfies VerbSpec;

export type RevokeOptions = OptionsOf<typeof spec>;

export function revokeCommand(ctx: Context, run = revokeRun): Verb {
  return verb(spec, ctx, run);
}

export async function revokeRun({ delegation }: RevokeOptions, ctx: Context): Promise<void> {
  checkId(delegation);
  const account = ctx.account();
  if (ctx.flags.dryRun !== true) {
    await ctx.confirmed({
      weight: 'yes',
      what: `revoke the delegation ${delegation} into ${account}`,
      consequences: ['whoever acts by it is refused from then on; it cannot be taken back'],
      command: asTyped(ctx, `tenantctl accounts delegations revoke ${delegation} --account ${account}`),
    });
  }
  const value = await ctx.client().call('delegations.revoke', { params: { account, delegation } });
  await tellChange(ctx, {
    value,
    changed: value.changed,
    done: `Revoked ${delegation}.`,
    already: `${delegation} has ended already.`,
  });
}

/** What is no id may be a secret, pasted by mistake: it is not repeated. */
function checkId(delegation: string): void {
  if (idPattern('delegation').test(delegation)) return;
  throw usageError('DELEGATION is not the id of a delegation', {
    code: 'invalid_value',
    why: 'It begins with dlg_; the secret, which begins with tctl_, is not needed.',
    hint: 'tenantctl accounts delegations list',
  });
}
