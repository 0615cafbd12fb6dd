import type { AccountFacts } from './access.ts';
import { planNamed } from './catalogue.ts';
import type { Work } from './work.ts';

/** How many parsers an account may have by its plan; null is no limit. The one place that knows. */
export async function parserLimitOf(
  { deps }: Pick<Work, 'deps'>,
  account: Pick<AccountFacts, 'id' | 'plan'>,
): Promise<number | null> {
  return planNamed(account.plan, deps.setup).limits.parsers;
}
