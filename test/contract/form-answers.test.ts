import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerJudge, answerFromText, answerText } from '../../src/contract/form-answers.ts';
import { formQuestions, type Question } from '../../src/contract/form-questions.ts';

const parse = (questions: readonly object[]) => formQuestions.parse(questions);

/** What the judge makes of one answer to one question. */
function answerTo(question: object, given: unknown): unknown {
  const judge = new AnswerJudge(parse([{ name: 'q', label: 'Q', ...question }]));
  const result = judge.judge({ q: given });
  return result.ok ? result.answers.q : result.mistakes.map(({ detail }) => detail).join('; ');
}

const coloured = { choices: [{ value: 'red', label: 'Red' }, { value: 'blue' }, { value: 'green' }] };

describe('one answer', () => {
  it.each([
    [{ type: 'text' }, '  Ana  ', 'Ana'],
    [{ type: 'text', pattern: '[A-Z]{2}[0-9]+' }, 'CH42', 'CH42'],
    [{ type: 'text', max: 2 }, '🎈🎈', '🎈🎈'],
    [{ type: 'long_text' }, 'a\r\nb\tc', 'a\nb\tc'],
    [{ type: 'integer', min: 0, max: 10 }, 10, 10],
    [{ type: 'decimal' }, -0, 0],
    [{ type: 'date' }, '2026-02-28', '2026-02-28'],
    [{ type: 'datetime' }, '2026-03-31T17:00:00+02:00', '2026-03-31T15:00:00.000Z'],
    [{ type: 'datetime', max: '2026-03-31T15:00:00Z' }, '2026-03-31T15:00:00Z', '2026-03-31T15:00:00.000Z'],
    [{ type: 'boolean' }, false, false],
    [{ type: 'choice', ...coloured }, 'red', 'red'],
    [{ type: 'choices', ...coloured }, ['green', 'red'], ['red', 'green']],
    [{ type: 'email' }, ' Ana@Example.org ', 'Ana@Example.org'],
    [{ type: 'phone' }, '0041 79 123 45 67', '+41791234567'],
  ])('%j takes %j', (question, given, kept) => {
    expect(answerTo(question, given)).toEqual(kept);
  });

  it.each([
    [{ type: 'text' }, 7, 'must be text'],
    [{ type: 'text' }, 'a\nb', 'must be one line without control characters'],
    [{ type: 'text' }, 'a\u202eb', 'must be one line without control characters'],
    [{ type: 'text' }, 'a\ud800', 'must be one line without control characters'],
    [{ type: 'text', min: 3 }, 'ab', 'must be 3 characters or more, and is 2'],
    [{ type: 'text' }, 'x'.repeat(1001), 'must be 1000 characters or fewer, and is 1001'],
    [{ type: 'text', pattern: '[0-9]+' }, '12a', 'must match [0-9]+'],
    [{ type: 'long_text' }, 'a\u0007b', 'must be text without control characters'],
    [{ type: 'integer' }, 1.5, 'must be a whole number'],
    [{ type: 'integer' }, 2 ** 53, 'must be a whole number'],
    [{ type: 'integer' }, '1', 'must be a number'],
    [{ type: 'decimal', min: 1 }, 0.5, 'must be 1 or more'],
    [{ type: 'decimal', max: 1 }, 1.5, 'must be 1 or less'],
    [{ type: 'date' }, '2026-02-30', 'must be a day such as 2026-03-31'],
    [{ type: 'date' }, '31.3.2026', 'must be a day such as 2026-03-31'],
    [{ type: 'date', min: '2026-01-01' }, '2025-12-31', 'must be 2026-01-01 or more'],
    [
      { type: 'datetime' },
      '2026-02-30T10:00:00Z',
      'must be a time such as 2026-03-31T17:00:00Z or 2026-03-31T17:00:00+02:00',
    ],
    [
      { type: 'datetime' },
      '2026-03-31 17:00',
      'must be a time such as 2026-03-31T17:00:00Z or 2026-03-31T17:00:00+02:00',
    ],
    [{ type: 'boolean' }, 'true', 'must be true or false'],
    [{ type: 'choice', ...coloured }, 'pink', 'must be one of "red", "blue", "green"'],
    [{ type: 'choices', ...coloured }, ['red', 'pink'], 'must be of "red", "blue", "green"'],
    [{ type: 'choices', ...coloured }, ['red', 'red'], 'must hold each choice once'],
    [{ type: 'choices', ...coloured, min: 2 }, ['red'], 'must be 2 choices or more, and is 1'],
    [{ type: 'choices', ...coloured }, 'red', 'must be a list of "red", "blue", "green"'],
    [{ type: 'email' }, 'ana', 'must be an e-mail address: it has no @'],
    [
      { type: 'phone' },
      '079 123 45 67',
      'must be a telephone number: it has no country code: write it like +41 79 123 45 67',
    ],
  ])('%j refuses %j: %s', (question, given, detail) => {
    expect(answerTo(question, given)).toBe(detail);
  });

  it.each([null, undefined, '', '  ', []])('%j is no answer', (given) => {
    expect(answerTo({ type: 'choices', ...coloured }, given)).toBeUndefined();
    expect(answerTo({ type: 'choices', ...coloured, required: true }, given)).toBe('is required');
  });
});

