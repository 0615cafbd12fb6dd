import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { nameOf } from './columns.ts';
import { bodyOf, contactFlags, invitationText } from './fields.ts';

const spec = {
  path: 'contacts update',
  summary: 'Change a contact; marking it invites, clearing the mark takes that back',
  about:
    'What is not named stays; an empty value ("") empties a field, and --groups none all groups. Clearing the mark revokes a pending invitation and never ends a link. An invitation does not follow to another address by itself: say --sub-account again, or --clear-mark.',
  args: { contact: { help: 'address or id' } },
  flags: {
    email: { value: 'EMAIL', help: 'the new address' },
    ...contactFlags,
    clearMark: { help: 'not to become a sub-account any more' },
    ifRevision: { value: 'N', number: true, help: 'only if it is still at this revision' },
  },
  examples: [
    'tenantctl contacts update pia@partner.example --organization "Partner Ltd" --groups pilots',
    'tenantctl contacts update pia@partner.example --sub-account --cap-uploads 500 --cap-messages none',
    'tenantctl contacts update pia@partner.example --clear-mark',
  ],
  operations: ['contacts.show', 'contacts.update'],
  next: 'tenantctl contacts show CONTACT',
} as const satisfies VerbSpec;

export type UpdateOptions = OptionsOf<typeof spec>;

export function updateCommand(ctx: Context, run = updateRun): Verb {
  return verb(spec, ctx, run);
}

export async function updateRun(options: UpdateOptions, ctx: Context): Promise<void> {
  const { contact, email, subAccount, clearMark, ifRevision } = options;
  if (subAccount && clearMark)
    throw usageError('--sub-account and --clear-mark contradict each other', { code: 'invalid_value' });
  const body = {
    ...(email !== undefined && { email: email.trim() === '' ? null : email }),
    ...(await bodyOf(ctx, options)),
    ...(clearMark && { sub_account: false }),
  };
  if (Object.keys(body).length === 0)
    throw usageError('nothing to change', { hint: 'tenantctl contacts update --help' });
  const client = ctx.client();
  const params = { account: ctx.account(), contact };
  const before = await client.call('contacts.show', { params });
  const after = await client.call('contacts.update', { params, body, ifMatch: ifRevision });
  const told = invitationText(after.invitation);
  await tellChange(ctx, {
    value: after,
    changed: after.revision !== before.revision,
    done: `Changed ${nameOf(after)}.${told}`,
    already: `${nameOf(after)} is like that already.${told}`,
  });
}
