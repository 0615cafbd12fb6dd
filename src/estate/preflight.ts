import type { Client } from '../client/client.ts';
import { asTenantctlError } from '../errors.ts';
import { type Change, keyOf } from './changes.ts';
import { afterOf, textAfter } from './fields.ts';

/**
 * What a comparison cannot know and the server would refuse half-way: as conflicts, with the way out, before anything is
 * sent. A request a plan that changes, and one an account that invites sub-accounts; nothing for all else.
 */
export async function withConflicts(
  changes: readonly Change[],
  client: Client,
  settled: ReadonlySet<string>,
): Promise<Change[]> {
  const judged: Change[] = [];
  const umbrellas = new Umbrellas(client);
  for (const change of changes)
    judged.push(settled.has(keyOf(change)) ? change : await judge(change, client, umbrellas));
  return judged;
}

async function judge(change: Change, client: Client, umbrellas: Umbrellas): Promise<Change> {
  if (change.op === 'conflict' || change.op === 'delete') return change;
  if (change.kind === 'account' && change.op === 'create') return organizationOf(change);
  if (change.kind === 'plan' && change.op === 'update') return await planOf(change, client);
  if (change.kind === 'sub_account' && change.op === 'create') return await umbrellas.judge(change);
  return change;
}

function conflict(change: Change, note: string): Change {
  return { ...change, op: 'conflict', note, mail: null };
}

/** R27: staff make an organization, and say who its first super admin is. */
function organizationOf(change: Change): Change {
  if (afterOf(change, 'kind') !== 'organization') return change;
  const { account } = change;
  const command = `tenantctl accounts create NAME --slug ${account} --organization --super-admin EMAIL`;
  return conflict(change, `only staff make organizations: ${command}, with a staff profile`);
}

async function planOf(change: Change, client: Client): Promise<Change> {
  const { account } = change;
  const plan = textAfter(change, 'plan') ?? '';
  try {
    const { blockers } = await client.call('subscription.preview', { params: { account }, body: { plan } });
    if (blockers.length === 0) return change;
    const staff = `tenantctl plans change ${plan} --account ${account} --reason TEXT, with a staff profile`;
    const all = blockers.map(({ kind, detail }) =>
      kind === 'not_self_serve' ? `${detail}: ${staff}` : detail,
    );
    return conflict(change, `${account} cannot go to ${plan}: ${all.join('; ')}`);
  } catch (thrown) {
    const { outcome, message } = asTenantctlError(thrown);
    if (outcome !== 'usage' && outcome !== 'forbidden') throw thrown;
    return conflict(change, message);
  }
}

/** Which accounts may invite sub-accounts: asked once of each, as it stands now, for only staff put one on such a plan. */
class Umbrellas {
  readonly #client: Client;
  readonly #lacking = new Map<string, Promise<string | null>>();

  constructor(client: Client) {
    this.#client = client;
  }

  async judge(change: Change): Promise<Change> {
    const { account } = change;
    const asked = this.#lacking.get(account) ?? this.#lackOf(account);
    this.#lacking.set(account, asked);
    const lack = await asked;
    return lack === null ? change : conflict(change, lack);
  }

  async #lackOf(account: string): Promise<string | null> {
    try {
      const { plan, entitlements } = await this.#client.call('subscription.show', { params: { account } });
      if (entitlements.umbrella.granted) return null;
      return `the plan ${plan} of ${account} has no umbrella: ask staff for one that has`;
    } catch (thrown) {
      const { outcome, message } = asTenantctlError(thrown);
      // One that is made in this run has a plan that anybody may choose.
      if (outcome === 'not_found')
        return `${account} is not there yet: only staff give it a plan with an umbrella`;
      if (outcome !== 'forbidden') throw thrown;
      return message;
    }
  }
}
