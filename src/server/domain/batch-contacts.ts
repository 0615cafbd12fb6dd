import { shapes } from '../../contract/shapes.ts';
import type { BatchDefaults, BatchRow, Contact, RowResult } from '../../contract/types.ts';
import { capsOfRow } from './batch-caps.ts';
import { type Judge, type Plan, rowResult, sameAs } from './batch-rows.ts';
import { differenceOf, fieldsOf, readContact, type Written } from './contact-fields.ts';
import { barrierOf, type Invitation, judgeMarking } from './contact-invitations.ts';
import { type Saved, type Saving, saveContacts } from './contacts.ts';
import type { ContactFields } from './ports/contacts.ts';
import type { Caps } from './ports/sub-invites.ts';
import type { AccountWork } from './work.ts';

type Sent = BatchRow<'contacts'>;
type Defaults = BatchDefaults<'contacts'>;

/** A row that can be read: who it is about, and what it asks for. */
interface Wish {
  readonly row: number;
  /** The address; of a contact without one the number. */
  readonly key: string;
  readonly written: Written;
  readonly fields: ContactFields;
  readonly subAccount: boolean | undefined;
  readonly caps: Caps | null;
}

const contradiction = 'another row says something else of the same contact';
const body = shapes['contacts.create'].body;

/** As the single operation would be asked: an empty cell is left out, and leaves alone what is there. */
function writtenOf({ email, first_name, last_name, mobile, organization, groups, sub_account }: Sent) {
  return {
    ...(email.trim() !== '' && { email }),
    first_name,
    last_name,
    mobile,
    organization,
    groups,
    sub_account,
  };
}

function wishOf(sent: Sent, defaults: Defaults, invites: boolean): Wish | RowResult {
  const { row } = sent;
  if (sent.conflicting === true) return rowResult(row, 'conflicting_rows', contradiction);
  // The schema of an address only bounds it: what is wrong with one, the reading says.
  const checked = body.safeParse({ ...writtenOf(sent), email: undefined, mobile: undefined });
  if (!checked.success) {
    const [issue] = checked.error.issues;
    return rowResult(row, 'invalid_contact', `${String(issue?.path[0] ?? 'it')} ${issue?.message ?? ''}`);
  }
  const { email, mobile } = writtenOf(sent);
  const written = { ...checked.data, email, mobile };
  const reading = readContact(written, null);
  if (!reading.ok) return rowResult(row, reading.outcome, reading.detail);
  const caps = invites && sent.sub_account === true ? capsOfRow(sent, defaults) : null;
  if (caps !== null && 'detail' in caps) return rowResult(row, 'invalid_cap', caps.detail);
  const { fields } = reading;
  const key = fields.emailFolded ?? `tel:${fields.mobile}`;
  return { row, key, written, fields, subAccount: sent.sub_account, caps };
}

const asks = ({ fields, subAccount, caps }: Wish): string => JSON.stringify([fields, subAccount, caps]);

/** The rows by themselves: bad ones, and the second and later ones about a contact within the chunk. */
function wishesOf(rows: readonly Sent[], defaults: Defaults, invites: boolean) {
  const results = new Map<number, RowResult>();
  const first = new Map<string, Wish>();
  for (const sent of rows) {
    const { row, duplicate_of: duplicateOf } = sent;
    const wish = duplicateOf === undefined ? wishOf(sent, defaults, invites) : sameAs(row, duplicateOf);
    if ('outcome' in wish) {
      results.set(row, wish);
      continue;
    }
    const earlier = first.get(wish.key);
    if (earlier === undefined) first.set(wish.key, wish);
    else if (asks(earlier) === asks(wish)) results.set(row, sameAs(row, earlier.row));
    else results.set(row, rowResult(row, 'conflicting_rows', `row ${earlier.row} says something else of it`));
  }
  return { results, wishes: [...first.values()] };
}

/** The contacts that rows are about, by the same key. Of several with one number, the first. */
async function knownTo(work: AccountWork, wishes: readonly Wish[]): Promise<Map<string, Contact>> {
  const emails = wishes.flatMap(({ fields }) => fields.emailFolded ?? []);
  const mobiles = wishes.flatMap(({ fields }) => (fields.emailFolded === null ? (fields.mobile ?? []) : []));
  const found = await work.tenant.contacts.known(emails, mobiles, work.now.toISOString());
  return new Map(
    found.toReversed().map((contact) => [fieldsOf(contact).emailFolded ?? `tel:${contact.mobile}`, contact]),
  );
}

interface Judged {
  readonly row: number;
  readonly saving: Saving;
}

async function judge(
  work: AccountWork,
  wish: Wish,
  before: Contact | null,
  barrier: Invitation | null,
  mark: { readonly reinviteDeclined: boolean; readonly batchId: string | null },
): Promise<Judged | RowResult> {
  // It was found by the address: another spelling of that in a file is no change.
  const { email, ...rest } = wish.written;
  const reading = readContact(before === null ? { ...rest, email } : rest, before);
  if (!reading.ok) return rowResult(wish.row, reading.outcome, reading.detail);
  const { fields } = reading;
  const { subAccount, caps } = wish;
  const marking = await judgeMarking(
    work,
    before,
    fields,
    { ...mark, subAccount, caps, mayMail: null },
    barrier,
  );
  return { row: wish.row, saving: { before, fields, marking } };
}

/** In one word what the row came to, and beside it what did not: an invitation that was not sent fails no contact. */
function resultOf(
  { row, saving }: Judged,
  done: Omit<Saved, 'id'> & { readonly id: string | null },
): RowResult {
  const { before, marking } = saving;
  const { invitation } = marking;
  const saved = before === null ? 'created' : done.changed ? 'updated' : 'unchanged';
  const ids = { contact_id: done.id, link_id: done.linkId };
  if (invitation?.outcome === 'invited') return rowResult(row, 'invited', `contact ${saved}`, ids);
  const detail = invitation === null ? null : `${invitation.outcome}: ${invitation.detail}`;
  return rowResult(row, saved, detail, ids);
}

/** Only foreseen: what is not there yet has no id. */
function foreseen({ saving: { before, fields, marking } }: Judged) {
  const { linkId } = marking;
  const changed = differenceOf(before && fieldsOf(before), { ...fields, linkId }) !== null;
  return { id: before?.id ?? null, linkId, changed };
}

/** A file of contacts: found again by address, or by number where there is none; what is marked is invited (R43). */
export const contactRows: Judge<'contacts'> = {
  async admit(work) {
    await work.authorise(work.tenant.accountId, 'contacts.create');
  },
  async plan(work, rows, defaults, batchId): Promise<Plan> {
    const barrier = await barrierOf(work);
    const { results, wishes } = wishesOf(rows, defaults, barrier === null);
    const known = await knownTo(work, wishes);
    const mark = { reinviteDeclined: defaults.reinvite_declined ?? false, batchId };
    const judged: Judged[] = [];
    for (const wish of wishes) {
      const found = await judge(work, wish, known.get(wish.key) ?? null, barrier, mark);
      if ('outcome' in found) results.set(wish.row, found);
      else judged.push(found);
    }
    return {
      foreseen() {
        for (const entry of judged) results.set(entry.row, resultOf(entry, foreseen(entry)));
        return results;
      },
      async carryOut() {
        const saved = await saveContacts(
          work,
          judged.map(({ saving }) => saving),
        );
        for (const [at, entry] of judged.entries()) {
          const done = saved[at];
          if (done !== undefined) results.set(entry.row, resultOf(entry, done));
        }
        return results;
      },
    };
  },
};
