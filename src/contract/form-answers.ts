import { parseAddress } from './address.ts';
import { type AskedQuestion, questionsInOrder } from './form-order.ts';
import { type Effort, patternMatcher } from './form-pattern.ts';
import type { Question, QuestionCondition, QuestionEntry } from './form-questions.ts';
import { limits } from './limits.ts';
import { parsePhone } from './phone.ts';

/**
 * The one judge of answers: the server runs it over every record before it is written, the tool over every row of a file
 * before anything is sent. Pure, and free of schemas so that the tool can load it at once.
 */

export type AnswerValue = string | number | boolean | readonly string[];
/** By the names of questions, in their order; what was not answered is not there. */
export type Answers = Readonly<Record<string, AnswerValue>>;

/** `name` is a question's, or what was taken for one. */
export interface AnswerMistake {
  readonly name: string;
  readonly detail: string;
}

export type Judged =
  | { readonly ok: true; readonly answers: Answers }
  | { readonly ok: false; readonly mistakes: readonly AnswerMistake[] };

/** An answer as it is kept, or what is wrong with it. */
type Read = { readonly value: AnswerValue } | { readonly detail: string };

const wrong = (detail: string): Read => ({ detail });

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of them but tab and line feed
const CONTROL_IN_LINES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

type Of<Type extends Question['type']> = Extract<Question, { type: Type }>;

/** Within bounds that a question may leave open. */
function outside<T extends number | string>(value: T, min: T | undefined, max: T | undefined): string | null {
  if (min !== undefined && value < min) return `must be ${min} or more`;
  return max !== undefined && value > max ? `must be ${max} or less` : null;
}

function lengthMistake(length: number, min: number | undefined, max: number, what: string): string | null {
  if (min !== undefined && length < min) return `must be ${min} ${what} or more, and is ${length}`;
  return length > max ? `must be ${max} ${what} or fewer, and is ${length}` : null;
}

function readText(question: Of<'text'>, given: string, matches: Matcher): Read {
  const value = given.trim();
  if (CONTROL.test(value) || !value.isWellFormed())
    return wrong('must be one line without control characters');
  const mistake = lengthMistake(
    [...value].length,
    question.min,
    question.max ?? limits.formTextChars,
    'characters',
  );
  if (mistake !== null) return wrong(mistake);
  const { pattern } = question;
  if (pattern !== undefined) {
    const matched = matches(pattern, value);
    if (matched === null)
      return wrong(`takes too long to check against ${pattern}: send fewer records at once`);
    if (!matched) return wrong(`must match ${pattern}`);
  }
  return { value };
}

function readLongText(question: Of<'long_text'>, given: string): Read {
  const value = given.replaceAll('\r\n', '\n').trim();
  if (CONTROL_IN_LINES.test(value) || !value.isWellFormed())
    return wrong('must be text without control characters');
  const most = question.max ?? limits.formLongTextChars;
  const mistake = lengthMistake([...value].length, question.min, most, 'characters');
  return mistake === null ? { value } : wrong(mistake);
}

function readNumber(question: Of<'integer' | 'decimal'>, value: number): Read {
  if (question.type === 'integer' && !Number.isSafeInteger(value)) return wrong('must be a whole number');
  if (!Number.isFinite(value)) return wrong('must be a number');
  const mistake = outside(value, question.min, question.max);
  // Minus nothing is nothing: JSON does not tell them apart.
  return mistake === null ? { value: value === 0 ? 0 : value } : wrong(mistake);
}

function readDate(question: Of<'date'>, given: string): Read {
  const time = DATE.test(given) ? Date.parse(`${given}T00:00:00Z`) : Number.NaN;
  // 2026-02-30 would become another day.
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(given))
    return wrong('must be a day such as 2026-03-31');
  const mistake = outside(given, question.min, question.max);
  return mistake === null ? { value: given } : wrong(mistake);
}

