import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'batches revoke',
  summary: 'Take back every invitation of a batch that is still pending',
  about:
    'For a wrong file of invitations, of members or of sub-accounts. An open batch is closed. Who has accepted stays a member, or linked; contacts stay as they are. A wrong file of removals is taken back by members restore --csv.',
  args: { batch: { help: 'its id' } },
  examples: [
    'tenantctl batches revoke bat_06a3xw2g5zsq9b7kq3v0m1n8rw --dry-run',
    'tenantctl batches revoke bat_06a3xw2g5zsq9b7kq3v0m1n8rw --yes',
  ],
  operations: ['batches.revoke'],
  next: 'tenantctl batches show BATCH',
} as const satisfies VerbSpec;

export function revokeCommand(ctx: Context, run = revokeRun): Verb {
  return verb(spec, ctx, run);
}

export async function revokeRun({ batch }: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const client = ctx.client();
  const params = { account: ctx.account(), batch };
  const preview = await client.call('batches.revoke', { params, dryRun: true });
  if (ctx.flags.dryRun === true) {
    return await ctx.out.result(preview, `${preview.revoked} invitations would be revoked.`);
  }
  await ctx.confirmed({
    weight: 'yes',
    what: `revoke ${preview.revoked} pending invitations of batch ${batch}`,
    consequences: [
      'mails that have left cannot be called back; their links stop working',
      ...(preview.already_accepted > 0 ? [`${preview.already_accepted} have accepted, and stay`] : []),
    ],
    command: `tenantctl batches revoke ${batch}`,
  });
  const done = await client.call('batches.revoke', { params });
  await ctx.out.result(done, `${done.revoked} invitations are revoked.`);
}
