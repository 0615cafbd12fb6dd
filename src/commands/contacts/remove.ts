import type { Context } from '../../context.ts';
import { asTyped, counted } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { each, tellEach } from '../each.ts';

const spec = {
  path: 'contacts remove',
  summary: 'Remove contacts; a pending invitation is taken back, a link stays',
  args: { contact: { help: 'addresses or ids', rest: true } },
  examples: [
    'tenantctl contacts remove pia@partner.example --account acme',
    'tenantctl contacts list --group old -o id --account acme | xargs tenantctl contacts remove --yes --account acme',
  ],
  operations: ['contacts.delete'],
  next: 'tenantctl contacts list',
} as const satisfies VerbSpec;

export type RemoveOptions = OptionsOf<typeof spec>;

export function removeCommand(ctx: Context, run = removeRun): Verb {
  return verb(spec, ctx, run);
}

export async function removeRun({ contact: names }: RemoveOptions, ctx: Context): Promise<void> {
  const account = ctx.account();
  await ctx.confirmed({
    weight: 'yes',
    what: `remove ${names.length === 1 ? (names[0] ?? '') : counted(names.length, 'contact')} from ${account}`,
    consequences: ['what is known of them here is gone; a pending invitation is taken back, a link stays'],
    command: asTyped(ctx, `tenantctl contacts remove ${names.join(' ')} --account ${account}`),
  });
  const client = ctx.client();
  const done = await each(names, (contact) =>
    client.call('contacts.delete', { params: { account, contact } }),
  );
  await tellEach(ctx, done, { things: 'contacts', word: 'removed', same: 'is removed already' });
}