describe('answers together', () => {
  const judge = new AnswerJudge(
    parse([
      {
        name: 'kind',
        label: 'Kind',
        type: 'choice',
        choices: [{ value: 'well' }, { value: 'pump' }],
        required: true,
      },
      {
        name: 'depth',
        label: 'Depth',
        type: 'integer',
        required: true,
        show_if: { question: 'kind', equals: 'well' },
      },
      {
        name: 'broken',
        label: 'Broken',
        type: 'group',
        show_if: { question: 'kind', one_of: ['pump'] },
        questions: [
          { name: 'parts', label: 'Parts', type: 'choices', choices: [{ value: 'valve' }, { value: 'arm' }] },
          { name: 'arm_size', label: 'Arm', type: 'decimal', show_if: { question: 'parts', equals: 'arm' } },
        ],
      },
      { name: 'why', label: 'Why', type: 'text', show_if: { question: 'parts', answered: true } },
    ]),
  );

  it('asks what the conditions say, by the answers before', () => {
    expect(judge.judge({ kind: 'well', depth: 12 })).toEqual({
      ok: true,
      answers: { kind: 'well', depth: 12 },
    });
    expect(judge.judge({ arm_size: 2, parts: ['arm'], kind: 'pump', why: 'age' })).toEqual({
      ok: true,
      answers: { kind: 'pump', parts: ['arm'], arm_size: 2, why: 'age' },
    });
    expect(judge.judge({ kind: 'pump' })).toEqual({ ok: true, answers: { kind: 'pump' } });
  });

  it('names every mistake, those of questions in their order', () => {
    expect(judge.judge({ kind: 'well', parts: ['arm'], arm_size: 2, colour: 'red' })).toEqual({
      ok: false,
      mistakes: [
        { name: 'depth', detail: 'is required' },
        { name: 'parts', detail: 'is not asked by these answers: only if kind is "pump"' },
        {
          name: 'arm_size',
          detail: 'is not asked by these answers: only if kind is "pump", and only if parts is "arm"',
        },
        { name: 'colour', detail: 'is no question of the form' },
      ],
    });
  });

  it('takes nothing from what every object has', () => {
    const evil: unknown = JSON.parse('{"kind":"pump","__proto__":{"depth":1},"constructor":1,"toString":2}');
    const result = judge.judge(evil as Record<string, unknown>);
    expect(result).toMatchObject({
      ok: false,
      mistakes: [{ name: '__proto__' }, { name: 'constructor' }, { name: 'toString' }],
    });
    expect(Object.hasOwn(Object.prototype, 'depth')).toBe(false);
  });
});

