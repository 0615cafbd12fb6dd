import type { FastifyReply } from 'fastify';
import type { Problem } from '../../contract/common.ts';
import { errorCodes } from '../../contract/errors.ts';
import { DomainError } from '../domain/errors.ts';

/** An error as RFC 9457 has it. Only what a DomainError says in public gets out. */
export function toProblem(error: DomainError, requestId: string): Problem {
  const { status, title } = errorCodes[error.code];
  const { errors, reasons, blockers } = error.trouble;
  return {
    type: `urn:tenantctl:error:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    request_id: requestId,
    ...(errors && { errors: [...errors] }),
    ...(reasons && { reasons: [...reasons] }),
    ...(blockers && { blockers: [...blockers] }),
  };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** What Fastify itself refuses, in our words; anything unknown is a fault of ours and says nothing. */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new DomainError('body_too_large', 'The body is over 5 MiB. Send fewer rows at a time.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new DomainError('unsupported_media_type', 'Send the body as application/json.');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new DomainError('malformed_json', 'The body is not valid JSON.');
    default:
      return new DomainError('internal', 'Something went wrong here. Tell the operator the request id.', {
        cause: error,
      });
  }
}

export function sendProblem(reply: FastifyReply, error: DomainError): FastifyReply {
  const problem = toProblem(error, reply.request.id);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (error.trouble.retryAfter !== undefined) reply.header('retry-after', String(error.trouble.retryAfter));
  return reply
    .status(problem.status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(problem)));
}
