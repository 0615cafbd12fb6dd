import type { Bill, Plan, Subscription } from '../../src/contract/types.ts';
import { accountToken, type Person, person, standard } from '../support/estate.ts';
import type { TestServer } from '../support/server.ts';

/** An account and a token of it that outlives every move of the clock. */
export interface Customer {
  readonly id: string;
  readonly token: string;
  readonly owner: Person;
}

export async function customer(server: TestServer, slug = 'acme'): Promise<Customer> {
  const owner = await person(server, `ann@${slug}.example`);
  const { id } = await standard(server, owner, slug);
  return { id, token: await accountToken(server, id, 'admin'), owner };
}

const at = ({ id, token }: Pick<Customer, 'id' | 'token'>) => ({ token, params: { account: id } });

export const change = (
  server: TestServer,
  who: Pick<Customer, 'id' | 'token'>,
  plan: string,
  more: { now?: boolean; reason?: string; digest?: string } = {},
) => server.ok('subscription.change', { ...at(who), body: { plan, ...more } });

export const refusedChange = (
  server: TestServer,
  who: Pick<Customer, 'id' | 'token'>,
  plan: string,
  more: { now?: boolean; reason?: string; digest?: string } = {},
) => server.refused('subscription.change', { ...at(who), body: { plan, ...more } });

export const preview = (
  server: TestServer,
  who: Pick<Customer, 'id' | 'token'>,
  plan: string,
  now?: boolean,
) => server.ok('subscription.preview', { ...at(who), body: { plan, ...(now !== undefined && { now }) } });

export const subscription = (
  server: TestServer,
  who: Pick<Customer, 'id' | 'token'>,
): Promise<Subscription> => server.ok('subscription.show', at(who));

export const bill = (
  server: TestServer,
  who: Pick<Customer, 'id' | 'token'>,
  period?: string,
): Promise<Bill> => server.ok('billing.show', { ...at(who), query: { period } });

/** A line as `kind plan days amount`. */
export const lines = ({
  lines: all,
}: Pick<Bill, 'lines'> | { lines: readonly Omit<Bill['lines'][number], 'at'>[] }) =>
  all.map(({ kind, plan, days, amount_cents }) =>
    [kind, plan, days, amount_cents].filter((part) => part !== null).join(' '),
  );

export const plans = async (server: TestServer): Promise<Plan[]> => (await server.ok('plans.list')).data;

/** Replaces the catalogue by what `edit` makes of it. */
export async function recatalogue(
  server: TestServer,
  staff: string,
  edit: (plan: Plan) => Plan | null,
  more: readonly Plan[] = [],
) {
  const edited = (await plans(server)).flatMap((plan) => edit(plan) ?? []);
  return server.ok('plans.replace', {
    token: staff,
    body: { plans: [...edited, ...more] },
    headers: { 'if-match': '*' },
  });
}

/** Moves the clock to a time on a day. */
export function moveTo(server: TestServer, day: string, time = '12:00:00.000'): void {
  server.clock.moveTo(new Date(`${day}T${time}Z`));
}
