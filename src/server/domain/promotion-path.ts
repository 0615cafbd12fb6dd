import type { PromotionPath } from '../../contract/types.ts';
import { accountTarget } from './account-view.ts';
import { mustBeCurrent } from './accounts.ts';
import { invalid } from './errors.ts';
import type { AccountWork, Input } from './work.ts';

type Step = PromotionPath['accounts'][number];

/** The account itself and its managed accounts, by whatever they are called; nothing else can be a step. */
async function stepsOf(work: AccountWork, references: readonly string[]): Promise<(Step | null)[]> {
  const { id, slug, name } = work.standing.account;
  const children = await work.tenant.links.resolve(references);
  return references.map((reference) => {
    if (reference === id || reference === slug) return { id, slug, name };
    const child = children.get(reference);
    return child?.kind === 'managed' && reference !== child.linkId
      ? { id: child.accountId, slug: child.slug, name: child.name }
      : null;
  });
}

const kept = (steps: readonly (Step | null)[]): Step[] => steps.filter((step) => step !== null);

/** An account that was released or deleted has dropped out, without a new revision: it is no step any more. */
export async function showPromotionPath(work: AccountWork): Promise<PromotionPath> {
  const { accounts, revision } = await work.tenant.promotionPaths.read();
  return { accounts: kept(await stepsOf(work, accounts)), revision };
}

async function stepsGiven(work: AccountWork, references: readonly string[]): Promise<Step[]> {
  const steps = await stepsOf(work, references);
  const unknown = steps.indexOf(null);
  if (unknown !== -1) {
    const text = `is neither this account nor a managed account of it: ${references[unknown]}`;
    throw invalid(`/accounts/${unknown}`, text);
  }
  const known = kept(steps);
  const twice = known.findIndex(({ id }, index) => known.slice(0, index).some((step) => step.id === id));
  if (twice !== -1) throw invalid(`/accounts/${twice}`, `is in the path twice: ${known[twice]?.slug}`);
  if (known.length === 1)
    throw invalid('/accounts', 'must be none, or two and more: from where, and to where.');
  return known;
}

export async function updatePromotionPath(
  work: AccountWork,
  input: Input<'promotion_path.update'>,
): Promise<PromotionPath> {
  const before = await showPromotionPath(work);
  mustBeCurrent('promotion path', before.revision, input.expected);
  const steps = await stepsGiven(work, input.body.accounts);
  const slugs = (list: readonly Step[]): string[] => list.map(({ slug }) => slug);
  const stored = await work.tenant.promotionPaths.read();
  if (steps.map(({ id }) => id).join() === stored.accounts.join()) return before;
  await work.tenant.promotionPaths.replace(
    steps.map(({ id }) => id),
    work.now.toISOString(),
  );
  work.record({
    target: accountTarget(work.standing.account),
    before: { accounts: slugs(before.accounts) },
    after: { accounts: slugs(steps) },
  });
  return showPromotionPath(work);
}
