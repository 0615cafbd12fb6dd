import type { Output } from './output.ts';

export interface Annotation {
  /** As it was named. */
  readonly file: string;
  readonly line: number;
  readonly column?: number | undefined;
  readonly message: string;
}

/** What of a run's context tells whether it is a pipeline's, and where that reads. */
interface Run {
  readonly world: { readonly env: Readonly<Record<string, string | undefined>> };
  readonly out: Pick<Output, 'say'>;
}

/** GitHub shows ten annotations of a step. */
const SHOWN = 10;

/**
 * Mistakes in files, so that a pull request shows them where they are; nothing outside GitHub Actions.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-error-message
 */
export function annotate(run: Run, annotations: readonly Annotation[]): void {
  if (run.world.env.GITHUB_ACTIONS !== 'true') return;
  for (const { file, line, column, message } of annotations.slice(0, SHOWN)) {
    const name = escaped(file).replaceAll(':', '%3A').replaceAll(',', '%2C');
    const place = column === undefined ? `line=${line}` : `line=${line},col=${column}`;
    run.out.say(`::error file=${name},${place}::${escaped(message)}`);
  }
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
