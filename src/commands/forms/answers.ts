import type { Context } from '../../context.ts';
import { AnswerJudge, type Answers, answerFromText } from '../../contract/form-answers.ts';
import { questionsInOrder } from '../../contract/form-order.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import type { Form } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import type { Named } from '../place.ts';

export type Given = BodyInput<'records.update'>['answers'];

export async function formAt(ctx: Context, { account, workspace, name }: Named): Promise<Form> {
  return ctx.client().call('forms.show', { params: { account, form: name }, query: { workspace } });
}

/** `depth=12`, as the answer that the question takes; `depth=` is none. */
export function answersFrom(form: Form, words: readonly string[]): Record<string, unknown> {
  const asked = questionsInOrder(form.questions).map(({ question }) => question);
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      const question = asked.find(({ name }) => name === word.slice(0, at));
      if (at > 0 && question !== undefined)
        return [question.name, answerFromText(question, word.slice(at + 1))];
      throw usageError(`--answer ${word}: not QUESTION=ANSWER`, {
        code: 'bad_answers',
        why: `The questions are ${asked.map(({ name }) => name).join(', ')}.`,
      });
    }),
  );
}

/** `{"depth": 12}` */
export function answersIn(data: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    throw usageError('--data: not JSON', { code: 'bad_answers', hint: `--data '{"site": "Nord"}'` });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
    return Object.fromEntries(Object.entries(parsed));
  throw usageError('--data: not a JSON object of answers', { code: 'bad_answers' });
}

/** One record, judged before it is sent. */
export function judgedHere(form: Form, given: Readonly<Record<string, unknown>>): Answers {
  const result = new AnswerJudge(form.questions).judge(given);
  if (result.ok) return result.answers;
  throw usageError(`the answers do not fit ${form.name}; nothing was submitted`, {
    code: 'bad_answers',
    hint: `tenantctl forms show ${form.id} --account ${form.owner.slug}`,
    details: result.mistakes.map(({ name, detail }) => ({ pointer: name, detail })),
  });
}

/** As the contract takes them. */
export function asBody(answers: Answers): Given {
  return Object.fromEntries(
    Object.entries(answers).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );
}
