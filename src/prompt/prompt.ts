import type * as InquirerPrompts from '@inquirer/prompts';
import { confirmationError, interruptedError, type TenantctlError, usageError } from '../errors.ts';
import { type PromptTerminal, terminalFor } from './terminal.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface PromptOptions {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly stderr: NodeJS.WritableStream & {
    readonly isTTY?: boolean | undefined;
    readonly columns?: number | undefined;
    readonly rows?: number | undefined;
  };
  readonly env: Env;
  /** False with `--no-input`. */
  readonly interactive?: boolean | undefined;
  /** Questions quote names that came from the API: makes a text safe on a terminal (output/text.ts, safeLine). */
  readonly clean: (text: string) => string;
  /** Stands before every question: where the run acts inside somebody else's account, which. Empty for most. */
  readonly mark?: (() => Promise<string>) | undefined;
  readonly color?: boolean | undefined;
}

/** A question that a flag answers as well. */
export interface Question {
  readonly message: string;
  /** `--email`, or an argument like `EMAIL`: named when nobody can be asked. */
  readonly flag: string;
  /** The command that answers it without a prompt. */
  readonly hint?: string | undefined;
}

export interface Choice<T> {
  readonly name: string;
  readonly value: T;
  readonly description?: string | undefined;
}

/**
 * Questions to the person at the terminal, on stderr. Where nobody can be asked, they throw the error that
 * names the flag; Ctrl-C throws `interrupted` (130).
 */
export interface Prompt {
  /** stdin and stderr are terminals, this is not CI, and `--no-input` was not given. */
  readonly allowed: boolean;
  /** y/N; enter alone is no. */
  confirm(question: Question): Promise<boolean>;
  input(question: Question & { readonly default?: string | undefined }): Promise<string>;
  /** Masked; never echoed. */
  password(question: Question): Promise<string>;
  select<T>(question: Question & { readonly choices: readonly Choice<T>[] }): Promise<T>;
  /** For more than fit on a screen: narrowed by what is typed. `find` is asked at every change of it, and at first with ''. */
  search<T>(
    question: Question & { readonly find: (text: string) => Promise<readonly Choice<T>[]> },
  ): Promise<T>;
  /** What the person typed, for comparing with the slug of what is to go. */
  typed(slug: string, question: Omit<Question, 'message'>): Promise<string>;
}

export function createPrompt(options: PromptOptions): Prompt {
  const { clean } = options;
  const allowed = mayAsk(options);
  const ask = <T>(question: Question, run: Asker<T>, refusal: Refusal = missingFlag) =>
    allowed ? onTerminal(options, question, run, refusal) : Promise.reject(refusal(question));

  return {
    allowed,
    confirm: (question) =>
      ask(
        question,
        ({ confirm }, context, message) => confirm({ message, default: false }, context),
        missingConfirmation,
      ),
    input: (question) =>
      ask(question, ({ input }, context, message) =>
        input(
          {
            message,
            ...(question.default === undefined ? {} : { default: clean(question.default) }),
            validate: (text) => text.trim() !== '' || question.default !== undefined || 'A value is needed',
          },
          context,
        ),
      ).then((text) => text.trim()),
    password: (question) =>
      ask(question, ({ password }, context, message) => password({ message, mask: '*' }, context)),
    select: (question) =>
      ask(question, ({ select }, context, message) =>
        select({ message, choices: shown(question.choices, clean) }, context),
      ),
    search: (question) =>
      ask(question, ({ search }, context, message) =>
        search(
          {
            message,
            source: async (text) => shown(await question.find(text ?? ''), clean),
          },
          context,
        ),
      ),
    typed: (slug, question) => {
      const whole = { ...question, message: `Type ${slug} to confirm` };
      return ask(
        whole,
        ({ input }, context, message) => input({ message }, context),
        missingConfirmation,
      ).then((text) => text.trim());
    },
  };
}

function shown<T>(choices: readonly Choice<T>[], clean: (text: string) => string) {
  return choices.map(({ name, value, description }) => ({
    value,
    name: clean(name),
    ...(description === undefined ? {} : { description: clean(description) }),
  }));
}

type Inquirer = typeof InquirerPrompts;
type Asker<T> = (inquirer: Inquirer, context: PromptTerminal['context'], message: string) => Promise<T>;
type Refusal = (question: Question) => TenantctlError;

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value.toLowerCase() !== 'false';
}

function mayAsk({ stdin, stderr, env, interactive = true }: PromptOptions): boolean {
  const terminals = stdin.isTTY === true && stderr.isTTY === true;
  return terminals && interactive && !isSet(env.TENANTCTL_NO_INPUT) && !isSet(env.CI);
}

function missingFlag({ flag, hint }: Question): TenantctlError {
  return usageError(`${flag} is missing`, {
    code: 'missing_flag',
    why: 'it cannot be asked for here: this needs a terminal, outside CI, without --no-input',
    hint,
  });
}

function missingConfirmation({ flag, hint }: Question): TenantctlError {
  return confirmationError(`this needs ${flag}`, {
    why: 'it cannot be asked for here: this needs a terminal, outside CI, without --no-input',
    hint,
  });
}

async function onTerminal<T>(
  options: PromptOptions,
  question: Question,
  run: Asker<T>,
  refusal: Refusal,
): Promise<T> {
  const message = options.clean(`${(await options.mark?.()) ?? ''}${question.message}`);
  const inquirer = await import('@inquirer/prompts');
  const terminal = terminalFor(options);
  try {
    return await run(inquirer, terminal.context, message);
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : '';
    if (name === 'ExitPromptError') throw interruptedError('interrupted', { cause });
    // The input ended (Ctrl-D) with the question open: left alone, the process would exit with 13.
    if (name === 'AbortPromptError') throw refusal(question);
    throw cause;
  } finally {
    terminal.release();
  }
}
