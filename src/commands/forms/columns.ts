import { questionsInOrder } from '../../contract/form-order.ts';
import type { Question, QuestionCondition } from '../../contract/form-questions.ts';
import type { Form, FormItem, FormShare } from '../../contract/types.ts';
import type { Column } from '../../output/columns.ts';

/** A form as a row: the one place that maps it. */
export const formColumns: readonly Column<FormItem>[] = [
  { header: 'NAME', value: (form) => form.name, keep: true },
  { header: 'TITLE', value: (form) => form.title },
  { header: 'QUESTIONS', value: (form) => form.question_count, align: 'right' },
  { header: 'EXAMPLE', value: (form) => form.example },
  { header: 'REVISION', value: (form) => form.revision, align: 'right' },
  { header: 'UPDATED', value: (form) => form.updated_at },
];

/** Of other accounts: as each is named here, and what this account may do with it. */
export const sharedColumns: readonly Column<FormItem>[] = [
  { header: 'FORM', value: nameFrom, keep: true },
  { header: 'TITLE', value: (form) => form.title },
  { header: 'ROLE', value: (form) => form.role },
  { header: 'QUESTIONS', value: (form) => form.question_count, align: 'right' },
  { header: 'EXAMPLE', value: (form) => form.example },
  { header: 'OWNER', value: (form) => form.owner.name },
  { header: 'UPDATED', value: (form) => form.updated_at },
];

/** A form as facts, a line each. */
export const formFacts: readonly Column<Form>[] = [
  { header: 'NAME', value: (form) => form.name },
  { header: 'ID', value: (form) => form.id },
  { header: 'TITLE', value: (form) => form.title },
  { header: 'DESCRIPTION', value: (form) => form.description },
  { header: 'OWNER', value: (form) => form.owner.slug },
  { header: 'WORKSPACE', value: (form) => form.workspace.slug },
  { header: 'YOUR ROLE', value: (form) => form.role ?? 'its own account' },
  { header: 'EXAMPLE', value: (form) => form.example },
  {
    header: 'COPY OF',
    value: ({ source }) => source && `${source.name}@${source.revision} of ${source.account_id}`,
  },
  { header: 'REVISION', value: (form) => form.revision },
  { header: 'CREATED', value: (form) => form.created_at },
  { header: 'UPDATED', value: (form) => form.updated_at },
];

export const shareColumns: readonly Column<FormShare>[] = [
  { header: 'ACCOUNT', value: (share) => share.account.slug, keep: true },
  { header: 'NAME', value: (share) => share.account.name },
  { header: 'ROLE', value: (share) => share.role, keep: true },
  { header: 'BY', value: (share) => reasons[share.by] },
  { header: 'ENDS WITH LINK', value: (share) => share.by === 'umbrella' || share.ends_with_link },
];

const reasons: Readonly<Record<FormShare['by'], string>> = {
  chosen: 'chosen here',
  umbrella: 'umbrella, by itself',
  example: 'example, by itself',
};

/** What a form asks, for people. */
export interface Asked {
  readonly name: string;
  readonly group: string | null;
  readonly label: string;
  readonly type: string;
  readonly required: boolean;
  readonly bounds: string | null;
  readonly shown_if: readonly string[];
}

export const askedColumns: readonly Column<Asked>[] = [
  { header: 'QUESTION', value: (asked) => asked.name, keep: true },
  { header: 'GROUP', value: (asked) => asked.group },
  { header: 'LABEL', value: (asked) => asked.label },
  { header: 'TYPE', value: (asked) => asked.type },
  { header: 'REQUIRED', value: (asked) => asked.required },
  { header: 'BOUNDS', value: (asked) => asked.bounds },
  { header: 'SHOWN IF', value: (asked) => asked.shown_if },
];

export function askedOf({ questions }: Form): Asked[] {
  return questionsInOrder(questions).map(({ question, path, conditions }) => {
    const { name, label, type, required } = question;
    const entry = path.length > 1 ? questions[Number(path[0])] : undefined;
    const bounds = boundsText(question);
    return {
      name,
      group: entry?.name ?? null,
      label,
      type,
      required,
      bounds: bounds === '' ? null : bounds,
      shown_if: conditions.map(conditionText),
    };
  });
}

function boundsText(question: Question): string {
  const { min, max } = { min: undefined, max: undefined, ...question };
  const range = min === undefined && max === undefined ? [] : [`${min ?? ''}..${max ?? ''}`];
  const pattern = 'pattern' in question && question.pattern !== undefined ? [`/${question.pattern}/`] : [];
  const choices = 'choices' in question ? [question.choices.map(({ value }) => value).join(' | ')] : [];
  return [...range, ...pattern, ...choices].join(', ');
}

function conditionText(condition: QuestionCondition): string {
  const { question } = condition;
  if ('equals' in condition) return `${question} = ${condition.equals}`;
  if ('one_of' in condition) return `${question} in ${condition.one_of.join(', ')}`;
  return `${question} ${condition.answered ? 'answered' : 'not answered'}`;
}

/** As it is named from another account: `one/Visit`. */
export function nameFrom({ owner, workspace, name }: Pick<FormItem, 'owner' | 'workspace' | 'name'>): string {
  const place = workspace.slug === 'default' ? owner.slug : `${owner.slug}/${workspace.slug}`;
  return `${place}/${name}`;
}
