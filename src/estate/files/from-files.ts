import { usageError } from '../../errors.ts';
import type { Output } from '../../output/output.ts';
import { mistaken } from './mistaken.ts';
import { type ReadEstate, readEstate } from './read.ts';
import { isVariableName } from './variables.ts';

/** What of a run's context is needed to read files. */
interface Run {
  readonly world: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
  };
  readonly out: Pick<Output, 'say'>;
  readStdinBytes(what: string, maxBytes: number): Promise<Uint8Array>;
}

export interface EstateChoice {
  /** `-f`: files and folders, each laid over those before it; `-` is stdin. */
  readonly file: readonly string[];
  /** `--var NAME=VALUE` */
  readonly var?: readonly string[] | undefined;
}

/** More than two screens of them help nobody; an editor has them all at once, by the schema. */
const MOST_SHOWN = 50;

/** The estate that files ask for. Throws every mistake in them at once, as a usage error: nothing was sent. */
export async function estateFromFiles(
  run: Run,
  { file, var: given = [] }: EstateChoice,
): Promise<ReadEstate> {
  const read = await readEstate(file, {
    directory: run.world.cwd,
    stdin: (what, maxBytes) => run.readStdinBytes(what, maxBytes),
    environment: run.world.env,
    given: new Map(given.map(assignment)),
  });
  if (read.mistakes.length === 0) return read;
  throw mistaken(run, read.mistakes, {
    code: 'bad_estate_file',
    hint: 'tenantctl help estate',
    most: MOST_SHOWN,
  });
}

function assignment(text: string): [string, string] {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0));
  if (isVariableName(name)) return [name, text.slice(at + 1)];
  // Not repeated: what was meant as a value may be a secret.
  throw usageError('--var takes NAME=VALUE, with a name of letters, digits and _', { code: 'invalid_value' });
}
