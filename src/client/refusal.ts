import type { OperationId } from '../contract/operations.ts';
import {
  fromProblem,
  otherError,
  outcomeOfStatus,
  type Problem,
  TenantctlError,
  temporaryError,
} from '../errors.ts';
import { hintFor } from './hints.ts';
import type { WireAnswer, WireError } from './wire.ts';

/** What was asked, as errors tell it. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly requestId: string;
  readonly account: string | undefined;
  readonly operation: OperationId | undefined;
}

/** The answer's body as JSON; undefined if it is none. */
export function jsonOf(answer: WireAnswer): unknown {
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(answer.headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(answer.body);
  } catch {
    return undefined;
  }
}

/** The stable code of a refusal; empty if the answer did not come from the API. */
export function codeIn(body: unknown): string {
  return isRecord(body) && typeof body.code === 'string' ? body.code : '';
}

/** A refusal of the API, or of something between us and it, as one error with what to do about it. */
export function refusal(answer: WireAnswer, body: unknown, asked: Asked): TenantctlError {
  const requestId = answer.headers['x-request-id'] ?? asked.requestId;
  if (answer.status >= 300 && answer.status < 400) return redirected(answer, asked);
  if (!isProblem(body)) return notOurs(answer, asked);
  const problem = { ...body, status: answer.status, request_id: body.request_id ?? requestId };
  return fromProblem(problem, { hint: hintFor(body.code ?? '', asked) });
}

/** A 2xx whose body is not what an API would send. Whether a change took effect is unknown, so it says so. */
export function unreadable(answer: WireAnswer, asked: Asked): TenantctlError {
  return otherError(`the answer to ${asked.method} ${asked.url} is not JSON`, {
    code: 'bad_answer',
    why: `${said(answer)} A proxy or a wrong URL is the usual reason; a change may have taken effect all the same.`,
    hint: 'tenantctl config list --show-origin',
    status: answer.status,
    requestId: answer.headers['x-request-id'] ?? asked.requestId,
  });
}

function redirected(answer: WireAnswer, asked: Asked): TenantctlError {
  return otherError(`${asked.url} redirects to ${answer.headers.location ?? 'nowhere'}`, {
    code: 'redirect',
    why: 'Redirects are not followed: the credential must not leave the host it was made for.',
    hint: 'tenantctl profiles update PROFILE --url URL',
    status: answer.status,
    requestId: asked.requestId,
  });
}

function notOurs(answer: WireAnswer, asked: Asked): TenantctlError {
  return new TenantctlError(outcomeOfStatus(answer.status), {
    code: `http_${answer.status}`,
    message: `${asked.method} ${asked.url} was answered ${answer.status}, not by the tenancy API`,
    why: said(answer),
    hint: 'tenantctl config list --show-origin',
    status: answer.status,
    requestId: answer.headers['x-request-id'] ?? asked.requestId,
  });
}

function said(answer: WireAnswer): string {
  const kind = answer.headers['content-type'] ?? 'no content type';
  const start = answer.body.replace(/\s+/g, ' ').trim().slice(0, 120);
  return start === '' ? `The answer is empty (${kind}).` : `The answer is ${kind} and starts with: ${start}`;
}

/** No answer came at all. */
export function unreachable(error: WireError, asked: Asked, timedOut: number | undefined): TenantctlError {
  const { origin } = new URL(asked.url);
  const base = { requestId: asked.requestId, cause: error } as const;
  if (timedOut !== undefined) {
    return temporaryError(`no answer from ${origin} within ${timedOut / 1000} s`, {
      ...base,
      code: 'timeout',
      why: `${asked.method} ${asked.url}`,
      hint: 'run it again, with a larger --timeout SECONDS if it needs longer',
    });
  }
  if (/CERT|SELF_SIGNED|ALTNAME/.test(error.code)) {
    return otherError(`${origin} shows a certificate that is not trusted: ${error.message}`, {
      ...base,
      code: 'untrusted_certificate',
      hint: 'name the authority with --ca-file FILE or TENANTCTL_CA_FILE',
    });
  }
  return temporaryError(`cannot reach ${origin}: ${error.message}`, {
    ...base,
    code: 'network',
    hint: 'tenantctl config list --show-origin',
  });
}

function isProblem(body: unknown): body is Omit<Problem, 'status'> {
  return isRecord(body) && typeof body.code === 'string' && typeof body.title === 'string';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
