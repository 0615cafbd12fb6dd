import { usageError } from '../errors.ts';
import type { Choice, Prompt } from './prompt.ts';

/** A flag, declared once: the verb's parser, its help and its question all come from here. */
export interface Flag {
  /** `--email`. */
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
  /** The question when it is missing: `E-mail address`. */
  readonly prompt: string;
  /** Asked for masked. Such a flag takes no value on the command line: it names the file or stdin form. */
  readonly secret?: boolean | undefined;
  readonly choices?: readonly Choice<string>[] | undefined;
}

/**
 * Given: that. Missing and required: asked for on a terminal, else a usage error that names the flag.
 * Missing and not required: undefined.
 */
export function ask(
  flag: Flag & { readonly required: true },
  given: string | undefined,
  prompt: Prompt,
): Promise<string>;
export function ask(flag: Flag, given: string | undefined, prompt: Prompt): Promise<string | undefined>;
export async function ask(
  flag: Flag,
  given: string | undefined,
  prompt: Prompt,
): Promise<string | undefined> {
  if (given !== undefined) return checked(flag, given);
  if (!flag.required) return undefined;
  const question = { message: flag.prompt, flag: flag.name };
  if (flag.secret === true) return prompt.password(question);
  if (flag.choices !== undefined) return prompt.select({ ...question, choices: flag.choices });
  return prompt.input(question);
}

function checked({ name, choices }: Flag, given: string): string {
  if (given === '') throw usageError(`${name} is empty`, { code: 'empty_flag' });
  if (choices === undefined || choices.some((choice) => choice.value === given)) return given;
  const known = choices.map((choice) => choice.value).join(', ');
  throw usageError(`${name} ${given}: not one of ${known}`, { code: 'invalid_choice' });
}
