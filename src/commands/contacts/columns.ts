import type { Contact } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

/** A contact as a row: the one place that maps it. */
export const contactColumns: readonly Column<Contact>[] = [
  { header: 'FIRST', value: (contact) => contact.first_name },
  { header: 'LAST', value: (contact) => contact.last_name },
  { header: 'EMAIL', value: (contact) => contact.email, keep: true },
  { header: 'MOBILE', value: (contact) => contact.mobile },
  { header: 'ORGANIZATION', value: (contact) => contact.organization },
  { header: 'GROUPS', value: (contact) => contact.groups },
  {
    header: 'SUB ACCOUNT',
    value: (contact) => contact.link?.state ?? (contact.sub_account ? 'not invited' : null),
    tone: (contact) => (contact.sub_account && contact.link === null ? 'warn' : undefined),
  },
  { header: 'ID', value: (contact) => contact.id, keep: true },
];

/** A contact as facts, a line each. */
export const contactFacts: readonly Column<Contact>[] = [
  ...contactColumns,
  { header: 'MARKED', value: (contact) => (contact.sub_account ? 'yes' : 'no') },
  { header: 'LINK ID', value: (contact) => contact.link?.id ?? null },
  { header: 'REVISION', value: (contact) => contact.revision },
  { header: 'SINCE', value: (contact) => contact.created_at },
  { header: 'UPDATED', value: (contact) => contact.updated_at },
];

/** How a contact is spoken of. */
export function nameOf({ email, first_name, last_name, mobile, id }: Contact): string {
  const name = [first_name, last_name].filter((part) => part !== null).join(' ');
  return email ?? (name === '' ? (mobile ?? id) : name);
}
