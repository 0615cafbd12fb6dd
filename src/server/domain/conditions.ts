import type { Action, Grant } from './access-table.ts';
import { managing } from './account-create.ts';
import { liftable } from './account-state.ts';
import type { Condition } from './condition.ts';
import { seatLeft } from './invites.ts';
import { umbrellaConditions } from './umbrellas.ts';
import type { AccountWork } from './work.ts';

/** What an action asks for further of whoever may do it as this; read once, then asked for each of many people. */
export type Further = (as: Grant | null) => readonly Condition[];

async function umbrella(work: AccountWork): Promise<Further> {
  const all = umbrellaConditions(work.standing);
  return () => all;
}

/** Every condition beyond the access table that is known before the request itself is: those of the account alone. */
const conditions: Partial<Record<Action, (work: AccountWork) => Promise<Further>>> = {
  'accounts.create': async (work) => {
    const all = await managing(work, work.standing);
    return () => all;
  },
  'accounts.activate': async (work) => {
    const account = await work.tenant.account.read();
    return (as) => [liftable(account, as)];
  },
  'sub_accounts.invite': umbrella,
  'sub_accounts.resend': umbrella,
  'invites.send': async (work) => {
    const seat = await seatLeft(work);
    return () => [seat];
  },
};

export async function furtherOf(work: AccountWork, action: Action): Promise<Further> {
  return (await conditions[action]?.(work)) ?? (() => []);
}
