import type { Client } from '../../client/client.ts';
import type { AccountRole } from '../../contract/limits.ts';
import type { Plan } from '../../contract/types.ts';
import { asTenantctlError } from '../../errors.ts';
import { type Change, keyOf } from '../changes.ts';
import { afterOf, textAfter } from '../fields.ts';
import { nearest } from '../nearest.ts';

/**
 * What a comparison cannot know and the server would refuse half-way: as conflicts, with the way out, before anything is
 * sent. A request a plan that changes, a master of what is made, and an account that invites sub-accounts; nothing for
 * all else.
 */
export async function withConflicts(
  changes: readonly Change[],
  client: Client,
  settled: ReadonlySet<string>,
): Promise<Change[]> {
  const masters = new Masters(changes, client);
  const judged: Change[] = [];
  const umbrellas = new Umbrellas(client);
  for (const change of changes)
    judged.push(settled.has(keyOf(change)) ? change : await judge(change, { client, masters, umbrellas }));
  return judged;
}

/** Plans that no catalogue has, by its list. */
export function withoutUnknownPlans(changes: readonly Change[], plans: readonly Plan[]): Change[] {
  const names = plans.map(({ name }) => name);
  return changes.map((change) => {
    const plan = change.op === 'conflict' ? undefined : textAfter(change, 'plan');
    if (plan === undefined || names.includes(plan)) return change;
    const meant = nearest(plan, names);
    const way = meant === undefined ? `there are ${names.join(', ')}` : `did you mean ${meant}?`;
    return conflict(change, `there is no plan ${plan}; ${way}`);
  });
}

interface Judging {
  readonly client: Client;
  readonly masters: Masters;
  readonly umbrellas: Umbrellas;
}

async function judge(change: Change, { client, masters, umbrellas }: Judging): Promise<Change> {
  if (change.op === 'conflict' || change.op === 'delete') return change;
  if (change.kind === 'account' && change.op === 'create') {
    const note = organizationNote(change) ?? (await masters.noteOn(change));
    return note === null ? change : conflict(change, note);
  }
  if (change.kind === 'plan' && change.op === 'update') return await planOf(change, client);
  if (change.kind === 'sub_account' && change.op === 'create') return await umbrellas.judge(change);
  return change;
}

const makers: readonly AccountRole[] = ['owner', 'admin', 'super_admin'];

/** The accounts that others are to be made under, each looked at once. */
class Masters {
  readonly #client: Client;
  /** What becomes of these in this run is not known before it. */
  readonly #changing: ReadonlySet<string>;
  readonly #notes = new Map<string, Promise<string | null>>();

  constructor(changes: readonly Change[], client: Client) {
    this.#client = client;
    const own = changes.filter(
      ({ kind, op }) => op !== 'conflict' && (kind === 'account' || kind === 'plan'),
    );
    this.#changing = new Set(own.map(({ account }) => account));
  }

  async noteOn(change: Change): Promise<string | null> {
    const master = textAfter(change, 'master');
    if (master === undefined || this.#changing.has(master)) return null;
    const note = this.#notes.get(master) ?? this.#note(master);
    this.#notes.set(master, note);
    return await note;
  }

  async #note(master: string): Promise<string | null> {
    try {
      const found = await this.#client.call('accounts.show', { params: { account: master } });
      if (found.via === 'member' && found.role !== null && !makers.includes(found.role))
        return `only an administrator of ${master} makes accounts that it manages, and this credential is ${found.role} there`;
      return found.managed_accounts === 'locked'
        ? `${master} may have no managed accounts: tenantctl accounts unlock ${master} --reason TEXT, with a staff profile`
        : null;
    } catch (thrown) {
      if (asTenantctlError(thrown).outcome !== 'not_found') throw thrown;
      return `${master}, which is to manage it, is not there, or may not be seen`;
    }
  }
}

function conflict(change: Change, note: string): Change {
  return { ...change, op: 'conflict', note, mail: null };
}

/** R27: staff make an organization, and say who its first super admin is. */
function organizationNote(change: Change): string | null {
  if (afterOf(change, 'kind') !== 'organization') return null;
  const { account } = change;
  const command = `tenantctl accounts create NAME --slug ${account} --organization --super-admin EMAIL`;
  return `only staff make organizations: ${command}, with a staff profile`;
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
