import { usageError } from '../errors.ts';

/** Reads one value that a person wrote; `source` is where: a flag, a variable, a file and its key. */
export const OUTPUT_FORMATS = ['table', 'json', 'ndjson', 'yaml', 'csv', 'id', 'none'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 24 * 3_600_000;
const TRUE = ['1', 'true', 'yes', 'on'];
const FALSE = ['0', 'false', 'no', 'off'];

export function readOutput(text: string, source: string): OutputFormat {
  const format = OUTPUT_FORMATS.find((known) => known === text);
  if (format === undefined) throw bad(source, text, `one of ${OUTPUT_FORMATS.join(', ')}`);
  return format;
}

/** Milliseconds from `30`, `30s`, `500ms`, `2m` or `1h`; a bare number is seconds. */
export function readDuration(text: string, source: string): number {
  const [, amount, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text) ?? [];
  const ms = Math.round(Number(amount) * (UNIT_MS[unit] ?? Number.NaN));
  if (!(ms >= 1 && ms <= LONGEST_MS)) throw bad(source, text, 'a time such as 30s, 500ms or 2m, at most 24h');
  return ms;
}

export function readCount(text: string, source: string, most: number): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) > most) throw bad(source, text, `a number from 0 to ${most}`);
  return Number(text);
}

export function readSwitch(text: string, source: string): boolean {
  const value = text.toLowerCase();
  if (TRUE.includes(value)) return true;
  if (FALSE.includes(value)) return false;
  throw bad(source, text, '1 or 0 (true, yes, on, false, no and off will do)');
}

const LOOPBACK = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * An API's address without a final slash. Plain http carries the credential readable for everybody on
 * the way, so beyond this machine it has to be allowed expressly.
 */
export function readApiUrl(text: string, source: string, allowHttp: boolean): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw bad(source, text, 'an http or https address such as https://api.example.com');
  }
  if (url.username !== '' || url.password !== '') {
    throw usageError(`${source}: the address holds a user name or password`, {
      code: 'invalid_api_url',
      hint: 'tenantctl login --with-token < token.txt',
    });
  }
  if (url.search !== '' || url.hash !== '') throw bad(source, text, 'an address without ? and #');
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname) && !allowHttp) {
    throw usageError(`${source}: ${url.origin} is not encrypted`, {
      code: 'insecure_api_url',
      why: 'over plain http anyone on the way can read the token',
      hint: 'use https, or set TENANTCTL_ALLOW_HTTP=1 if you trust the network in between',
    });
  }
  return url.href.replace(/\/+$/, '');
}

function bad(source: string, text: string, wanted: string) {
  return usageError(`${source}: ${JSON.stringify(shorten(text))} is not ${wanted}`, {
    code: 'invalid_value',
  });
}

const shorten = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}...` : text);
