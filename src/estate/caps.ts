import type { BodyInput } from '../contract/shapes.ts';
import type { Caps } from '../contract/types.ts';
import type { EstateCap } from './model.ts';

/** As an estate has it: null is expressly no limit, which the contract calls `none`. */
export function capOf({ upload, message }: Caps): Required<EstateCap> {
  return { uploads: amount(upload), messages: amount(message) };
}

function amount(cap: Caps['upload']): number | null {
  return cap === 'none' ? null : cap;
}

/** As the contract has it; what is left out stays as it is. */
export function capsOf(cap: unknown): BodyInput<'sub_accounts.update'>['caps'] {
  const { uploads, messages }: EstateCap = typeof cap === 'object' && cap !== null ? cap : {};
  return {
    ...(uploads !== undefined && { upload: uploads ?? 'none' }),
    ...(messages !== undefined && { message: messages ?? 'none' }),
  };
}
