import { z } from 'zod';
import * as c from './common.ts';
import { invitationOutcomes, limits } from './limits.ts';
import { caps, linkState } from './umbrella.ts';

const groupName = c.oneLine(limits.groupNameChars).refine((name) => !/[,;]/.test(name), {
  message: 'must hold no comma and no semicolon: they separate groups in files',
});
/** In the order given; a name that stands twice, whatever its case, counts once. */
const groups = z.array(groupName).max(limits.contactGroups);

export const contact = z
  .strictObject({
    id: c.id('contact'),
    account_id: c.id('account'),
    first_name: z.string().nullable(),
    last_name: z.string().nullable(),
    /** As written; unique in the account by its comparable form. */
    email: z.string().nullable(),
    /** E.164. */
    mobile: z.string().nullable(),
    organization: z.string().nullable(),
    groups: z.array(z.string()),
    /** Is it to be a sub-account (R43)? */
    sub_account: z.boolean(),
    /** What became of the invitation that marking it sent, or found. */
    link: z.strictObject({ id: c.id('link'), state: linkState }).nullable(),
    revision: z.int(),
    created_at: c.timestamp,
    updated_at: c.timestamp,
  })
  .meta({ id: 'Contact' });

/** What saving or deleting came to for the invitation; null where it was about none. */
const invitation = z
  .strictObject({ outcome: z.enum(invitationOutcomes), detail: z.string() })
  .meta({ id: 'ContactInvitation' });

const savedContact = contact.extend({ invitation: invitation.nullable() }).meta({ id: 'SavedContact' });

const fields = {
  first_name: c.oneLine(limits.contactNameChars).nullable().optional(),
  last_name: c.oneLine(limits.contactNameChars).nullable().optional(),
  email: c.address.nullable().optional(),
  /** With its country code; kept as E.164. */
  mobile: z.string().min(1).max(100).nullable().optional(),
  organization: c.oneLine(limits.organizationChars).nullable().optional(),
  groups: groups.optional(),
  /** `true` invites the owner of the address under the umbrella, if the person saving may; `false` takes it back. */
  sub_account: z.boolean().optional(),
  /** Goes with `sub_account`: what the umbrella would pay for at most in a month (D11). */
  caps: caps.optional(),
  /** Also invite an address that declined before (D1). */
  reinvite_declined: z.boolean().optional(),
};

const inAccount = z.strictObject({ account: c.reference });
/** The id of a contact, or its address. */
const oneContact = inAccount.extend({ contact: z.string().min(1).max(320) });

export const contacts = {
  'contacts.list': {
    params: inAccount,
    query: c.pageQuery.extend({
      q: c.searchText.optional(),
      group: groupName.optional(),
      sub_account: c.queryFlag.optional(),
    }),
    answer: c.pageOf(contact),
  },
  'contacts.create': { params: inAccount, body: z.strictObject(fields), answer: savedContact },
  'contacts.show': { params: oneContact, answer: contact },
  'contacts.update': { params: oneContact, body: z.strictObject(fields), answer: savedContact },
  'contacts.delete': {
    params: oneContact,
    answer: z.strictObject({ changed: z.boolean(), invitation: invitation.nullable() }),
  },
} as const;
