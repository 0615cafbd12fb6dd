import { usageError } from '../../errors.ts';

/** A list of which `none` alone means that there is nothing in it. */
export function orNone<T extends string>(flag: string, given: readonly T[]): Exclude<T, 'none'>[] {
  const named = given.filter((one): one is Exclude<T, 'none'> => one !== 'none');
  if (named.length === given.length || given.length === 1) return named;
  throw usageError(`${flag}: none stands alone`, { code: 'invalid_value' });
}
