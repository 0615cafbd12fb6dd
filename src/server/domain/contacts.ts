import { foldAddress } from '../../contract/address.ts';
import { looksLikeId } from '../../contract/ids.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Contact } from '../../contract/types.ts';
import { mustBeCurrent } from './accounts.ts';
import { makerOf } from './actor.ts';
import { type ContactReading, differenceOf, fieldsOf, readContact } from './contact-fields.ts';
import {
  barrierOf,
  carryOutMarking,
  judgeDeletion,
  judgeMarking,
  type Mark,
  type Marking,
} from './contact-invitations.ts';
import { invalid, notFound } from './errors.ts';
import { withinMailLimits } from './invites.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { ContactFields, NewContact } from './ports/contacts.ts';
import { capsFrom } from './sub-accounts.ts';
import type { AccountWork, Input } from './work.ts';

/** A contact about to be saved: judged, and nothing written yet. */
export interface Saving {
  readonly before: Contact | null;
  readonly fields: ContactFields;
  readonly marking: Marking;
}

export interface Saved {
  readonly id: string;
  readonly linkId: string | null;
  readonly changed: boolean;
}

/** How the audit trail names a contact. */
function targetOf(
  id: string,
  { email, firstName, lastName }: Pick<ContactFields, 'email' | 'firstName' | 'lastName'>,
) {
  const name = [firstName, lastName].filter((part) => part !== null).join(' ');
  return { kind: 'contact', id, name: email ?? (name === '' ? null : name) };
}

export async function listContacts(
  work: AccountWork,
  input: Input<'contacts.list'>,
): Promise<Answer<'contacts.list'>> {
  const { q, group, sub_account: subAccount } = input.query;
  const at = work.now.toISOString();
  return listAnswer(await work.tenant.contacts.list({ q, group, subAccount }, pageRequest(input), at));
}

const comparable = (reference: string): string =>
  looksLikeId(reference) ? reference : (foldAddress(reference) ?? reference);

async function contactNamed(work: AccountWork, reference: string): Promise<Contact> {
  const contact = await work.tenant.contacts.find(comparable(reference), work.now.toISOString());
  if (contact === null) throw notFound('contact', reference);
  return contact;
}

export function showContact(work: AccountWork, input: Input<'contacts.show'>): Promise<Contact> {
  return contactNamed(work, input.params.contact);
}

/**
 * Writes contacts that were judged, and sends or takes back the invitations that go with them (R43): the one way, for one
 * as for a chunk of a file. @returns what each is now, in order
 */
export async function saveContacts(work: AccountWork, savings: readonly Saving[]): Promise<Saved[]> {
  const at = work.now.toISOString();
  const fresh: NewContact[] = [];
  const saved: Saved[] = [];
  for (const { before, fields: judged, marking } of savings) {
    const fields = { ...judged, linkId: await carryOutMarking(work, marking) };
    const id = before?.id ?? work.deps.newId('contact');
    const difference = differenceOf(before && fieldsOf(before), fields);
    saved.push({ id, linkId: fields.linkId, changed: difference !== null });
    if (difference === null) continue;
    if (before === null) fresh.push({ id, ...fields });
    else await work.tenant.contacts.update(id, fields, at);
    const action = before === null ? 'contacts.create' : 'contacts.update';
    work.record({ action, target: targetOf(id, fields), ...difference });
  }
  if (fresh.length > 0) await work.tenant.contacts.insert(fresh, makerOf(work.actor), at);
  return saved;
}

function mustRead(reading: ContactReading): ContactFields {
  if (reading.ok) return reading.fields;
  throw invalid(reading.pointer, reading.detail);
}

async function save(
  work: AccountWork,
  before: Contact | null,
  body: Input<'contacts.create'>['body'],
): Promise<Answer<'contacts.create'>> {
  const fields = mustRead(readContact(body, before));
  const mark: Mark = {
    subAccount: body.sub_account,
    caps: body.caps ? capsFrom(body.caps) : null,
    reinviteDeclined: body.reinvite_declined ?? false,
    batchId: null,
    mayMail: (emailFolded) => withinMailLimits(work, emailFolded),
  };
  const marking = await judgeMarking(work, before, fields, mark, await barrierOf(work));
  const [saved] = await saveContacts(work, [{ before, fields, marking }]);
  return { ...(await contactNamed(work, saved?.id ?? '')), invitation: marking.invitation };
}

export function createContact(
  work: AccountWork,
  input: Input<'contacts.create'>,
): Promise<Answer<'contacts.create'>> {
  return save(work, null, input.body);
}

export async function updateContact(
  work: AccountWork,
  { params, body, expected }: Input<'contacts.update'>,
): Promise<Answer<'contacts.update'>> {
  const before = await contactNamed(work, params.contact);
  mustBeCurrent('contact', before.revision, expected);
  return save(work, before, body);
}

/** A pending invitation goes with the contact; a link stays (R43). What is deleted stays deleted (D9). */
export async function deleteContact(
  work: AccountWork,
  { params, expected }: Input<'contacts.delete'>,
): Promise<Answer<'contacts.delete'>> {
  const { contacts, audit } = work.tenant;
  const contact = await contacts.find(comparable(params.contact), work.now.toISOString());
  if (contact === null) {
    const filter = { action: 'contacts.delete', target: params.contact };
    const { items } = await audit.list(filter, { limit: 1, after: null });
    if (items.length === 0) throw notFound('contact', params.contact);
    return { changed: false, invitation: null };
  }
  mustBeCurrent('contact', contact.revision, expected);
  const marking = judgeDeletion(contact, await barrierOf(work));
  await carryOutMarking(work, marking);
  await contacts.remove(contact.id);
  const fields = fieldsOf(contact);
  work.record({ target: targetOf(contact.id, fields), before: { email: contact.email } });
  return { changed: true, invitation: marking.invitation };
}
