import type { BatchKind } from '../contract/limits.ts';
import type { BatchDefaults } from '../contract/types.ts';
import type { Field } from './headings.ts';

/** What rows of a kind are read from. */
export const fieldsOf: Readonly<Record<BatchKind, readonly Field[]>> = {
  invites: ['email', 'role', 'modules', 'children', 'workspaces', 'first_name', 'last_name'],
  removals: ['email'],
  restores: ['email'],
  workspace_members: ['email', 'workspace', 'role'],
  contacts: [
    'email',
    'first_name',
    'last_name',
    'mobile',
    'organization',
    'groups',
    'sub_account',
    'cap_uploads',
    'cap_messages',
  ],
  sub_accounts: ['email', 'first_name', 'mobile', 'sub_account', 'cap_uploads', 'cap_messages'],
};

/** What a batch is begun with beside its rows: the kind, and what holds for all rows of it. */
export type Head = { [K in BatchKind]: { readonly kind: K; readonly defaults: BatchDefaults<K> } }[BatchKind];
export type HeadOf<K extends BatchKind> = Extract<Head, { kind: K }>;

interface Words {
  /** In front of the bar. */
  readonly doing: string;
  /** `invite 3 people to acme` */
  readonly what: (people: number, account: string) => string;
  /** Of a file with bad rows. */
  readonly untouched: string;
  readonly others: string;
  /** Of a report: what a row came to be. */
  readonly idColumn: '_invite_id' | '_receipt_id' | '_link_id' | '_contact_id' | null;
}

const people = (count: number): string => (count === 1 ? '1 person' : `${count} people`);

/** How each kind of batch is spoken of. */
export const wordsOf: Readonly<Record<BatchKind, Words>> = {
  invites: {
    doing: 'Inviting',
    what: (count, account) => `invite ${people(count)} to ${account}`,
    untouched: 'nothing was sent',
    others: 'correct them, or invite the others with --allow-invalid',
    idColumn: '_invite_id',
  },
  removals: {
    doing: 'Removing',
    what: (count, account) => `remove ${people(count)} from ${account} and all its workspaces`,
    untouched: 'nobody was removed',
    others: 'correct them, or remove the others with --allow-invalid',
    idColumn: '_receipt_id',
  },
  restores: {
    doing: 'Restoring',
    what: (count, account) => `give ${people(count)} back what they had in ${account}`,
    untouched: 'nobody was restored',
    others: 'correct them, or restore the others with --allow-invalid',
    idColumn: '_receipt_id',
  },
  workspace_members: {
    doing: 'Placing',
    what: (count, account) => `place ${people(count)} in workspaces of ${account}`,
    untouched: 'nobody was placed',
    others: 'correct them, or place the others with --allow-invalid',
    idColumn: null,
  },
  contacts: {
    doing: 'Saving contacts',
    what: (count, account) =>
      `invite ${count === 1 ? '1 contact' : `${count} contacts`} of ${account} to become sub-accounts`,
    untouched: 'nothing was saved',
    others: 'correct them, or save the others with --allow-invalid',
    idColumn: '_contact_id',
  },
  sub_accounts: {
    doing: 'Inviting',
    what: (count, account) =>
      `invite the owners of ${count === 1 ? '1 address' : `${count} addresses`} to come under the umbrella ${account}`,
    untouched: 'nothing was sent',
    others: 'correct them, or invite the others with --allow-invalid',
    idColumn: '_link_id',
  },
};
