import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { nameOf } from './columns.ts';
import { bodyOf, contactFlags, invitationText } from './fields.ts';

const spec = {
  path: 'contacts add',
  summary: 'Add a contact; one marked as sub-account is invited',
  about:
    'A contact has an address or a mobile number, and an address belongs to one contact. Marked as sub-account, the owner of the address is invited under your umbrella by the same save, if you may invite; else the contact is saved all the same, and the answer says so.',
  args: { email: { help: 'address', optional: true } },
  flags: contactFlags,
  examples: [
    'tenantctl contacts add pia@partner.example --first-name Pia --groups pilots,north',
    'tenantctl contacts add pia@partner.example --mobile "+41 79 123 45 67" --sub-account --cap 500',
    'tenantctl contacts add --first-name Bo --mobile "+41 79 123 45 68"',
  ],
  operations: ['contacts.create'],
  next: 'tenantctl contacts list',
} as const satisfies VerbSpec;

export type AddOptions = OptionsOf<typeof spec>;

export function addCommand(ctx: Context, run = addRun): Verb {
  return verb(spec, ctx, run);
}

export async function addRun(options: AddOptions, ctx: Context): Promise<void> {
  const { email, mobile } = options;
  if (email === undefined && mobile === undefined) {
    const hint = 'name an address, or a number with --mobile NUMBER; a file with contacts import --csv FILE';
    throw usageError('whom to add?', { code: 'missing_argument', hint });
  }
  const body = { ...(email !== undefined && { email }), ...(await bodyOf(ctx, options)) };
  const saved = await ctx.client().call('contacts.create', { params: { account: ctx.account() }, body });
  await ctx.out.result(saved, `Added ${nameOf(saved)}.${invitationText(saved.invitation)}`);
}
