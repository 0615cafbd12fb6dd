import { describe, expect, test } from 'vitest';
import {
  asTenantctlError,
  EXIT_CODES,
  exitCode,
  fromProblem,
  isBrokenPipe,
  outcomeOfStatus,
  usageError,
} from '../src/errors.ts';

describe('exit codes', () => {
  test('are the table of design/cli.md, whole', () => {
    expect(EXIT_CODES).toEqual({
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
    });
    expect(exitCode('auth')).toBe(4);
    expect(usageError('no').exitCode).toBe(2);
  });

  test.each([
    [400, 'usage'],
    [401, 'auth'],
    [402, 'conflict'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [405, 'error'],
    [408, 'temporary'],
    [409, 'conflict'],
    [412, 'conflict'],
    [413, 'usage'],
    [422, 'usage'],
    [428, 'conflict'],
    [429, 'temporary'],
    [500, 'temporary'],
    [503, 'temporary'],
    [599, 'temporary'],
    [302, 'error'],
  ] as const)('HTTP %i is %s', (status, outcome) => {
    expect(outcomeOfStatus(status)).toBe(outcome);
  });
});

describe('fromProblem', () => {
  test('keeps everything a person or a script needs', () => {
    const error = fromProblem(
      {
        type: 'about:blank',
        title: 'Not allowed',
        status: 403,
        detail: 'only an admin may invite',
        code: 'forbidden',
        request_id: 'req_1',
        errors: [{ pointer: '/role', detail: 'unknown role' }],
        reasons: [{ check: 'R20', text: 'you are a user', ok: false }],
        blockers: [{ kind: 'members', detail: '3 members' }],
      },
      { hint: 'tenantctl whoami' },
    );
    expect({ ...Object.fromEntries(Object.entries(error)), message: error.message }).toEqual({
      name: 'TenantctlError',
      outcome: 'forbidden',
      code: 'forbidden',
      message: 'only an admin may invite',
      why: 'Not allowed',
      hint: 'tenantctl whoami',
      status: 403,
      requestId: 'req_1',
      retryable: false,
      details: [
        { pointer: '/role', detail: 'unknown role' },
        { pointer: 'members', detail: '3 members' },
      ],
      reasons: [{ check: 'R20', text: 'you are a user', ok: false }],
    });
  });

  test('says at least the status when the answer holds nothing else', () => {
    const error = fromProblem({ status: 502 });
    expect([error.message, error.code, error.outcome, error.retryable]).toEqual([
      'the server answered 502',
      'http_502',
      'temporary',
      true,
    ]);
  });
});

describe('asTenantctlError', () => {
  test('passes ours through', () => {
    const ours = usageError('no');
    expect(asTenantctlError(ours)).toBe(ours);
  });

  test('a bug keeps its cause and says it was not expected', () => {
    const bug = new TypeError('x is undefined');
    const error = asTenantctlError(bug);
    expect([error.outcome, error.code, error.message, error.cause]).toEqual([
      'error',
      'internal',
      'unexpected: x is undefined',
      bug,
    ]);
  });

  test("the system's errors keep their own words and code", () => {
    const error = asTenantctlError(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
    expect([error.code, error.message]).toEqual(['enospc', 'no space left']);
    expect(asTenantctlError('text').message).toBe('unexpected: text');
  });

  test('a broken pipe is known by its code', () => {
    expect(isBrokenPipe(Object.assign(new Error(''), { code: 'EPIPE' }))).toBe(true);
    expect(isBrokenPipe(new Error('EPIPE'))).toBe(false);
  });
});
