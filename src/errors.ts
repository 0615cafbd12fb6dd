/** Every way a run can end, other than well. The exit-code table of design/cli.md hangs on these. */
export const EXIT_CODES = {
  error: 1,
  usage: 2,
  partial: 3,
  auth: 4,
  not_found: 5,
  conflict: 6,
  temporary: 7,
  confirmation: 8,
  forbidden: 9,
  changes_pending: 10,
  interrupted: 130,
  terminated: 143,
} as const;

export type Outcome = keyof typeof EXIT_CODES;

export function exitCode(outcome: Outcome): number {
  return EXIT_CODES[outcome];
}

/** One link of the chain that `decide` went through (domain.md, "Who may do what"). */
export interface Reason {
  /** What was looked at: a rule's number or the name of a check. */
  readonly check?: string | undefined;
  readonly text: string;
  readonly ok?: boolean | undefined;
}

/** Where the input is wrong: `pointer` is a JSON pointer (RFC 6901), a flag or `file:line`. */
export interface Detail {
  readonly pointer?: string | undefined;
  readonly detail: string;
}

export interface Failure {
  /** Stable and snake_case, listed in docs/errors.md. */
  readonly code: string;
  /** What happened, one line. */
  readonly message: string;
  readonly why?: string | undefined;
  /** An exact command that helps, shown after `Try:`. */
  readonly hint?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** Running the same command again is safe and may work. Default: only for outcome `temporary`. */
  readonly retryable?: boolean | undefined;
  readonly details?: readonly Detail[] | undefined;
  readonly reasons?: readonly Reason[] | undefined;
  readonly cause?: unknown;
}

/** The one error that verbs, client, config and prompt throw. main.ts alone turns it into an exit code. */
export class TenantctlError extends Error {
  readonly outcome: Outcome;
  readonly code: string;
  readonly why: string | undefined;
  readonly hint: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly details: readonly Detail[] | undefined;
  readonly reasons: readonly Reason[] | undefined;

  constructor(outcome: Outcome, failure: Failure) {
    super(failure.message, { cause: failure.cause });
    this.name = 'TenantctlError';
    this.outcome = outcome;
    this.code = failure.code;
    this.why = failure.why;
    this.hint = failure.hint;
    this.status = failure.status;
    this.requestId = failure.requestId;
    this.retryable = failure.retryable ?? outcome === 'temporary';
    this.details = failure.details;
    this.reasons = failure.reasons;
  }

  get exitCode(): number {
    return exitCode(this.outcome);
  }

  /** The same error with something better known about it. */
  with(more: Pick<Failure, 'hint'>): TenantctlError {
    const { code, message, why, hint, status, requestId, retryable, details, reasons, cause } = this;
    const failure = { code, message, why, hint, status, requestId, retryable, details, reasons, cause };
    return new TenantctlError(this.outcome, { ...failure, ...more });
  }
}

/** The run ends as the program did that it ran (`accounts exec`): the one exit code that is not of the table. */
export class ProgramEnded extends TenantctlError {
  /** Whatever there was to say, the program has said itself. */
  readonly silent: boolean;
  readonly #code: number;

  /** @param failure why there was no program to end: 126 or 127, as a shell would have it */
  constructor(code: number, failure?: Failure) {
    super('usage', failure ?? { code: 'program_ended', message: `the program ended with ${code}` });
    this.silent = failure === undefined;
    this.#code = code;
  }

  override get exitCode(): number {
    return this.#code;
  }
}

/** The same refusal, told with more: where in a file it is, how far the run came. */
export function retold(error: TenantctlError, more: Partial<Failure>): TenantctlError {
  const { message, code, why, hint, status, requestId, retryable, details, reasons } = error;
  const said = { message, code, why, hint, status, requestId, retryable, details, reasons };
  return new TenantctlError(error.outcome, { ...said, cause: error.cause ?? error, ...more });
}

