import { limits } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { FormShare } from '../../contract/types.ts';
import { canSee } from './access.ts';
import { makerOf } from './actor.ts';
import { DomainError, invalid, notFound } from './errors.ts';
import { formNamed, formTarget } from './forms.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { FormOnLink } from './ports/form-shares.ts';
import type { FormOwner, FormRow } from './ports/forms.ts';
import type { Tenant } from './ports.ts';
import type { Input, PlaceWork } from './work.ts';

/**
 * What an umbrella has of the forms of a sub-account while they are linked: all of them, old and new, as `data_manager`,
 * unless the sub-account chose otherwise for one (R37, R38). The same before the link is there: the consent sheet's list.
 * Forms with the role `none` are among them: the umbrella does not see those.
 * @param tenant the sub-account
 */
export function sharesOnLink(tenant: Tenant, umbrellaId: string): Promise<readonly FormOnLink[]> {
  return tenant.formShares.onLink(umbrellaId);
}

/**
 * What the sub-account chose under a link ends with it, unless it says to keep it (D10). What the umbrella had by itself ends
 * with the link without anybody's doing.
 * @param tenant the sub-account
 * @returns what it had chosen
 */
export async function endSharesOnLink(
  tenant: Tenant,
  linkId: string,
  keep: boolean,
  at: string,
): Promise<readonly FormOnLink[]> {
  const chosen = await tenant.formShares.chosenUnder(linkId);
  await tenant.formShares.endLink(linkId, keep, at);
  return chosen;
}

export async function listShares(
  work: PlaceWork,
  input: Input<'forms.shares'>,
): Promise<Answer<'forms.shares'>> {
  const { id } = await formNamed(work, input);
  return listAnswer(await work.tenant.formShares.of(id, pageRequest(input)));
}

/**
 * Another account, as far as the caller may name it: one that they see, one that is linked to this one, or any by its id,
 * which nobody guesses. So slugs cannot be tried out.
 */
async function targetNamed(work: PlaceWork, reference: string, at: number): Promise<FormOwner> {
  const { account } = work.standing;
  if (reference === account.id || reference === account.slug)
    throw invalid(`/shares/${at}/account`, 'is the account that the form belongs to.');
  const target = await work.tenant.formShares.target(reference);
  if (target !== null) return target;
  const standing = await work.platform.access.standing(work.actor, reference);
  if (standing === null || !canSee(work.actor, standing)) throw notFound('account', reference);
  return standing.account;
}

type Wanted = Input<'forms.share'>['body']['shares'][number] & { readonly accountId: string };

async function wantedShares(work: PlaceWork, { shares }: Input<'forms.share'>['body']): Promise<Wanted[]> {
  const wanted = new Map<string, Wanted>();
  for (const [at, one] of shares.entries()) {
    const { id } = await targetNamed(work, one.account, at);
    if (wanted.has(id)) throw invalid(`/shares/${at}/account`, 'names an account for the second time.');
    wanted.set(id, { ...one, accountId: id });
  }
  return [...wanted.values()];
}

/** `none` where there is nothing by itself is no choice, but the absence of one. */
function isSo({ role }: Wanted, { role: has, by, automatic }: FormShare): boolean {
  if (role === null || (role === 'none' && automatic === 'none')) return by !== 'chosen';
  return by === 'chosen' && has === role;
}

async function mustHaveRoom(work: PlaceWork, form: FormRow): Promise<void> {
  if ((await work.tenant.formShares.chosen(form.id)) <= limits.formShares) return;
  const text = `A form can be shared with ${limits.formShares} accounts, and no more.`;
  throw new DomainError('form_limit', text);
}

const rolesOf = (shares: readonly FormShare[]): Record<string, string> =>
  Object.fromEntries(shares.map(({ account, role }) => [account.id, role]));

/** Sharing stays with the owning account, whatever role another one has (R38, R40). */
export async function shareForm(
  work: PlaceWork,
  input: Input<'forms.share'>,
): Promise<Answer<'forms.share'>> {
  const form = await formNamed(work, input);
  const wanted = await wantedShares(work, input.body);
  const { formShares } = work.tenant;
  const ids = wanted.map(({ accountId }) => accountId);
  const before = new Map(
    (await formShares.ofAccounts(form.id, ids)).map((share) => [share.account.id, share]),
  );
  const umbrella = await formShares.umbrella();
  const changing = wanted.filter((one) => {
    const share = before.get(one.accountId);
    return share !== undefined && !isSo(one, share);
  });
  const chosen = changing.flatMap(({ accountId, role }) => {
    if (role === null || (role === 'none' && before.get(accountId)?.automatic === 'none')) return [];
    return [{ accountId, role, linkId: umbrella?.accountId === accountId ? umbrella.linkId : null }];
  });
  const taken = changing.map(({ accountId }) => accountId);
  await formShares.forget(form.id, taken);
  await formShares.choose(form.id, chosen, { by: makerOf(work.actor), at: work.now.toISOString() });
  await mustHaveRoom(work, form);
  const shares = [...(await formShares.ofAccounts(form.id, ids))];
  const changed = changing.length > 0;
  if (changed)
    work.record({
      target: formTarget(form),
      before: { shares: rolesOf([...before.values()].filter(({ account }) => taken.includes(account.id))) },
      after: { shares: rolesOf(shares.filter(({ account }) => taken.includes(account.id))) },
    });
  return { changed, shares };
}

async function mark(work: PlaceWork, form: FormRow, example: boolean): Promise<{ changed: boolean }> {
  if (form.example === example) return { changed: false };
  await work.tenant.forms.update(form.id, { example }, work.now.toISOString());
  const { revision } = form;
  work.record({
    target: formTarget(form),
    before: { example: !example, revision },
    after: { example, revision: revision + 1 },
  });
  return { changed: true };
}

/** R41: from now on its sub-accounts see it, those to come too. */
export async function markExample(work: PlaceWork, input: Input<'forms.mark_example'>) {
  return mark(work, await formNamed(work, input), true);
}

export async function unmarkExample(work: PlaceWork, input: Input<'forms.unmark_example'>) {
  return mark(work, await formNamed(work, input), false);
}
