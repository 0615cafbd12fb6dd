import type { BodyInput } from './shapes.ts';
import type { Form, FormFile } from './types.ts';

/** What a form's file says of its own form: its field `schema`. */
export const FORM_FILE = 'tenantctl/form/v1';

type Content = Pick<Form, 'name' | 'title' | 'description'> & Pick<FormFile, 'questions'>;

/** A form as the content of its file, keys in the order in which people read them. What is empty is left out. */
export function toFormFile({ name, title, description, questions }: Content): FormFile {
  return { schema: FORM_FILE, name, title, ...(description !== null && { description }), questions };
}

/** What a file asks `forms.create` for; the server judges it. */
export function fromFormFile(file: FormFile): BodyInput<'forms.create'> {
  const { name, title, description = null, questions } = file;
  return { name, title, description, questions };
}