/** A question, answers that fit it, and answers that do not. */
const anyQuestion: fc.Arbitrary<{ question: object; good: unknown; bad: unknown }> = fc.oneof(
  fc
    .record({ low: fc.integer({ min: -50, max: 50 }), span: fc.integer({ min: 0, max: 50 }), at: fc.nat(50) })
    .map(({ low, span, at }) => ({
      question: { type: 'integer', min: low, max: low + span },
      good: low + Math.min(at, span),
      bad: at % 2 === 0 ? low - 1 - at : low + span + 1 + at,
    })),
  fc
    .record({
      words: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 6 }),
      at: fc.nat(),
    })
    .map(({ words, at }) => ({
      question: { type: 'choice', choices: words.map((value) => ({ value })) },
      good: words[at % words.length],
      bad: `${words.join('')}!`,
    })),
  fc.boolean().map((good) => ({ question: { type: 'boolean' }, good, bad: String(good) })),
  fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => ({
    question: { type: 'datetime' },
    good: date.toISOString(),
    bad: date.getTime(),
  })),
  fc.stringMatching(/^[A-Z]{2}[0-9]{1,4}$/).map((code) => ({
    question: { type: 'text', pattern: '[A-Z]{2}[0-9]{1,4}' },
    good: code,
    bad: `${code}x`,
  })),
);

describe('any form', () => {
  const anyForm = fc.array(fc.tuple(anyQuestion, fc.boolean(), fc.constantFrom('good', 'bad', 'none')), {
    minLength: 1,
    maxLength: 12,
  });

  it('finds exactly the answers that are wrong or missing, and keeps the others', () => {
    fc.assert(
      fc.property(anyForm, (entries) => {
        const questions = entries.map(([{ question }, required], at) => ({
          name: `q${at}`,
          label: `Question ${at}`,
          required,
          ...question,
        }));
        const given = entries.flatMap(([{ good, bad }, , take], at) =>
          take === 'none' ? [] : [[`q${at}`, take === 'good' ? good : bad] as const],
        );
        const wrong = entries.flatMap(([, required, take], at) =>
          take === 'bad' || (take === 'none' && required) ? [`q${at}`] : [],
        );
        const judge = new AnswerJudge(parse(questions));
        const result = judge.judge(Object.fromEntries(given));
        expect(result.ok).toBe(wrong.length === 0);
        if (result.ok) {
          expect(Object.keys(result.answers)).toEqual(given.map(([name]) => name));
          // What it keeps it would keep again: an update judges what is there.
          expect(judge.judge(result.answers)).toEqual(result);
        } else expect(result.mistakes.map(({ name }) => name)).toEqual(wrong);
      }),
      { numRuns: 300 },
    );
  });

  it('reads back from a cell what it wrote into one', () => {
    fc.assert(
      fc.property(anyQuestion, ({ question, good }) => {
        const [entry] = parse([{ name: 'q', label: 'Q', ...question }]);
        const judge = new AnswerJudge(entry === undefined ? [] : [entry]);
        const first = judge.judge({ q: good });
        if (!first.ok) throw new Error('a good answer was refused');
        const cell = String(answerText(first.answers.q) ?? '');
        const again = judge.judge({ q: answerFromText(entry as Question, cell) });
        expect(again).toEqual(first);
      }),
    );
  });

  it('says no to anything at all without falling over', () => {
    fc.assert(
      fc.property(
        anyForm,
        fc.dictionary(fc.string(), fc.anything()),
        fc.anything(),
        (entries, given, one) => {
          const questions = entries.map(([{ question }], at) => ({
            name: `q${at}`,
            label: 'Q',
            ...question,
          }));
          const judge = new AnswerJudge(parse(questions));
          expect(typeof judge.judge({ ...given, q0: one }).ok).toBe('boolean');
        },
      ),
    );
  });
});

it.each([
  [{ type: 'integer' }, ' 12 ', 12],
  [{ type: 'integer' }, '1e3', '1e3'],
  [{ type: 'decimal' }, '-0.5', -0.5],
  [{ type: 'boolean' }, 'Yes', true],
  [{ type: 'boolean' }, '0', false],
  [{ type: 'boolean' }, 'perhaps', 'perhaps'],
  [{ type: 'choice', ...coloured }, 'Red', 'red'],
  [{ type: 'choice', ...coloured }, 'pink', 'pink'],
  [{ type: 'choices', ...coloured }, 'Red; blue;', ['red', 'blue']],
  [{ type: 'text' }, '', null],
  [{ type: 'text' }, '007', '007'],
])('a cell under %j with %j means %j', (question, cell, meant) => {
  const [entry] = parse([{ name: 'q', label: 'Q', ...question }]);
  expect(answerFromText(entry as Question, cell)).toEqual(meant);
});
