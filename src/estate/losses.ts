import type { Client } from '../client/client.ts';
import type { Answer } from '../contract/shapes.ts';
import { asTenantctlError } from '../errors.ts';
import type { Change } from './changes.ts';

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
    const note =
      change.kind === 'form' && change.op === 'delete' && ++asked <= MOST ? await lossOf(change, client) : null;
    told.push(note === null ? change : { ...change, note });
  }
  return told;
}

async function lossOf({ account, key, id, revision }: Change, client: Client): Promise<string | null> {
  const params = { account, form: id ?? key.slice(key.indexOf('/') + 1) };
  const query = { workspace: key.slice(0, key.indexOf('/')) };
  const request = { params, query, ifMatch: revision ?? undefined, dryRun: true };
  try {
    return lossText(await client.call('forms.delete', request));
  } catch (thrown) {
    const { outcome } = asTenantctlError(thrown);
    if (outcome === 'temporary' || outcome === 'auth' || outcome === 'interrupted') throw thrown;
    return null;
  }
}

function lossText({ records, shares }: Answer<'forms.delete'>): string | null {
  const all = [
    ...(records === 0 ? [] : [`${records} ${records === 1 ? 'record' : 'records'}`]),
    ...(shares === 0 ? [] : [`the role of ${shares} other ${shares === 1 ? 'account' : 'accounts'}`]),
  ];
  return all.length === 0 ? null : `takes along ${all.join(' and ')}`;
}
