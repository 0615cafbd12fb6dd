import type { Answer } from '../../contract/shapes.ts';
import type { LinkEnd, UmbrellaLink } from '../../contract/types.ts';
import { DomainError } from './errors.ts';
import { excessOf } from './fit.ts';
import { endLink } from './link-end.ts';
import { formsAfter, formsOnLink } from './link-forms.ts';
import { capsShown, changesBetween } from './umbrella-consent.ts';
import type { AccountWork, Input } from './work.ts';

type Parent = NonNullable<AccountWork['standing']['parent']>;

function umbrellaAbove({ standing }: AccountWork): Parent | null {
  return standing.parent?.kind === 'sub' ? standing.parent : null;
}

function notLinked({ standing }: AccountWork): DomainError {
  const text = `${standing.account.slug} is under no umbrella.`;
  return new DomainError('not_linked', text);
}

const placeOf = (work: AccountWork, parent: Parent) => ({
  linkId: parent.linkId,
  umbrellaId: parent.account.id,
  accountId: work.tenant.accountId,
});

/** The account's own side: what the link gives, and what the umbrella sees. */
export async function showUmbrella(work: AccountWork): Promise<UmbrellaLink> {
  const parent = umbrellaAbove(work);
  if (parent === null) throw notLinked(work);
  const place = placeOf(work, parent);
  const link = await work.tenantOf(place.umbrellaId).links.sub(place.linkId);
  if (link === null) throw notLinked(work);
  const { terms, linked } = work.standing.account;
  const { slug, name, state } = parent.account;
  return {
    link_id: parent.linkId,
    umbrella: { slug, name, suspended: state === 'suspended' },
    caps: capsShown(link.caps),
    since: link.since,
    changes: await changesBetween(work, { terms, linked: null }, { terms, linked }),
    forms: await formsOnLink(work, place),
  };
}

async function endOf(work: AccountWork, parent: Parent, keepShares: boolean): Promise<LinkEnd> {
  const { terms, linked } = work.standing.account;
  const own = { terms, linked: null };
  const place = placeOf(work, parent);
  const forms = await formsAfter(work, place, keepShares);
  return {
    changes: await changesBetween(work, { terms, linked }, own),
    excess: await excessOf(work, own),
    forms_ended: forms.ended,
    forms_kept: forms.kept,
    grants: await work.tenantOf(place.umbrellaId).links.granted(place.linkId),
  };
}

/** D10: never refused, also while the umbrella is suspended or what the account has exceeds its own plan. */
export async function leaveUmbrella(
  work: AccountWork,
  { query }: Input<'umbrella.unlink'>,
): Promise<Answer<'umbrella.unlink'>> {
  const parent = umbrellaAbove(work);
  if (parent === null) {
    if (await work.tenant.links.wasSub()) return { changed: false, ends: null };
    throw notLinked(work);
  }
  const keepShares = query.keep_shares ?? false;
  const ends = await endOf(work, parent, keepShares);
  await endLink(work, placeOf(work, parent), { by: 'account', keepShares });
  return { changed: true, ends };
}
