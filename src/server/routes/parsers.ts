import { inWorkspace, onAccount } from '../domain/change.ts';
import { copyParsers } from '../domain/parser-copy.ts';
import { diffParsers } from '../domain/parser-differences.ts';
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
import { showPromotionPath, updatePromotionPath } from '../domain/promotion-path.ts';
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
  'parsers.copy': inWorkspace('parsers.copy', copyParsers),
  'parsers.diff': inWorkspace('parsers.diff', diffParsers),
  'promotion_path.show': onAccount('promotion_path.show', showPromotionPath),
  'promotion_path.update': onAccount('promotion_path.update', updatePromotionPath),
} satisfies Partial<Handlers>;
