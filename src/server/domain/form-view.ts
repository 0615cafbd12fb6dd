import type { Form, FormItem } from '../../contract/types.ts';
import type { FormOwner, FormRow, FormSummary } from './ports/forms.ts';

/**
 * A form as the contract shows it.
 * @param role what the caller has of it in another account; null in the account that owns it, which alone is told who made
 * it, and of what
 */
export function toFormItem(form: FormSummary, owner: FormOwner, role: FormItem['role']): FormItem {
  return {
    id: form.id,
    owner: { id: owner.id, slug: owner.slug, name: owner.name },
    workspace: { ...form.workspace },
    name: form.name,
    title: form.title,
    description: form.description,
    question_count: form.questionCount,
    example: form.example,
    role,
    source: role === null ? form.source : null,
    revision: form.revision,
    created_by: role === null ? form.createdBy : null,
    created_at: form.createdAt,
    updated_at: form.updatedAt,
  };
}

export function toForm(form: FormRow, owner: FormOwner, role: FormItem['role']): Form {
  return { ...toFormItem(form, owner, role), questions: form.questions };
}
