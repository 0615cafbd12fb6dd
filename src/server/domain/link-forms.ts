import type { ConsentSheet } from '../../contract/types.ts';
import type { Work } from './work.ts';

/** A form of a sub-account, and the role at which its umbrella sees it. */
export type LinkForm = ConsentSheet['forms']['now'][number];

/** R37: what the umbrella gets of a form whose owner chose nothing else. */
export const AUTOMATIC_ROLE = 'data_manager';

/** Every form that an account owns, and the role at which an umbrella sees it while the account is linked to it. */
export async function formsOnLink(
  _work: Work,
  _link: { readonly accountId: string; readonly umbrellaId: string },
): Promise<LinkForm[]> {
  return [];
}