function readDatetime(question: Of<'datetime'>, given: string): Read {
  const time = DATETIME.test(given) ? new Date(given) : null;
  const day = given.slice(0, 10);
  const isDay =
    time !== null && 'value' in readDate({ ...question, type: 'date', min: undefined, max: undefined }, day);
  if (time === null || !isDay || Number.isNaN(time.getTime()))
    return wrong('must be a time such as 2026-03-31T17:00:00Z or 2026-03-31T17:00:00+02:00');
  const value = time.toISOString();
  const bound = (text: string | undefined) => (text === undefined ? undefined : new Date(text).toISOString());
  const mistake = outside(value, bound(question.min), bound(question.max));
  return mistake === null ? { value } : wrong(mistake);
}

const offers = (question: Of<'choice' | 'choices'>): string => {
  const shown = question.choices.slice(0, 10).map(({ value }) => JSON.stringify(value));
  return `${shown.join(', ')}${question.choices.length > shown.length ? ', ...' : ''}`;
};

function readChoices(question: Of<'choices'>, given: readonly unknown[]): Read {
  const chosen = new Set(given);
  const offered = new Set<unknown>(question.choices.map(({ value }) => value));
  if (given.some((one) => !offered.has(one))) return wrong(`must be of ${offers(question)}`);
  if (chosen.size < given.length) return wrong('must hold each choice once');
  const mistake = lengthMistake(
    chosen.size,
    question.min,
    question.max ?? question.choices.length,
    'choices',
  );
  if (mistake !== null) return wrong(mistake);
  // In the form's order: what was ticked first says nothing.
  return { value: question.choices.flatMap(({ value }) => (chosen.has(value) ? [value] : [])) };
}

function readEmail(given: string): Read {
  const address = parseAddress(given);
  return address.ok ? { value: address.written } : wrong(`must be an e-mail address: ${address.reason}`);
}

function readPhone(given: string): Read {
  const phone = parsePhone(given);
  return phone.ok ? { value: phone.number } : wrong(`must be a telephone number: ${phone.reason}`);
}

type Matcher = (pattern: string, text: string) => boolean | null;

function readAnswer(question: Question, given: unknown, matches: Matcher): Read {
  switch (question.type) {
    case 'integer':
    case 'decimal':
      return typeof given === 'number' ? readNumber(question, given) : wrong('must be a number');
    case 'boolean':
      return typeof given === 'boolean' ? { value: given } : wrong('must be true or false');
    case 'choices':
      return Array.isArray(given)
        ? readChoices(question, given)
        : wrong(`must be a list of ${offers(question)}`);
    default:
      if (typeof given !== 'string') return wrong('must be text');
  }
  switch (question.type) {
    case 'text':
      return readText(question, given, matches);
    case 'long_text':
      return readLongText(question, given);
    case 'date':
      return readDate(question, given.trim());
    case 'datetime':
      return readDatetime(question, given.trim());
    case 'choice':
      return question.choices.some(({ value }) => value === given)
        ? { value: given }
        : wrong(`must be one of ${offers(question)}`);
    case 'email':
      return readEmail(given);
    case 'phone':
      return readPhone(given);
  }
}

/** Nothing, in whatever form it comes. */
const isBlank = (given: unknown): boolean =>
  given === undefined ||
  given === null ||
  (typeof given === 'string' && given.trim() === '') ||
  (Array.isArray(given) && given.length === 0);

/** @param answers of choices each, by the names of questions: hundreds of conditions may ask for one of hundreds */
function holds(condition: QuestionCondition, answers: ReadonlyMap<string, ReadonlySet<unknown>>): boolean {
  const given = answers.get(condition.question);
  if ('answered' in condition) return (given !== undefined) === condition.answered;
  if (given === undefined) return false;
  return 'equals' in condition
    ? given.has(condition.equals)
    : condition.one_of.some((value) => given.has(value));
}

/** Judges records of one form: what can be prepared is prepared once. */
export class AnswerJudge {
  readonly questions: readonly AskedQuestion[];
  readonly #names: ReadonlySet<string>;
  readonly #effort: Effort | undefined;
  readonly #matchers = new Map<string, (text: string) => boolean | null>();

