import type { Context } from '../../context.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import type { SavedContact } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { capFlags, chosenCaps, givenCaps } from '../caps.ts';
import type { FlagSpecs } from '../spec.ts';

/** What a contact is made of, of `contacts add` and `contacts update`. */
export const contactFlags = {
  firstName: { value: 'NAME', help: 'first name; the mail greets them with it' },
  lastName: { value: 'NAME', help: 'last name' },
  mobile: { value: 'NUMBER', help: 'mobile number with its country code' },
  organization: { value: 'NAME', help: 'whom they work for' },
  groups: { value: 'A,B', list: true, help: 'groups that they are in' },
  subAccount: { help: 'mark as sub-account: its owner is invited under your umbrella, if you may invite' },
  ...capFlags,
  reinviteDeclined: { help: 'also if they declined before' },
} as const satisfies FlagSpecs;

interface Given {
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly mobile?: string | undefined;
  readonly organization?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly subAccount?: true | undefined;
  readonly cap?: string | undefined;
  readonly capUploads?: string | undefined;
  readonly capMessages?: string | undefined;
  readonly reinviteDeclined?: true | undefined;
}

type Body = BodyInput<'contacts.update'>;

/** An empty value empties the field. */
const orNothing = (text: string): string | null => (text.trim() === '' ? null : text);

/** What was said, as the contract takes it. Marking asks for the caps that the umbrella would pay up to (D11). */
export async function bodyOf(ctx: Context, given: Given): Promise<Body> {
  const { firstName, lastName, mobile, organization, groups, subAccount, reinviteDeclined } = given;
  if (subAccount === undefined && (Object.keys(givenCaps(given)).length > 0 || reinviteDeclined)) {
    throw usageError('caps and --reinvite-declined go with --sub-account', { code: 'invalid_value' });
  }
  return {
    ...(firstName !== undefined && { first_name: orNothing(firstName) }),
    ...(lastName !== undefined && { last_name: orNothing(lastName) }),
    ...(mobile !== undefined && { mobile: orNothing(mobile) }),
    ...(organization !== undefined && { organization: orNothing(organization) }),
    ...(groups !== undefined && { groups: groups.length === 1 && groups[0] === 'none' ? [] : [...groups] }),
    ...(subAccount && { sub_account: true, caps: await chosenCaps(given, ctx) }),
    ...(reinviteDeclined && { reinvite_declined: true }),
  };
}

/** What came of the invitation, in a sentence of its own; nothing where it was about none. */
export function invitationText(invitation: SavedContact['invitation']): string {
  if (invitation === null) return '';
  const { outcome, detail } = invitation;
  switch (outcome) {
    case 'invited':
      return ' The invitation is on its way.';
    case 'revoked':
      return ' The pending invitation is taken back.';
    case 'already_invited':
    case 'already_linked':
      return ` It ${detail}.`;
    case 'still_linked':
      return ` Mind that ${detail}.`;
    default:
      return ` No invitation was sent or taken back: ${detail.replace(/\.$/, '')}.`;
  }
}
