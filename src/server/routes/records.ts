import { inWorkspace, inWorkspaceLined } from '../domain/change.ts';
import { payerOfPath } from '../domain/credits.ts';
import { sendForm } from '../domain/form-sms.ts';
import { deleteRecord, listRecords, showRecord, submitRecords, updateRecord } from '../domain/records.ts';
import type { Handlers } from '../http/bind.ts';

export const records = {
  'records.submit': inWorkspaceLined('records.submit', payerOfPath, submitRecords),
  'records.list': inWorkspace('records.list', listRecords),
  'records.show': inWorkspace('records.show', showRecord),
  'records.update': inWorkspace('records.update', updateRecord),
  'records.delete': inWorkspace('records.delete', deleteRecord),
  'forms.sms': inWorkspaceLined('forms.sms', payerOfPath, sendForm),
} satisfies Partial<Handlers>;
