import { type Detail, type TenantctlError, usageError } from '../../errors.ts';
import { annotate } from '../../output/annotate.ts';
import type { Output } from '../../output/output.ts';
import type { Mistake } from './document.ts';
import { placeText } from './source.ts';

/** What of a run's context is needed to tell mistakes. */
interface Run {
  readonly world: { readonly env: Readonly<Record<string, string | undefined>> };
  readonly out: Pick<Output, 'say'>;
}

/** Every mistake of the files as one error, and on a pull request where it stands. */
export function mistaken(
  run: Run,
  mistakes: readonly Mistake[],
  told: { code: string; hint: string; most: number },
): TenantctlError {
  const { code, hint, most } = told;
  annotate(
    run,
    mistakes.map(({ name, line, column, message }) => ({ file: name, line, column, message })),
  );
  const details = mistakes
    .slice(0, most)
    .map((one): Detail => ({ pointer: placeText(one), detail: one.message }));
  if (mistakes.length > most) details.push({ detail: `and ${mistakes.length - most} more` });
  const count = mistakes.length === 1 ? 'is a mistake' : `are ${mistakes.length} mistakes`;
  return usageError(`there ${count} in the files; nothing was sent`, { code, hint, details });
}
