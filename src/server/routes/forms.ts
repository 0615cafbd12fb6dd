import { inWorkspace } from '../domain/change.ts';
import {
  alreadyDeletedForm,
  createForm,
  deleteForm,
  listForms,
  saveCopy,
  showForm,
  updateForm,
} from '../domain/forms.ts';
import { listShares, markExample, shareForm, unmarkExample } from '../domain/forms-sharing.ts';
import type { Handlers } from '../http/bind.ts';

export const forms = {
  'forms.list': inWorkspace('forms.list', listForms),
  'forms.create': inWorkspace('forms.create', createForm),
  'forms.save_copy': inWorkspace('forms.save_copy', saveCopy),
  'forms.show': inWorkspace('forms.show', showForm),
  'forms.update': inWorkspace('forms.update', updateForm),
  'forms.delete': inWorkspace('forms.delete', deleteForm, alreadyDeletedForm),
  'forms.shares': inWorkspace('forms.shares', listShares),
  'forms.share': inWorkspace('forms.share', shareForm),
  'forms.mark_example': inWorkspace('forms.mark_example', markExample),
  'forms.unmark_example': inWorkspace('forms.unmark_example', unmarkExample),
} satisfies Partial<Handlers>;
