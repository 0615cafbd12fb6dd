import { foldAddress, parseAddress } from '../../contract/address.ts';
import { parsePhone } from '../../contract/phone.ts';
import type { Body } from '../../contract/shapes.ts';
import type { Contact } from '../../contract/types.ts';
import type { Facts } from './ports/audit.ts';
import type { ContactFields } from './ports/contacts.ts';

/** As the single operation is asked. */
export type Written = Omit<Body<'contacts.create'>, 'caps' | 'reinvite_declined'>;

export type ContactReading =
  | { readonly ok: true; readonly fields: ContactFields }
  | {
      readonly ok: false;
      readonly pointer: string;
      readonly outcome: 'invalid_email' | 'invalid_mobile' | 'invalid_contact';
      readonly detail: string;
    };

const nobody: ContactFields = {
  firstName: null,
  lastName: null,
  email: null,
  emailFolded: null,
  mobile: null,
  organization: null,
  groups: [],
  subAccount: false,
  linkId: null,
};

export function fieldsOf(contact: Contact): ContactFields {
  const { first_name, last_name, email, mobile, organization, groups, sub_account, link } = contact;
  return {
    firstName: first_name,
    lastName: last_name,
    email,
    emailFolded: email === null ? null : foldAddress(email),
    mobile,
    organization,
    groups,
    subAccount: sub_account,
    linkId: link?.id ?? null,
  };
}

/** A name that stands twice, whatever its case, counts once: the spelling that came first. */
function distinct(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => {
    const key = name.toLowerCase();
    const fresh = !seen.has(key);
    seen.add(key);
    return fresh;
  });
}

/** What was written over what is there; null empties a field, and what is not written stays. */
export function readContact(written: Written, before: Contact | null): ContactReading {
  const old = before === null ? nobody : fieldsOf(before);
  const refuse = (pointer: string, outcome: 'invalid_email' | 'invalid_mobile', detail: string) =>
    ({ ok: false, pointer, outcome, detail }) as const;
  const address = typeof written.email === 'string' ? parseAddress(written.email) : null;
  if (address?.ok === false) return refuse('/email', 'invalid_email', address.reason);
  const phone = typeof written.mobile === 'string' ? parsePhone(written.mobile) : null;
  if (phone?.ok === false) return refuse('/mobile', 'invalid_mobile', phone.reason);
  const email = address ? address.written : written.email === null ? null : old.email;
  const mobile = phone ? phone.number : written.mobile === null ? null : old.mobile;
  if (email === null && mobile === null) {
    const detail = 'is missing: a contact has an address, or a mobile number';
    return { ok: false, pointer: '/email', outcome: 'invalid_contact', detail };
  }
  return {
    ok: true,
    fields: {
      firstName: written.first_name === undefined ? old.firstName : written.first_name,
      lastName: written.last_name === undefined ? old.lastName : written.last_name,
      email,
      emailFolded: address ? address.folded : email === null ? null : old.emailFolded,
      mobile,
      organization: written.organization === undefined ? old.organization : written.organization,
      groups: written.groups === undefined ? old.groups : distinct(written.groups),
      subAccount: written.sub_account ?? old.subAccount,
      linkId: old.linkId,
    },
  };
}

/** The last two digits will do to recognise a number by: the trail is read by more people than the contacts are. */
function masked(mobile: string | null): string | null {
  return mobile === null ? null : `${mobile.slice(0, 3)}…${mobile.slice(-2)}`;
}

const comparable = ({ emailFolded: _, ...fields }: ContactFields) => fields;

/** What differs between two states of a contact, as the audit trail tells it; null if nothing does. */
export function differenceOf(
  before: ContactFields | null,
  after: ContactFields,
): { before: Facts | null; after: Facts } | null {
  const told = (fields: ContactFields): Facts => ({
    first_name: fields.firstName,
    last_name: fields.lastName,
    email: fields.email,
    mobile: masked(fields.mobile),
    organization: fields.organization,
    groups: fields.groups,
    sub_account: fields.subAccount,
    link_id: fields.linkId,
  });
  if (before !== null && JSON.stringify(comparable(before)) === JSON.stringify(comparable(after)))
    return null;
  const [was, is] = [before === null ? {} : told(before), told(after)];
  const names = Object.keys(is).filter(
    (name) => before === null || JSON.stringify(was[name]) !== JSON.stringify(is[name]),
  );
  const only = (facts: Facts): Facts => Object.fromEntries(names.map((name) => [name, facts[name] ?? null]));
  return { before: before === null ? null : only(was), after: only(is) };
}