/** What a constructor takes: the code may be left out where the outcome says enough. */
type Partly = Omit<Failure, 'code'> & { readonly code?: string | undefined };

function maker(outcome: Outcome, code: string) {
  return (message: string, more: Omit<Partly, 'message'> = {}): TenantctlError =>
    new TenantctlError(outcome, { ...more, message, code: more.code ?? code });
}

export const otherError = maker('error', 'error');
export const usageError = maker('usage', 'usage');
export const partialError = maker('partial', 'partly_done');
export const authError = maker('auth', 'not_signed_in');
export const notFoundError = maker('not_found', 'not_found');
export const conflictError = maker('conflict', 'conflict');
export const temporaryError = maker('temporary', 'temporary');
export const confirmationError = maker('confirmation', 'confirmation_required');
/** Nothing went wrong: the exit code is the answer, and nothing is said. */
export const pendingChanges = maker('changes_pending', 'changes_pending');
export const interruptedError = maker('interrupted', 'interrupted');
export const terminatedError = maker('terminated', 'terminated');

const OUTCOME_OF_STATUS: Readonly<Record<number, Outcome>> = {
  400: 'usage',
  401: 'auth',
  402: 'conflict',
  403: 'forbidden',
  404: 'not_found',
  408: 'temporary',
  409: 'conflict',
  410: 'conflict',
  412: 'conflict',
  413: 'usage',
  415: 'usage',
  422: 'usage',
  425: 'temporary',
  428: 'conflict',
  429: 'temporary',
};

export function outcomeOfStatus(status: number): Outcome {
  return OUTCOME_OF_STATUS[status] ?? (status >= 500 ? 'temporary' : 'error');
}

/** The answer's body, `application/problem+json` (RFC 9457) with api.md's own members. */
export interface Problem {
  readonly type?: string | undefined;
  readonly title?: string | undefined;
  readonly status: number;
  readonly detail?: string | undefined;
  readonly code?: string | undefined;
  readonly request_id?: string | undefined;
  readonly errors?: readonly Detail[] | undefined;
  readonly reasons?: readonly Reason[] | undefined;
  /** What stands in the way, all of it. */
  readonly blockers?: readonly Blocker[] | undefined;
}

interface Blocker {
  readonly kind: string;
  readonly detail: string;
}

/** A server's refusal as ours. The public text is taken as is: it is made safe when it is shown. */
export function fromProblem(
  problem: Problem,
  extra: { hint?: string | undefined; cause?: unknown } = {},
): TenantctlError {
  const { status, title, detail } = problem;
  const details = [...(problem.errors ?? []), ...(problem.blockers ?? []).map(blockerAsDetail)];
  return new TenantctlError(outcomeOfStatus(status), {
    code: problem.code ?? `http_${status}`,
    message: detail ?? title ?? `the server answered ${status}`,
    why: detail !== undefined && title !== undefined && title !== detail ? title : undefined,
    hint: extra.hint,
    status,
    requestId: problem.request_id,
    details: details.length > 0 ? details : undefined,
    reasons: problem.reasons,
    cause: extra.cause,
  });
}

function blockerAsDetail({ kind, detail }: Blocker): Detail {
  return { pointer: kind, detail };
}

/** Anything thrown, as ours. What is not ours is a bug or the system's: outcome `error`, cause kept. */
export function asTenantctlError(thrown: unknown): TenantctlError {
  if (thrown instanceof TenantctlError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined;
  const system = typeof code === 'string' && /^E[A-Z0-9]+$/.test(code);
  return otherError(system ? message : `unexpected: ${message}`, {
    code: system ? code.toLowerCase() : 'internal',
    cause: thrown,
  });
}

/** The reader went away (`| head -1`): no failure, the run ends quietly with 0. */
export function isBrokenPipe(thrown: unknown): boolean {
  return thrown instanceof Error && Reflect.get(thrown, 'code') === 'EPIPE';
}
