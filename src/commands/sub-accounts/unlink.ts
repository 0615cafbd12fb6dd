import type { Context } from '../../context.ts';
import type { Answer } from '../../contract/shapes.ts';
import { asTyped, counted, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'sub-accounts unlink',
  summary: 'End the link to a sub-account, or revoke its invitation',
  about:
    'It is never refused. Its forms are not seen any more, it pays for itself from now on, and its administrators are told; used credits stay used. --dry-run shows what ends.',
  args: { subAccount: { help: 'slug of the sub-account, the invited address, or the id of the link' } },
  examples: [
    'tenantctl sub-accounts unlink partner --dry-run',
    'tenantctl sub-accounts unlink partner --yes',
    'tenantctl sub-accounts unlink pia@partner.example --yes',
  ],
  operations: ['sub_accounts.unlink'],
  next: 'tenantctl sub-accounts list',
} as const satisfies VerbSpec;

export type UnlinkOptions = OptionsOf<typeof spec>;
type Unlinked = Answer<'sub_accounts.unlink'>;

export function unlinkCommand(ctx: Context, run = unlinkRun): Verb {
  return verb(spec, ctx, run);
}

const nameOf = ({ link }: Unlinked): string => link.account?.slug ?? link.email;

function consequences({ ends, link }: Unlinked): string[] {
  if (ends === null)
    return [`${link.email} cannot accept any more; a mail that has left cannot be called back`];
  return [
    `you lose sight of ${counted(ends.forms, 'form')} and what was recorded there`,
    'it pays for its uploads and messages itself, and has what its own plan gives',
    ...(ends.grants > 0
      ? [`${counted(ends.grants, 'person of yours loses', 'people of yours lose')} the grant of it`]
      : []),
    'its administrators are told; only a new invitation brings it back',
  ];
}

export async function unlinkRun({ subAccount: link }: UnlinkOptions, ctx: Context): Promise<void> {
  const client = ctx.client();
  const params = { account: ctx.account(), link };
  const dryRun = ctx.flags.dryRun === true;
  const preview = await client.call('sub_accounts.unlink', { params, dryRun: true });
  const revokes = preview.ends === null;
  const name = nameOf(preview);
  if (preview.changed && !dryRun) {
    await ctx.confirmed({
      weight: 'yes',
      what: revokes ? `revoke the invitation of ${name}` : `end the link to ${name}`,
      consequences: consequences(preview),
      command: asTyped(ctx, `tenantctl sub-accounts unlink ${link} --account ${params.account}`),
    });
  }
  if (preview.changed && dryRun) for (const line of consequences(preview)) ctx.out.note(line);
  const done = dryRun || !preview.changed ? preview : await client.call('sub_accounts.unlink', { params });
  const would = dryRun ? 'would be ' : 'is ';
  await tellChange(ctx, {
    value: done,
    changed: done.changed,
    done: revokes
      ? `The invitation of ${name} ${would}revoked.`
      : `${name} ${dryRun ? 'would not be' : 'is not'} under the umbrella any more.`,
    already: `The link to ${name} is ${done.link.state} already.`,
  });
}
