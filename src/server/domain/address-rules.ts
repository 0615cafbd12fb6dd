import { parseAddress } from '../../contract/address.ts';
import type { AddressRules } from '../../contract/types.ts';
import { accountTarget } from './account-view.ts';
import { invalid } from './errors.ts';
import type { AccountWork, Input } from './work.ts';

export async function showAddressRules(work: AccountWork): Promise<AddressRules> {
  return work.tenant.addressRules.read();
}

/** Domains by the function that reads addresses (D3), so that a rule means the same as the address it judges. */
function folded(list: 'allow' | 'deny', domains: readonly string[]): string[] {
  const all = domains.map((domain, index) => {
    const result = parseAddress(`x@${domain.trim()}`);
    if (!result.ok) throw invalid(`/${list}/${index}`, `is not a domain: ${result.reason}.`);
    return result.domain;
  });
  return [...new Set(all)].sort();
}

const same = (left: readonly string[], right: readonly string[]): boolean =>
  JSON.stringify(left) === JSON.stringify(right);

export async function updateAddressRules(
  work: AccountWork,
  input: Input<'address_rules.update'>,
): Promise<AddressRules> {
  const rules = { allow: folded('allow', input.body.allow), deny: folded('deny', input.body.deny) };
  const both = rules.allow.find((domain) => rules.deny.includes(domain));
  if (both !== undefined) throw invalid('/allow', `and /deny both name ${both}. Keep one.`);
  const before = await work.tenant.addressRules.read();
  const changed = {
    ...(!same(before.allow, rules.allow) && { allow: true }),
    ...(!same(before.deny, rules.deny) && { deny: true }),
  };
  if (Object.keys(changed).length === 0) return before;
  await work.tenant.addressRules.replace(rules, work.now.toISOString());
  const facts = (of: AddressRules) => ({
    ...(changed.allow && { allow: of.allow }),
    ...(changed.deny && { deny: of.deny }),
  });
  work.record({ target: accountTarget(work.standing.account), before: facts(before), after: facts(rules) });
  return rules;
}
