import { z } from 'zod';
import * as c from './common.ts';
import { FORM_FILE } from './form-file.ts';
import { questionsInOrder } from './form-order.ts';
import { patternMistake } from './form-pattern.ts';
import { limits } from './limits.ts';

/**
 * What a form asks, version 1. Published as JSON Schema (schemas/form.json), so that editors complete it; what JSON Schema
 * cannot say (unique names, conditions on earlier questions, bounds in order) stands in the checks.
 */

/** Unique in its workspace. No slash, for `ACCOUNT/WORKSPACE/NAME` names one from outside; never like an id, nor like a path of its own. */
export const formName = z
  .string()
  .regex(
    /^(?![a-z]{3}_|save-copy$)[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,98}[A-Za-z0-9])?$/,
    'must be 1 to 100 letters, digits, spaces, dots, hyphens and underscores, begin and end with a letter or digit, not look like an id, and not be save-copy',
  );

export const formTitle = c.oneLine(200);
export const formDescription = c.oneLine(1000);

/** Of questions and groups, and what records and exports call them. Never a name that objects have by themselves. */
const key = z
  .string()
  .regex(
    /^(?!(?:constructor|prototype)$)[a-z][a-z0-9_]{0,62}$/,
    'must begin with a-z, then a-z, 0-9 and _, 63 characters at most, and not be constructor or prototype',
  );

const pattern = z
  .string()
  .min(1)
  .max(200)
  .superRefine((source, context) => {
    const mistake = patternMistake(source);
    if (mistake !== null) context.addIssue({ code: 'custom', message: `must be a pattern: ${mistake}` });
  })
  .meta({
    description:
      'The whole answer must match it: characters, classes, groups, | and repetition as in a regular expression, without look-around and back references',
  });

const answered = z.strictObject({ question: key, answered: z.boolean() });
const value = z.union([c.oneLine(200), z.number(), z.boolean()]);
const equals = z.strictObject({ question: key, equals: value });
const oneOf = z.strictObject({ question: key, one_of: z.array(value).min(1).max(100) });

const condition = z.union([equals, oneOf, answered]).meta({
  id: 'FormCondition',
  description:
    'Holds by the answer to an earlier question: it equals a value, is one of several, or is there at all. Of choices it is enough that one is chosen',
});

const asked = {
  name: key,
  /** What people read. */
  label: c.oneLine(500),
  help: c.oneLine(1000).optional(),
  required: z.boolean().default(false),
  show_if: condition.optional(),
};

const count = z.int().min(0).max(10_000);
const choice = z.strictObject({ value: c.oneLine(200), label: c.oneLine(200).optional() });
const offered = z.array(choice).min(1).max(500);

const questionTypes = [
  z.strictObject({
    ...asked,
    type: z.literal('text'),
    /** Characters. */
    min: count.optional(),
    max: z.int().min(1).max(limits.formTextChars).optional(),
    pattern: pattern.optional(),
  }),
  z.strictObject({
    ...asked,
    type: z.literal('long_text'),
    min: count.optional(),
    max: z.int().min(1).max(limits.formLongTextChars).optional(),
  }),
  z.strictObject({ ...asked, type: z.literal('integer'), min: z.int().optional(), max: z.int().optional() }),
  z.strictObject({
    ...asked,
    type: z.literal('decimal'),
    min: z.number().optional(),
    max: z.number().optional(),
  }),
  z.strictObject({
    ...asked,
    type: z.literal('date'),
    min: c.day.optional(),
    max: c.day.optional(),
  }),
  z.strictObject({
    ...asked,
    type: z.literal('datetime'),
    min: c.timestamp.optional(),
    max: c.timestamp.optional(),
  }),
  z.strictObject({ ...asked, type: z.literal('boolean') }),
  z.strictObject({ ...asked, type: z.literal('choice'), choices: offered }),
  z.strictObject({
    ...asked,
    type: z.literal('choices'),
    choices: offered,
    /** How many are chosen. */
    min: count.optional(),
    max: z.int().min(1).max(500).optional(),
  }),
  z.strictObject({ ...asked, type: z.literal('email') }),
  z.strictObject({ ...asked, type: z.literal('phone') }),
] as const;

const question = z
  .discriminatedUnion('type', questionTypes)
  .meta({ id: 'FormQuestion', description: 'A question of a form' });

const group = z
  .strictObject({
    type: z.literal('group'),
    name: key,
    label: c.oneLine(500),
    /** For all of its questions. */
    show_if: condition.optional(),
    questions: z.array(question).min(1).max(limits.formQuestions),
  })
  .meta({
    id: 'FormGroup',
    description: 'Questions under one heading. Answers name them as if there were no group',
  });

