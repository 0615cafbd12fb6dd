import type { Question, QuestionCondition, QuestionEntry } from './form-questions.ts';

/** A question with where it stands and the conditions that must all hold for it to be asked. */
export interface AskedQuestion {
  readonly question: Question;
  readonly path: readonly (string | number)[];
  readonly conditions: readonly QuestionCondition[];
}

/** Every question in the order in which it is asked, those of groups in their place. */
export function questionsInOrder(questions: readonly QuestionEntry[]): AskedQuestion[] {
  return questions.flatMap((entry, at) => {
    if (entry.type !== 'group')
      return [{ question: entry, path: [at], conditions: entry.show_if ? [entry.show_if] : [] }];
    return entry.questions.map((inner, index) => ({
      question: inner,
      path: [at, 'questions', index],
      conditions: [entry.show_if, inner.show_if].flatMap((one) => one ?? []),
    }));
  });
}
