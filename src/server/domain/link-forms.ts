import type { ConsentSheet } from '../../contract/types.ts';
import { sharesOnLink } from './forms-sharing.ts';
import type { Work } from './work.ts';

/** A form of a sub-account, and the role at which its umbrella sees it. */
export type LinkForm = ConsentSheet['forms']['now'][number];

const shown = ({ id, name, workspace, role }: LinkForm): LinkForm => ({ id, name, workspace, role });

interface Ends {
  readonly accountId: string;
  readonly umbrellaId: string;
}

/** Every form that an account owns, and the role at which an umbrella sees it while the account is linked to it. */
export async function formsOnLink(work: Work, { accountId, umbrellaId }: Ends): Promise<LinkForm[]> {
  return (await sharesOnLink(work.tenantOf(accountId), umbrellaId)).map(shown);
}

/**
 * What becomes of the forms that the umbrella sees when the link ends (D10): what it had by itself ends; what was chosen
 * under the link ends too, unless that is kept; what was chosen apart from it stays.
 */
export async function formsAfter(
  work: Work,
  { accountId, umbrellaId, linkId }: Ends & { readonly linkId: string },
  keepShares: boolean,
): Promise<{ ended: LinkForm[]; kept: LinkForm[] }> {
  const tenant = work.tenantOf(accountId);
  const forms = (await sharesOnLink(tenant, umbrellaId)).filter(({ role }) => role !== 'none');
  const under = new Set((await tenant.formShares.chosenUnder(linkId)).map(({ id }) => id));
  const stays = ({ id, chosen }: (typeof forms)[number]) => chosen && (keepShares || !under.has(id));
  return {
    ended: forms.filter((form) => !stays(form)).map(shown),
    kept: forms.filter(stays).map(shown),
  };
}