export type Question = z.output<typeof question>;
export type QuestionGroup = z.output<typeof group>;
export type QuestionCondition = z.output<typeof condition>;
export type QuestionEntry = Question | QuestionGroup;

/** Each by itself; what hangs together between them `formQuestions` checks. */
export const formEntries = z
  .array(z.discriminatedUnion('type', [...questionTypes, group]))
  .min(1)
  .max(limits.formQuestions);

type Path = (string | number)[];
type Report = (path: Path, message: string) => void;

const valuesOf = (one: QuestionCondition): readonly (string | number | boolean)[] => {
  if ('equals' in one) return [one.equals];
  return 'one_of' in one ? one.one_of : [];
};

/** Can the answer to this question ever be that? */
function canBe(asked: Question, wanted: string | number | boolean): boolean {
  switch (asked.type) {
    case 'boolean':
      return typeof wanted === 'boolean';
    case 'integer':
    case 'decimal':
      return typeof wanted === 'number';
    case 'choice':
    case 'choices':
      return asked.choices.some((offer) => offer.value === wanted);
    default:
      return typeof wanted === 'string';
  }
}

function checkCondition(
  one: QuestionCondition,
  earlier: ReadonlyMap<string, Question>,
  at: Path,
  report: Report,
) {
  const about = earlier.get(one.question);
  if (about === undefined) {
    report([...at, 'question'], `names no earlier question: ${one.question}`);
    return;
  }
  const impossible = valuesOf(one).find((wanted) => !canBe(about, wanted));
  if (impossible !== undefined)
    report(at, `is never true: ${one.question} is ${about.type} and cannot be ${JSON.stringify(impossible)}`);
}

function checkOne(one: Question, at: Path, report: Report): void {
  if ('min' in one && 'max' in one && one.min !== undefined && one.max !== undefined && one.min > one.max)
    report([...at, 'max'], 'must not be below min');
  if (!('choices' in one)) return;
  const seen = new Set<string>();
  one.choices.forEach((offer, index) => {
    if (seen.has(offer.value)) report([...at, 'choices', index, 'value'], `is there twice: ${offer.value}`);
    seen.add(offer.value);
  });
  if ('min' in one && one.min !== undefined && one.min > one.choices.length)
    report([...at, 'min'], `must be ${one.choices.length} at most: there are no more choices`);
}

/** Names are one set, of groups too; a condition is about a question that stands before it, or before its group. */
function checkQuestions(questions: readonly QuestionEntry[], report: Report): void {
  const names = new Set<string>();
  const earlier = new Map<string, Question>();
  const name = (text: string, at: Path): void => {
    if (names.has(text)) report([...at, 'name'], `is there twice: ${text}`);
    names.add(text);
  };
  questions.forEach((entry, at) => {
    name(entry.name, [at]);
    if (entry.show_if) checkCondition(entry.show_if, earlier, [at, 'show_if'], report);
    const inner = entry.type === 'group' ? entry.questions : [entry];
    inner.forEach((one, index) => {
      const path = entry.type === 'group' ? [at, 'questions', index] : [at];
      if (entry.type === 'group') {
        name(one.name, path);
        if (one.show_if) checkCondition(one.show_if, earlier, [...path, 'show_if'], report);
      }
      checkOne(one, path, report);
      if (!earlier.has(one.name)) earlier.set(one.name, one);
    });
  });
  if (questionsInOrder(questions).length > limits.formQuestions)
    report([], `must be ${limits.formQuestions} questions at most, those of groups counted`);
  if (JSON.stringify(questions).length > limits.formQuestionsChars)
    report([], `must be ${limits.formQuestionsChars} characters of JSON at most`);
}

const checked = (questions: readonly QuestionEntry[], context: z.RefinementCtx, below: Path = []): void =>
  checkQuestions(questions, (path, message) =>
    context.addIssue({ code: 'custom', path: [...below, ...path], message }),
  );

export const formQuestions = formEntries
  .superRefine((questions, context) => checked(questions, context))
  .meta({ id: 'FormQuestions' });

/** A form as a file (docs/forms.md). Published as schemas/form.json. */
export const formFile = z
  .strictObject({
    /** For editors that look for it; the tool does not. */
    $schema: z.string().optional(),
    schema: z.literal(FORM_FILE),
    name: formName,
    title: formTitle,
    description: formDescription.nullable().optional(),
    questions: formEntries,
  })
  .superRefine(({ questions }, context) => checked(questions, context, ['questions']))
  .meta({ id: 'FormFile', title: 'A form of the tenancy API' });
