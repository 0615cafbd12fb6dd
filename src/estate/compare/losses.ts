import type { Client } from '../../client/client.ts';
import { asTenantctlError } from '../../errors.ts';
import type { Change } from '../changes.ts';

/** More of them nobody reads before the brakes. */
const MOST = 20;

/**
 * What goes along with what would be removed, said where it is reviewed: the server counts it by a dry run. What it
 * refuses is left without: whoever only compares may not be allowed to delete.
 */
export async function withLosses(changes: readonly Change[], client: Client): Promise<Change[]> {
  const told: Change[] = [];
  let asked = 0;
  for (const change of changes) {
    const counts = change.op === 'delete' ? counters[change.kind] : undefined;
    const note = counts !== undefined && ++asked <= MOST ? await lossOf(change, client, counts) : null;
    told.push(note === null ? change : { ...change, note });
  }
  return told;
}

/** How many of what, singular and plural. */
type Loss = readonly [count: number, one: string, many: string];
type Counting = (change: Change, client: Client) => Promise<Loss[]>;

const counters: Readonly<Partial<Record<Change['kind'], Counting>>> = {
  async form({ account, key, id, revision }, client) {
    const at = key.indexOf('/');
    const { records, shares } = await client.call('forms.delete', {
      params: { account, form: id ?? key.slice(at + 1) },
      query: { workspace: key.slice(0, at) },
      ifMatch: revision ?? undefined,
      dryRun: true,
    });
    return [
      [records, 'record', 'records'],
      [shares, 'role of another account', 'roles of other accounts'],
    ];
  },
  async sub_account({ account, key, id }, client) {
    const params = { account, link: id ?? key };
    const { ends } = await client.call('sub_accounts.unlink', { params, dryRun: true });
    return [
      [ends?.forms ?? 0, 'form out of sight', 'forms out of sight'],
      [ends?.grants ?? 0, 'grant of a member', 'grants of members'],
    ];
  },
};

async function lossOf(change: Change, client: Client, counting: Counting): Promise<string | null> {
  try {
    const all = (await counting(change, client)).filter(([count]) => count > 0);
    const words = all.map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
    return words.length === 0 ? null : `takes along ${words.join(' and ')}`;
  } catch (thrown) {
    const { outcome } = asTenantctlError(thrown);
    if (outcome === 'temporary' || outcome === 'auth' || outcome === 'interrupted') throw thrown;
    return null;
  }
}
