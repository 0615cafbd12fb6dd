import { inWorkspace } from '../domain/change.ts';
import {
  alreadyDeletedParser,
  createParser,
  deleteParser,
  listParsers,
  listRevisions,
  rollBackParser,
  showParser,
  showRevision,
  updateParser,
} from '../domain/parsers.ts';
import type { Handlers } from '../http/bind.ts';

export const parsers = {
  'parsers.list': inWorkspace('parsers.list', listParsers),
  'parsers.create': inWorkspace('parsers.create', createParser),
  'parsers.show': inWorkspace('parsers.show', showParser),
  'parsers.update': inWorkspace('parsers.update', updateParser),
  'parsers.delete': inWorkspace('parsers.delete', deleteParser, alreadyDeletedParser),
  'parsers.revisions': inWorkspace('parsers.revisions', listRevisions),
  'parsers.revision': inWorkspace('parsers.revision', showRevision),
  'parsers.rollback': inWorkspace('parsers.rollback', rollBackParser),
} satisfies Partial<Handlers>;