  /** @param effort bounds what patterns take, where somebody else waits for it; without a bound where left out */
  constructor(questions: readonly QuestionEntry[], effort?: Effort) {
    this.#effort = effort;
    this.questions = questionsInOrder(questions);
    this.#names = new Set(this.questions.map(({ question }) => question.name));
  }

  /** Every mistake, those of questions in their order. Blank answers count as none. */
  judge(given: Readonly<Record<string, unknown>>): Judged {
    const answers = new Map<string, AnswerValue>();
    const chosen = new Map<string, ReadonlySet<unknown>>();
    const mistakes: AnswerMistake[] = [];
    const say = (name: string, detail: string) => mistakes.push({ name, detail });
    for (const { question, conditions } of this.questions) {
      const { name } = question;
      const answer = Object.hasOwn(given, name) ? given[name] : undefined;
      const asked = conditions.every((condition) => holds(condition, chosen));
      if (isBlank(answer)) {
        if (asked && question.required) say(name, 'is required');
        continue;
      }
      if (!asked) {
        say(name, `is not asked by these answers: ${conditions.map(conditionText).join(', and ')}`);
        continue;
      }
      const read = readAnswer(question, answer, (pattern, text) => this.#matcher(pattern)(text));
      if ('detail' in read) {
        say(name, read.detail);
        continue;
      }
      answers.set(name, read.value);
      chosen.set(name, new Set(typeof read.value === 'object' ? read.value : [read.value]));
    }
    for (const name of Object.keys(given)) {
      if (!this.#names.has(name)) say(name, 'is no question of the form');
    }
    return mistakes.length > 0 ? { ok: false, mistakes } : { ok: true, answers: Object.fromEntries(answers) };
  }

  #matcher(pattern: string): (text: string) => boolean | null {
    const known = this.#matchers.get(pattern);
    if (known !== undefined) return known;
    const made = patternMatcher(pattern, this.#effort);
    this.#matchers.set(pattern, made);
    return made;
  }
}

function conditionText(condition: QuestionCondition): string {
  const { question } = condition;
  if ('answered' in condition) return `only if ${question} is ${condition.answered ? '' : 'not '}answered`;
  const wanted = 'equals' in condition ? [condition.equals] : condition.one_of;
  const shown = wanted.slice(0, 10).map((value) => JSON.stringify(value));
  const more = wanted.length > shown.length ? ' or another' : '';
  return `only if ${question} is ${shown.join(' or ')}${more}`;
}

const YES = new Set(['true', 'yes', 'y', '1']);
const NO = new Set(['false', 'no', 'n', '0']);
const NUMBER = /^[+-]?(?:\d{1,30})(?:\.\d{1,30})?$/;

/**
 * What a cell of a spreadsheet, or a word of a command line, means as the answer to a question; what means nothing stays
 * text, for the judge to refuse. Choices are taken by value or by what people read, several divided by `;`.
 */
export function answerFromText(question: Question, text: string): unknown {
  const word = text.trim();
  if (word === '') return null;
  switch (question.type) {
    case 'integer':
    case 'decimal':
      return NUMBER.test(word) ? Number(word) : word;
    case 'boolean':
      return YES.has(word.toLowerCase()) ? true : NO.has(word.toLowerCase()) ? false : word;
    case 'choice':
      return valueOf(question, word);
    case 'choices':
      // One that has a ; in it stands alone.
      if (question.choices.some(({ value, label }) => value === word || label === word))
        return [valueOf(question, word)];
      return word.split(/[;\n]/).flatMap((one) => (one.trim() === '' ? [] : [valueOf(question, one.trim())]));
    default:
      return text;
  }
}

function valueOf({ choices }: Of<'choice' | 'choices'>, word: string): string {
  if (choices.some(({ value }) => value === word)) return word;
  return choices.find(({ label }) => label === word)?.value ?? word;
}

/** The same the other way: how an answer is written in a cell. */
export function answerText(value: AnswerValue | undefined): string | number | boolean | null {
  if (value === undefined) return null;
  return typeof value === 'object' ? value.join(';') : value;
}
