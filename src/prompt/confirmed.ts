import { confirmationError } from '../errors.ts';
import type { Prompt } from './prompt.ts';

/** How much a change takes away (cli.md, "Prompts and safety"). */
export type Weight = 'none' | 'yes' | 'slug';

export interface Confirmation {
  readonly weight: Weight;
  /** `delete account acme`: fits "This will ...". */
  readonly what: string;
  /** What will be lost, with counts; shown before anything is asked. */
  readonly consequences?: readonly string[] | undefined;
  /** What must be typed, for weight `slug`. */
  readonly slug?: string | undefined;
  /** `--yes` was given. */
  readonly yes?: boolean | undefined;
  /** `--confirm SLUG` as given. */
  readonly confirm?: string | undefined;
  /** The command as typed, for the hint: the flag is appended. */
  readonly command?: string | undefined;
}

export interface Guard {
  readonly prompt: Pick<Prompt, 'confirm' | 'typed'>;
  /** Output.say: shown on stderr even with --quiet. */
  readonly out: { say(text: string): void };
}

/**
 * The one guard of everything that destroys. Returns when it may go on, throws `confirmation` (8)
 * otherwise. A wrong answer is final: there is no second try to get used to.
 */
export async function confirmed(request: Confirmation, guard: Guard): Promise<void> {
  if (request.weight === 'none') return;
  showConsequences(request, guard);
  await (request.weight === 'slug' ? confirmedBySlug(request, guard) : confirmedByYes(request, guard));
}

function showConsequences({ what, consequences = [] }: Confirmation, { out }: Guard): void {
  const line = (text: string) => text.replace(/\s*\n\s*/g, ' ');
  const lost = consequences.map((consequence) => `  - ${line(consequence)}`);
  out.say([`This will ${line(what)}${lost.length > 0 ? ':' : '.'}`, ...lost].join('\n'));
}

async function confirmedByYes({ yes, command, what }: Confirmation, { prompt }: Guard): Promise<void> {
  if (yes === true) return;
  const hint = command === undefined ? undefined : `${command} --yes`;
  if (await prompt.confirm({ message: 'Go on?', flag: '--yes', hint })) return;
  throw confirmationError(`not confirmed: ${what}`, { code: 'declined', why: 'nothing was changed' });
}

async function confirmedBySlug(request: Confirmation, { prompt }: Guard): Promise<void> {
  const { slug, confirm, command, yes, what } = request;
  if (slug === undefined || slug === '')
    throw new TypeError('a confirmation of weight "slug" needs the slug');
  const hint = command === undefined ? undefined : `${command} --confirm ${slug}`;
  const flag = `--confirm ${slug}${yes === true ? ' (--yes is not enough)' : ''}`;
  const given = confirm ?? (await prompt.typed(slug, { flag, hint }));
  if (given === slug) return;
  throw confirmationError(`"${given}" is not "${slug}": not confirmed: ${what}`, {
    code: 'confirmation_mismatch',
    why: 'nothing was changed',
    hint,
  });
}
