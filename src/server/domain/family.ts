import type { AccountFacts, Standing } from './access.ts';

/** The active master that an account is managed by. */
export function masterOf({ parent }: Standing): AccountFacts | null {
  return parent?.kind === 'managed' && parent.account.state === 'active' ? parent.account : null;
}

/** A master and its managed accounts are one family (R7); every other account is one by itself. */
const familyOf = (standing: Standing): string => (masterOf(standing) ?? standing.account).id;

export function inOneFamily(one: Standing, other: Standing): boolean {
  return familyOf(one) === familyOf(other);
}

/** May the people of one account hear of the other? Their own master is known to them; siblings are not (R6). */
export function mayBeNamedIn(reader: Standing, other: Standing): boolean {
  const known = [reader.account.id, masterOf(reader)?.id];
  return known.includes(other.account.id) || masterOf(other)?.id === reader.account.id;
}
