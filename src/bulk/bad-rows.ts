import type { Context } from '../context.ts';
import type { BatchKind } from '../contract/limits.ts';
import { type TenantctlError, usageError } from '../errors.ts';
import { type Annotation, annotate } from '../output/annotate.ts';
import type { CheckResult, RowError } from './check.ts';
import type { RowSource } from './input.ts';
import { wordsOf } from './kinds.ts';
import type { Report } from './report.ts';

const SHOWN = 20;

/** Rows are bad and nothing was sent: where and why, on stderr, as annotations, and in the report. */
export async function refuseBadRows(
  ctx: Context,
  kind: BatchKind,
  source: RowSource,
  check: CheckResult,
  report: Report | null,
): Promise<TenantctlError> {
  if (source.path !== '')
    annotate(
      ctx,
      check.errors.map((error) => annotationOf(source, error)),
    );
  const { untouched, others } = wordsOf[kind];
  if (report !== null) await reportBadRows(source, check, report, untouched);
  const details = check.errors
    .slice(0, SHOWN)
    .map((error) => ({ pointer: placeOf(source, error), detail: `row ${error.row}: ${error.message}` }));
  if (check.errorCount > SHOWN)
    details.push({ pointer: source.name, detail: `and ${check.errorCount - SHOWN} more` });
  const bad = `${check.errorCount} of ${check.rows} ${check.rows === 1 ? 'row is' : 'rows are'} bad`;
  return usageError(`${source.name}: ${bad}; ${untouched}`, {
    code: 'bad_rows',
    hint: needsModules(check)
      ? 'say what a user is granted: --modules forms,reports, or --modules none'
      : others,
    details,
  });
}

function annotationOf({ name }: RowSource, { line, row, message }: RowError): Annotation {
  return { file: name, line, message: `row ${row}: ${message}` };
}

function placeOf(source: RowSource, { line }: RowError): string {
  return source.path === '' ? `address ${line}` : `${source.name}:${line}`;
}

function needsModules({ errors }: CheckResult): boolean {
  return errors.some(({ message }) => message.includes('needs modules'));
}

async function reportBadRows(
  source: RowSource,
  check: CheckResult,
  report: Report,
  untouched: string,
): Promise<void> {
  for await (const records of source.rows()) {
    await report.write(
      records.map((record) => {
        const verdict = check.verdictOf(record);
        return verdict.kind === 'error'
          ? { record, status: verdict.code, error: verdict.message }
          : { record, status: 'not_sent', error: `${untouched}: other rows are bad` };
      }),
    );
  }
}
