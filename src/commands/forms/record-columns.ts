import { answerText } from '../../contract/form-answers.ts';
import { questionsInOrder } from '../../contract/form-order.ts';
import type { Form, FormRecord } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

/** A question's column: its name, as files have it. */
function answered(name: string): Column<FormRecord> {
  return { header: name.toUpperCase(), name, value: ({ answers }) => answerText(answers[name]) };
}

const questionsOf = (form: Form): Column<FormRecord>[] =>
  questionsInOrder(form.questions).map(({ question }) => answered(question.name));

/** A record as a row: the answers in the order of the questions. */
export const recordColumns = (form: Form): Column<FormRecord>[] => [
  { header: 'ID', value: (record) => record.id, keep: true },
  { header: 'SUBMITTED', value: (record) => record.created_at },
  ...questionsOf(form),
];

/**
 * The same for a file: what is not an answer has a name that begins with _, as no question's does, so that
 * `forms submit --csv` reads it back.
 */
export const exportColumns = (form: Form): Column<FormRecord>[] => [
  { header: '_ID', name: '_id', value: (record) => record.id },
  { header: '_KEY', name: '_key', value: (record) => record.key },
  { header: '_REVISION', name: '_revision', value: (record) => record.revision },
  { header: '_SUBMITTED_AT', name: '_submitted_at', value: (record) => record.created_at },
  { header: '_SUBMITTED_BY', name: '_submitted_by', value: (record) => record.created_by },
  ...questionsOf(form),
];

/** A record as facts, a line each; answers to questions that are gone come last. */
export function recordFacts(form: Form, record: FormRecord): Column<FormRecord>[] {
  const asked = questionsOf(form);
  const names = new Set(asked.map(({ name }) => name));
  const gone = Object.keys(record.answers).filter((name) => !names.has(name));
  return [
    { header: 'ID', value: (one) => one.id },
    { header: 'KEY', value: (one) => one.key },
    ...asked,
    ...gone.map(answered),
    { header: 'SUBMITTED', value: (one) => one.created_at },
    { header: 'SUBMITTED BY', value: (one) => one.created_by },
    { header: 'UPDATED', value: (one) => one.updated_at },
    { header: 'FORM REVISION', value: (one) => one.form_revision },
    { header: 'REVISION', value: (one) => one.revision },
  ];
}
