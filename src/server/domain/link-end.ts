import { accountTarget } from './account-view.ts';
import { endSharesOnLink } from './forms-sharing.ts';
import { noticeToAdmins } from './notices.ts';
import type { Work } from './work.ts';

/** A link of kind `sub`, by its two ends. */
export interface LinkPlace {
  readonly linkId: string;
  readonly umbrellaId: string;
  readonly accountId: string;
}

/**
 * Ends a link (D10): it is told in both trails, for each is about one of its ends, and to the administrators of the
 * account, who lose what the umbrella gave. Without mail it ends all the same: ending is never refused.
 */
export async function endLink(
  work: Work,
  { linkId, umbrellaId, accountId }: LinkPlace,
  how: { readonly by: 'umbrella' | 'account'; readonly keepShares: boolean },
): Promise<void> {
  const at = work.now.toISOString();
  const umbrella = await work.tenantOf(umbrellaId).account.read();
  const account = await work.tenantOf(accountId).account.read();
  await endSharesOnLink(work.tenantOf(accountId), linkId, how.keepShares, at);
  await work.tenantOf(umbrellaId).links.end(linkId, at);
  const facts = { before: { link: linkId, state: 'active' }, after: { state: 'ended', by: how.by } };
  // The one who ends it is named to their own side alone: of the other end one sees the name and the link.
  const [here, there] = how.by === 'umbrella' ? [umbrella, account] : [account, umbrella];
  work.record({ accountId: here.id, target: accountTarget(there), ...facts });
  work.record({ accountId: there.id, actor: 'system', target: accountTarget(here), ...facts });
  if (work.deps.setup.mail === 'none') return;
  await noticeToAdmins(work, account, {
    subject: `${account.slug} is not under the umbrella of ${umbrella.slug} any more`,
    text: [
      `The link between ${account.name} and its umbrella ${umbrella.name} was ended by the ${how.by === 'umbrella' ? 'umbrella' : 'account itself'}.`,
      'From now on the account pays for its uploads and messages itself, and its own plan counts.',
      `What the plan gives, and what exceeds it: tenantctl plans current --account ${account.slug}`,
    ].join('\n'),
  });
}
