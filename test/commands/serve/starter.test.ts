import { describe, expect, it } from 'vitest';
import { asOurs } from '../../../src/commands/serve/starter.ts';
import { TenantctlError } from '../../../src/errors.ts';
import { DatabaseUnavailableError } from '../../../src/server/store/failures.ts';

function told(error: unknown) {
  const ours = asOurs(error);
  if (!(ours instanceof TenantctlError)) throw new Error('not one of ours');
  return { exit: ours.exitCode, code: ours.code, message: ours.message, why: ours.why };
}

describe('what a server that cannot start says', () => {
  it.each(['28000', '28P01', '3D000', '42501'])(
    'PostgreSQL refuses with %s: the URL is wrong, and no bug',
    (code) => {
      const error = Object.assign(new Error('role "nobody" does not exist'), { code });
      expect(told(error)).toEqual({
        exit: 2,
        code: 'start_refused',
        message: 'PostgreSQL refuses: role "nobody" does not exist',
        why: undefined,
      });
    },
  );

  it('a database that is away is temporary, and why is told', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:5432');
    expect(told(new DatabaseUnavailableError('nothing_written', cause))).toEqual({
      exit: 7,
      code: 'start_refused',
      message: 'the database cannot be reached',
      why: 'connect ECONNREFUSED 127.0.0.1:5432',
    });
  });

  it('leaves what is not known as it is', () => {
    const error = new TypeError('x is not a function');
    expect(asOurs(error)).toBe(error);
  });
});
