import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromFormFile, toFormFile } from '../../src/contract/form-file.ts';
import { questionsInOrder } from '../../src/contract/form-order.ts';
import { formFile, formName, formQuestions } from '../../src/contract/form-questions.ts';
import { formSchema } from '../../src/contract/form-schema.ts';
import { limits } from '../../src/contract/limits.ts';
import { questions } from '../support/forms.ts';
import { startServer } from '../support/server.ts';

const text = (name: string, more: object = {}) => ({ type: 'text', name, label: name, ...more });
const group = (name: string, inner: object[], more: object = {}) => ({
  type: 'group',
  name,
  label: name,
  questions: inner,
  ...more,
});

/** What is wrong with the questions, as `path: words`. */
function wrong(value: unknown): string[] {
  const { error } = formQuestions.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the questions of a form', () => {
  it('are told in order, those of groups in their place and with its condition', () => {
    const parsed = formQuestions.parse([
      { type: 'boolean', name: 'a', label: 'A' },
      group('g', [text('b', { show_if: { question: 'a', answered: true } })], {
        show_if: { question: 'a', equals: true },
      }),
      text('c'),
    ]);
    expect(
      questionsInOrder(parsed).map(({ question, path, conditions }) => [question.name, path, conditions]),
    ).toEqual([
      ['a', [0], []],
      [
        'b',
        [1, 'questions', 0],
        [
          { question: 'a', equals: true },
          { question: 'a', answered: true },
        ],
      ],
      ['c', [2], []],
    ]);
  });

  it.each<[why: string, value: unknown, told: string[]]>([
    ['twice the same name', [text('a'), text('a')], ['1.name: is there twice: a']],
    [
      'a group with the name of a question',
      [text('a'), group('a', [text('b')])],
      ['1.name: is there twice: a'],
    ],
    [
      'a condition on what comes later',
      [text('a', { show_if: { question: 'b', answered: true } }), text('b')],
      ['0.show_if.question: names no earlier question: b'],
    ],
    [
      'a group that is shown by one of its own',
      [group('g', [text('a')], { show_if: { question: 'a', answered: true } })],
      ['0.show_if.question: names no earlier question: a'],
    ],
    [
      'a condition that never holds',
      [
        { type: 'choice', name: 'a', label: 'A', choices: [{ value: 'x' }] },
        text('b', { show_if: { question: 'a', one_of: ['x', 'y'] } }),
      ],
      ['1.show_if: is never true: a is choice and cannot be "y"'],
    ],
    ['bounds that nothing meets', [text('a', { min: 9, max: 3 })], ['0.max: must not be below min']],
    [
      'dates that nothing meets',
      [{ type: 'date', name: 'a', label: 'A', min: '2026-02-01', max: '2026-01-01' }],
      ['0.max: must not be below min'],
    ],
    [
      'a choice that is offered twice',
      [{ type: 'choices', name: 'a', label: 'A', choices: [{ value: 'x' }, { value: 'x' }], min: 3 }],
      ['0.choices.1.value: is there twice: x', '0.min: must be 2 at most: there are no more choices'],
    ],
    [
      'names that objects have',
      [text('constructor'), text('__proto__')],
      [
        '0.name: must begin with a-z, then a-z, 0-9 and _, 63 characters at most, and not be constructor or prototype',
        '1.name: must begin with a-z, then a-z, 0-9 and _, 63 characters at most, and not be constructor or prototype',
      ],
    ],
    [
      'a pattern that goes back',
      [text('a', { pattern: '(a)\\1' })],
      ['0.pattern: must be a pattern: \\1 is not there: no word ends, back references or codes'],
    ],
  ])('are refused for %s', (_why, value, told) => {
    expect(wrong(value)).toEqual(told);
  });

  it('are bounded in number, those of groups counted, and in size', () => {
    const many = (count: number, from: string) =>
      Array.from({ length: count }, (_, at) => text(`${from}${at}`));
    const half = limits.formQuestions / 2 + 1;
    expect(wrong([group('g', many(half, 'a')), group('h', many(half, 'b'))])).toEqual([
      `: must be ${limits.formQuestions} questions at most, those of groups counted`,
    ]);
    const large = many(400, 'a').map((one) => ({ ...one, help: 'x'.repeat(1000) }));
    expect(wrong(large)).toEqual([`: must be ${limits.formQuestionsChars} characters of JSON at most`]);
    expect(wrong([])).toHaveLength(1);
  });
});

describe('a form as a file', () => {
  it('comes back as it went', () => {
    const parsed = formQuestions.parse(questions());
    const file = toFormFile({ name: 'Visit', title: 'Visit', description: null, questions: parsed });
    expect(fromFormFile(formFile.parse(file))).toEqual({
      name: 'Visit',
      title: 'Visit',
      description: null,
      questions: parsed,
    });
  });

  it.each(['save-copy', 'frm_x', 'a/b', ' a', 'a ', ''])('cannot be called %j', (name) => {
    expect(formName.safeParse(name).success).toBe(false);
  });
});

describe('schemas/form.json', () => {
  it('is the schema, in the repository and on every server', async () => {
    const written = `${JSON.stringify(formSchema(), null, 2)}\n`;
    const there = readFileSync(new URL('../../schemas/form.json', import.meta.url), 'utf8');
    expect(there === written, 'run: npm run openapi').toBe(true);
    const server = await startServer();
    const answer = await server.app.inject({ url: '/schemas/form.json' });
    expect([answer.statusCode, `${answer.body}\n`]).toEqual([200, written]);
  });
});
