import type { Context } from '../../context.ts';
import { type FoundForm, inFormFile, readForm } from '../../estate/files/forms.ts';

/** The form of a file; `-` is stdin. */
export async function formFrom(ctx: Context, file: string): Promise<FoundForm> {
  return await readForm(file, {
    directory: ctx.world.cwd,
    stdin: (what, maxBytes) => ctx.readStdinBytes(what, maxBytes),
  });
}

/** What the server says of a file, said at its places. */
export async function placedIn<T>(answer: Promise<T>, found: FoundForm | undefined): Promise<T> {
  return await answer.catch((thrown: unknown) => {
    throw found === undefined ? thrown : inFormFile(thrown, found);
  });
}
