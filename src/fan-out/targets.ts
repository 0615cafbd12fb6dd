import type { Context } from '../context.ts';
import type { Account } from '../contract/types.ts';
import { notFoundError, usageError } from '../errors.ts';
import type { Selection } from './selection.ts';

/** An account as it stood when it was chosen. */
export type Target = Pick<Account, 'id' | 'slug' | 'state'>;

export interface Targets {
  readonly master: Pick<Account, 'id' | 'slug'>;
  /** In the order named, else as the server lists them; never empty. */
  readonly chosen: readonly Target[];
}

/** One that is not is named and skipped. */
export function isActive({ state }: Target): boolean {
  return state === 'active';
}

/** The managed accounts that are meant. Throws not found if there are none, or if one that was named is not among them. */
export async function targetsOf(selection: Selection, ctx: Context): Promise<Targets> {
  const client = ctx.client();
  const master = await client.call('accounts.show', { params: { account: masterOf(ctx) } });
  const list = async (label?: string[]): Promise<Account[]> => {
    const query = { master: master.id, ...(label !== undefined && { label }) };
    const accounts: Account[] = [];
    for await (const account of client.pages('accounts.list', { query })) accounts.push(account);
    return accounts;
  };
  const found = await list(selection.by === 'labels' ? [...selection.labels] : undefined);
  const chosen = selection.by === 'names' ? named(master, found, selection.names) : found;
  if (chosen.length > 0) return { master, chosen };
  const hint = `tenantctl accounts list --master ${master.slug}`;
  if (selection.by !== 'labels')
    throw notFoundError(`${master.slug} has no managed account that you can see`, { hint });
  throw notFoundError(`no managed account of ${master.slug} has ${selection.labels.join(' and ')}`, {
    why: labelsText(await list()),
    hint,
  });
}

function masterOf(ctx: Context): string {
  const { value } = ctx.config().settings.account;
  if (value !== null) return value;
  throw usageError('whose managed accounts?', {
    code: 'no_account',
    why: 'Neither --account, TENANTCTL_ACCOUNT, .tenantctl.json nor the profile names their master.',
    hint: '--account MASTER, beside --accounts or --all-managed',
  });
}

function named(master: Account, accounts: readonly Account[], names: readonly string[]): readonly Account[] {
  const byName = new Map(accounts.flatMap((one) => [[one.slug, one] as const, [one.id, one] as const]));
  const missing = names.filter((name) => !byName.has(name));
  if (missing.length === 0) return [...new Set(names.flatMap((name) => byName.get(name) ?? []))];
  throw notFoundError(`${master.slug} has no managed account named ${missing.join(', ')}`, {
    why: 'Nothing was done.',
    hint: `tenantctl accounts list --master ${master.slug}`,
  });
}

function labelsText(accounts: readonly Account[]): string {
  const all = accounts.flatMap(({ labels }) =>
    Object.entries(labels).map(([key, value]) => `${key}=${value}`),
  );
  const known = [...new Set(all)].sort();
  return known.length === 0 ? 'None of them has a label.' : `The labels there are: ${known.join(', ')}.`;
}
