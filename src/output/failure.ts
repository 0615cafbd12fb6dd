import type { Reason, TenantctlError } from '../errors.ts';
import type { Paint } from './colour.ts';
import { json } from './rows.ts';
import { safeLine } from './text.ts';

/** The one JSON line of a machine format. */
export function failureJson(error: TenantctlError): string {
  return json({ error: failureObject(error) });
}

/** An error for programs. All members are always there. */
export function failureObject(error: TenantctlError) {
  const why = error.why === undefined ? '' : `. ${error.why}`;
  return {
    code: error.code,
    message: `${error.message.replace(/\.$/, '')}${why}`,
    status: error.status ?? null,
    request_id: error.requestId ?? null,
    hint: error.hint ?? null,
    retryable: error.retryable,
    details: error.details ?? null,
    reasons: error.reasons ?? null,
  };
}

/** For people: what happened, why, what to type next, and what to quote to support. */
export function failureText(error: TenantctlError, paint: Paint, debug: boolean): string {
  const lines = [`${paint('bad', 'Error:')} ${safeLine(error.message)}`];
  if (error.why !== undefined) lines.push(`  ${safeLine(error.why)}`);
  for (const { pointer, detail } of error.details ?? [])
    lines.push(`  - ${pointer === undefined ? '' : `${safeLine(pointer)}: `}${safeLine(detail)}`);
  for (const reason of error.reasons ?? []) lines.push(`  - ${reasonText(reason, paint)}`);
  if (error.hint !== undefined) lines.push(`  Try:  ${paint('bold', safeLine(error.hint))}`);
  lines.push(paint('dim', `  ${quotable(error)}`));
  if (debug) lines.push(...stackOf(error));
  return lines.join('\n');
}

function reasonText({ check, text, ok }: Reason, paint: Paint): string {
  const mark = ok === undefined ? '' : ok ? `${paint('good', 'yes')}  ` : `${paint('bad', 'no')}   `;
  return `${mark}${safeLine(text)}${check === undefined ? '' : ` (${safeLine(check)})`}`;
}

function quotable(error: TenantctlError): string {
  const id = error.requestId === undefined ? '' : `   Request ID: ${safeLine(error.requestId)}`;
  return `Code: ${safeLine(error.code)}${id}`;
}

function stackOf(error: TenantctlError): string[] {
  const source = error.cause instanceof Error ? error.cause : error;
  return (source.stack ?? '').split('\n').map((line) => `  ${safeLine(line)}`);
}
