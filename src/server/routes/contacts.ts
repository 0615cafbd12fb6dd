import { onAccount } from '../domain/change.ts';
import {
  createContact,
  deleteContact,
  listContacts,
  showContact,
  updateContact,
} from '../domain/contacts.ts';
import type { Handlers } from '../http/bind.ts';

export const contacts = {
  'contacts.list': onAccount('contacts.list', listContacts),
  'contacts.create': onAccount('contacts.create', createContact),
  'contacts.show': onAccount('contacts.show', showContact),
  'contacts.update': onAccount('contacts.update', updateContact),
  'contacts.delete': onAccount('contacts.delete', deleteContact),
} satisfies Partial<Handlers>;
