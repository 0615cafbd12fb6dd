import { capsOf } from '../caps.ts';
import type { Change } from '../changes.ts';
import { afterOf, textAfter } from '../fields.ts';
import { type Carried, changed, definite, gone, type Hands, made, sent } from './requests.ts';

/**
 * A sub-account is invited, also anew, capped, or unlinked. The server knows one open invitation an address and account:
 * whatever is sent twice, one mail leaves.
 */
export async function carryLink(change: Change, hands: Hands): Promise<Carried> {
  const { account, key, id } = change;
  const caps = capsOf(afterOf(change, 'cap'));
  const params = { account, link: id ?? key };
  if (change.op === 'delete') {
    return await gone(change, hands, ({ signal }) =>
      hands.client.call('sub_accounts.unlink', { params, signal }),
    );
  }
  if (change.op === 'update') {
    await changed(change, hands, (options) =>
      hands.client.call('sub_accounts.update', { params, body: { caps }, ...options }),
    );
    return 'done';
  }
  const body = definite({
    email: textAfter(change, 'email'),
    invitee: textAfter(change, 'invitee'),
    caps,
    reinvite_declined: hadDeclined(change) ? true : undefined,
  });
  await made(change, hands, (options) =>
    hands.client.exchange('sub_accounts.invite', {
      params: { account },
      body: sent<'sub_accounts.invite'>(body),
      ...options,
    }),
  );
  return 'done';
}

/** It is in a change set only where that was asked for. */
function hadDeclined({ fields }: Change): boolean {
  return fields.some(({ name, before }) => name === 'state' && before === 'declined');
}
