import { createHash } from 'node:crypto';
import { AnswerJudge, type Answers } from '../../contract/form-answers.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { FormRecord } from '../../contract/types.ts';
import { mustBeCurrent } from './accounts.ts';
import { makerOf } from './actor.ts';
import { spend } from './credits.ts';
import { DomainError, notFound } from './errors.ts';
import { formNamed, formTarget, roleHere } from './forms.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { FormRow } from './ports/forms.ts';
import type { NewRecord, RecordMark, RecordOfKey, RecordRow } from './ports/records.ts';
import type { Input, PlaceWork } from './work.ts';

type Mistake = { readonly pointer: string; readonly detail: string };
type Submitted = Input<'records.submit'>['body']['records'];

/** States of patterns that one request may have visited: about a second, in which nobody else is answered. */
const CHECKING = 10_000_000;

/** Where a problem names more places than these it says how many more there are. */
const MISTAKES_SHOWN = 1000;

/** Who submitted it, the owner's people may know and nobody else's. */
function toRecord(work: PlaceWork, record: RecordRow): FormRecord {
  const { id, formId, key, formRevision, answers, revision, createdBy, createdAt, updatedAt } = record;
  return {
    id,
    form_id: formId,
    key,
    form_revision: formRevision,
    answers: writable(answers),
    revision,
    created_by: roleHere(work) === null ? createdBy : null,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

function writable(answers: Answers): FormRecord['answers'] {
  const entries = Object.entries(answers);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );
}

const markOf = (work: PlaceWork, form: FormRow): RecordMark => ({
  formId: form.id,
  formRevision: form.revision,
  by: makerOf(work.actor),
  at: work.now.toISOString(),
});

/** Equal for equal answers, in whatever order the form asks its questions and offers its choices. */
function digestOf(answers: Answers): string {
  const sorted = Object.entries(answers)
    .map(([name, value]) => [name, typeof value === 'object' ? value.toSorted() : value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/** A name in a JSON pointer (RFC 6901). */
const token = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function refusal(
  code: 'invalid_request' | 'record_key_taken',
  what: string,
  mistakes: readonly Mistake[],
  count = mistakes.length,
): DomainError {
  const shown = mistakes.slice(0, MISTAKES_SHOWN);
  const more = count - shown.length;
  const [first] = mistakes;
  const text = `${what}; nothing was recorded. ${first?.pointer} ${first?.detail}${count > 1 ? `, and ${count - 1} more` : ''}.`;
  return new DomainError(code, text, {
    errors: more > 0 ? [...shown, { pointer: '/records', detail: `has ${more} more mistakes` }] : shown,
  });
}

/** All of them as they are kept, or every mistake of every one. */
function judged(
  form: FormRow,
  submitted: Submitted,
): { key: string | null; answers: Answers; digest: string }[] {
  const judge = new AnswerJudge(form.questions, { left: CHECKING });
  const keys = new Set<string>();
  const mistakes: Mistake[] = [];
  let count = 0;
  // Those that nobody is shown are only counted: a request holds more of them than there is memory for.
  const say = (pointer: string, detail: string) => {
    count += 1;
    if (count <= MISTAKES_SHOWN) mistakes.push({ pointer, detail });
  };
  const records = submitted.flatMap(({ key = null, answers: given }, at) => {
    const place = `/records/${at}`;
    if (key !== null && keys.has(key)) say(`${place}/key`, 'is there twice');
    if (key !== null) keys.add(key);
    const result = judge.judge(given);
    if (result.ok) return [{ key, answers: result.answers, digest: digestOf(result.answers) }];
    for (const { name, detail } of result.mistakes) say(`${place}/answers/${token(name)}`, detail);
    return [];
  });
  if (count > 0) throw refusal('invalid_request', 'The answers do not fit the form', mistakes, count);
  return records;
}

/**
 * Why a key cannot be used: null when it comes again with the same answers. Whoever may only add records is told that
 * of their own alone, for else they could try out what others answered.
 */
function takenBy(work: PlaceWork, there: RecordOfKey, digest: string): string | null {
  const hidden = roleHere(work) === 'data_collector' && there.by !== makerOf(work.actor);
  if (hidden) return 'is that of a record which somebody else submitted';
  if (there.digest === digest) return null;
  return `is that of ${there.id}, which was submitted with other answers`;
}

/**
 * All of the records or none. What comes again under its key is not recorded again and costs nothing; the rest costs an
 * upload each, which the payer of the form's account pays, whoever submits (R39).
 */
export async function submitRecords(
  work: PlaceWork,
  input: Input<'records.submit'>,
): Promise<Answer<'records.submit'>> {
  const form = await formNamed(work, input);
  const records = judged(form, input.body.records);
  const keys = records.flatMap(({ key }) => key ?? []);
  const known = await work.tenant.records.byKeys(form.id, keys);
  const taken = records.flatMap(({ key, digest }, at) => {
    const there = key === null ? undefined : known.get(key);
    const detail = there === undefined ? null : takenBy(work, there, digest);
    return detail === null ? [] : [{ pointer: `/records/${at}/key`, detail }];
  });
  if (taken.length > 0) throw refusal('record_key_taken', 'A key was used for something else', taken);
  const fresh: NewRecord[] = [];
  const outcomes = records.map(({ key, answers, digest }) => {
    const there = key === null ? undefined : known.get(key);
    if (there !== undefined) return { id: there.id, key, outcome: 'repeated' as const };
    const id = work.deps.newId('record');
    fresh.push({ id, key, digest, answers });
    return { id, key, outcome: 'recorded' as const };
  });
  await record(work, form, fresh);
  const recorded = fresh.length;
  return { recorded, repeated: outcomes.length - recorded, credits: recorded, records: outcomes };
}

/** The trail names records and never what is in them. */
async function record(work: PlaceWork, form: FormRow, fresh: readonly NewRecord[]): Promise<void> {
  const [first] = fresh;
  const last = fresh.at(-1);
  if (first === undefined || last === undefined) {
    work.existing();
    return;
  }
  const { id: account } = work.standing.account;
  await spend(work, { account, unit: 'upload', amount: fresh.length, cause: 'records.submit', key: null });
  await work.tenant.records.insert(fresh, markOf(work, form));
  work.record({
    target: formTarget(form),
    after: { records: fresh.length, first_record: first.id, last_record: last.id },
  });
}

export async function listRecords(
  work: PlaceWork,
  input: Input<'records.list'>,
): Promise<Answer<'records.list'>> {
  const form = await formNamed(work, input);
  const { key, since, until } = input.query;
  const page = await work.tenant.records.list(form.id, { key, since, until }, pageRequest(input));
  return listAnswer({ ...page, items: page.items.map((one) => toRecord(work, one)) });
}

type RecordOperation = 'records.show' | 'records.update' | 'records.delete';

async function found(work: PlaceWork, form: FormRow, { params }: Input<RecordOperation>): Promise<RecordRow> {
  const one = await work.tenant.records.find(form.id, params.record);
  if (one === null) throw notFound('record', params.record);
  return one;
}

export async function showRecord(work: PlaceWork, input: Input<'records.show'>): Promise<FormRecord> {
  const form = await formNamed(work, input);
  return toRecord(work, await found(work, form, input));
}

const recordTarget = (form: FormRow, id: string) => ({ kind: 'record', id, name: form.name });

/** The answers that it will have, judged by the questions that the form asks now; those to questions that are gone stay. */
function changed(form: FormRow, one: RecordRow, given: Input<'records.update'>['body']['answers']): Answers {
  const judge = new AnswerJudge(form.questions, { left: CHECKING });
  const asked = new Set(judge.questions.map(({ question }) => question.name));
  const old = Object.entries(one.answers);
  const kept = old.filter(([name]) => asked.has(name));
  const orphans = old.filter(([name]) => !asked.has(name) && given[name] === undefined);
  // Taking away the answer to a question that is gone is no mistake.
  const wanted = Object.entries(given).filter(([name, value]) => asked.has(name) || value !== null);
  const result = judge.judge(Object.fromEntries([...kept, ...wanted]));
  if (result.ok) return { ...result.answers, ...Object.fromEntries(orphans) };
  const mistakes = result.mistakes.map(({ name, detail }) => ({
    pointer: `/answers/${token(name)}`,
    detail,
  }));
  throw refusal('invalid_request', 'The answers do not fit the form', mistakes);
}

export async function updateRecord(work: PlaceWork, input: Input<'records.update'>): Promise<FormRecord> {
  const form = await formNamed(work, input);
  const one = await found(work, form, input);
  mustBeCurrent('record', one.revision, input.expected);
  const answers = changed(form, one, input.body.answers);
  if (digestOf(answers) === digestOf(one.answers)) return toRecord(work, one);
  await work.tenant.records.update(form.id, one.id, { answers, ...markOf(work, form) });
  const names = [...new Set([...Object.keys(one.answers), ...Object.keys(answers)])];
  const differing = names.filter(
    (name) => JSON.stringify(one.answers[name]) !== JSON.stringify(answers[name]),
  );
  work.record({
    target: recordTarget(form, one.id),
    before: { revision: one.revision },
    after: { form: form.id, answers_changed: differing.length, revision: one.revision + 1 },
  });
  return toRecord(work, await found(work, form, input));
}

/** Something that was there once and is not now is gone already (D9). */
async function goneAlready(work: PlaceWork, form: FormRow, id: string): Promise<boolean> {
  const filter = { action: 'records.delete', target: id };
  const { items } = await work.tenant.audit.list(filter, { limit: 1, after: null });
  return items.some(({ before }) => before?.['form'] === form.id);
}

/** The upload that it cost stays used: it was submitted. */
export async function deleteRecord(
  work: PlaceWork,
  input: Input<'records.delete'>,
): Promise<Answer<'records.delete'>> {
  const form = await formNamed(work, input);
  const one = await work.tenant.records.find(form.id, input.params.record);
  if (one === null) {
    if (await goneAlready(work, form, input.params.record)) return { changed: false };
    throw notFound('record', input.params.record);
  }
  mustBeCurrent('record', one.revision, input.expected);
  await work.tenant.records.remove(form.id, one.id);
  work.record({ target: recordTarget(form, one.id), before: { form: form.id, revision: one.revision } });
  return { changed: true };
}
