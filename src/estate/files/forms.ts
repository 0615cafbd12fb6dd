import { fromFormFile } from '../../contract/form-file.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import type { FormFile } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import type { FormText } from '../model.ts';
import type { Document, Source } from './document.ts';
import { mistakesOf } from './issues.ts';
import { checkedIn, type ReadParts, readParts, retoldIn } from './parts.ts';
import { placeText, readDocument, type Sources } from './source.ts';

/** A form as a file has it. */
export interface FoundForm {
  readonly content: Pick<BodyInput<'forms.create'>, 'name' | 'title' | 'description' | 'questions'>;
  readonly document: Document;
}

const MOST_DETAILS = 20;

/** The one form of a file. Throws a usage error that names every mistake by file, line and column. */
export async function readForm(name: string, sources: Sources): Promise<FoundForm> {
  const document = await readDocument(name, 'the form', sources);
  // The schemas cost more to load than the rest of the tool, and few runs read forms.
  const { formFile } = await import('../../contract/form-questions.ts');
  const { data, error } = formFile.safeParse(document.data);
  if (data !== undefined) return { content: fromFormFile(data), document };
  const mistakes = mistakesOf(
    checkedIn({ document, pointer: '', data: document.data }),
    error.issues,
  ).toSorted((a, b) => a.line - b.line || a.column - b.column);
  const details = mistakes.map((one) => ({ pointer: placeText(one), detail: one.message }));
  const more = details.length - MOST_DETAILS;
  throw usageError(
    `there ${details.length === 1 ? 'is a mistake' : `are ${details.length} mistakes`} in ${document.name}; nothing was sent`,
    {
      code: 'bad_form_file',
      hint: 'tenantctl help forms',
      details: [...details.slice(0, MOST_DETAILS), ...(more > 0 ? [{ detail: `and ${more} more` }] : [])],
    },
  );
}

/** A form of an estate as a file has it. */
export interface NamedForm {
  readonly name: string;
  readonly content: FormText;
}

/** Every form of a file that an estate names: one a document, or a list of them. */
export async function readForms(source: Source): Promise<ReadParts<NamedForm>> {
  return await readParts(source, {
    what: 'form',
    form: async () => (await import('../../contract/form-questions.ts')).formFile,
    found: (data) => ({ name: data.name, content: formText(data) }),
  });
}

/** With every default filled in, as the server keeps it. */
export function formText({ title, description, questions }: FormFile): FormText {
  return { title, description: description ?? null, questions };
}

/** The server's refusal of what the file says. */
export function inFormFile(thrown: unknown, { document }: FoundForm): unknown {
  return retoldIn(thrown, { document, pointer: '' });
}
