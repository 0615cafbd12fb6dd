import type { AccountFacts, Standing } from './access.ts';
import type { Condition } from './condition.ts';
import type { Terms } from './entitlements.ts';

/** What an account must be to be an umbrella (R34; domain.md, Account kinds and Links). */
export function umbrellaConditions({
  account,
  parent,
}: {
  readonly account: AccountFacts & { readonly terms: Terms };
  readonly parent: Pick<NonNullable<Standing['parent']>, 'kind'> | null;
}): Condition[] {
  const { slug, kind, plan, terms } = account;
  const { umbrella } = terms.entitlements;
  return [
    {
      check: 'account_kind',
      ok: kind !== 'personal',
      code: 'no_umbrella',
      text:
        kind === 'personal'
          ? `${slug} is a personal account: it has no sub-accounts.`
          : `${slug} is of kind ${kind}.`,
    },
    {
      check: 'plan',
      ok: umbrella,
      code: 'no_umbrella',
      text: umbrella
        ? `The plan ${plan} of ${slug} has the umbrella.`
        : `The plan ${plan} of ${slug} has no umbrella: only Enterprise has. Ask staff for it.`,
    },
    {
      check: 'link',
      ok: parent === null,
      code: 'conflict',
      text: parent
        ? `${slug} has a parent itself, so it cannot have sub-accounts.`
        : `${slug} has no parent itself.`,
    },
  ];
}
