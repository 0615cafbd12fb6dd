import { FORM_FILE } from '../../contract/form-file.ts';
import type { EstateForm, FormText } from '../model.ts';
import { ContentFiles } from './content-files.ts';
import type { Mistake } from './document.ts';
import { formText, readForms } from './forms.ts';
import { mistakesOf } from './issues.ts';
import { formPlaces, type Place, placesByKey, type SaidOf } from './places.ts';
import { placeOf, spotAt } from './tree.ts';
import type { WantedInput } from './wanted-parsers.ts';

const INLINE = ['title', 'description', 'questions'] as const;
const NO_WAY = 'says nothing of what it asks: write file, or its title and questions';

/** Every form of the estate with its content: read, or defined in place. */
export async function wantedForms(input: WantedInput): Promise<EstateForm[]> {
  const named = new ContentFiles(input, 'form', readForms);
  const forms: EstateForm[] = [];
  for (const place of placesByKey([...input.whole.parts.values()].flatMap(formPlaces)).values()) {
    const { part, path, workspace, name, said: one } = place;
    if (part.isBroken(path)) continue;
    const inline = INLINE.some((field) => one[field] !== undefined);
    if ((one.file !== undefined) === inline) {
      part.wrong(path, inline ? 'is said in two ways: file, or defined here' : NO_WAY, 'key');
      continue;
    }
    const content =
      one.file === undefined
        ? await inlineContent(place, input.mistakes)
        : await named.contentAt(place, one.file);
    if (content !== null) forms.push({ account: part.slug, workspace, name, content });
  }
  return forms;
}

/** What is said in place is a form's file without its first lines. */
async function inlineContent(
  { part, path, name, said: content }: Place<SaidOf<'forms'>>,
  mistakes: Mistake[],
): Promise<FormText | null> {
  const { formFile } = await import('../../contract/form-questions.ts');
  const { data, error } = formFile.safeParse({ schema: FORM_FILE, name, ...content });
  if (data !== undefined) return formText(data);
  const within = ['accounts', part.slug, ...path];
  const placeIn = (inside: readonly PropertyKey[], at: 'key' | 'value') =>
    placeOf(spotAt(part.tree, [...path, ...inside.map(String)], at));
  mistakes.push(...mistakesOf({ data: { name, ...content }, placeOf: placeIn, within }, error.issues));
  return null;
}
