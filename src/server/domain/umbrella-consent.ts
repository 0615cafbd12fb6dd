import { createHash } from 'node:crypto';
import { entitlementNames, linkedPlan, planLimitNames, umbrellaFormRole } from '../../contract/limits.ts';
import type { ConsentSheet } from '../../contract/types.ts';
import type { Standing } from './access.ts';
import { personActor } from './actor.ts';
import { grantsOf, type Holding, limitsOf, type Terms } from './entitlements.ts';
import { formsOnLink } from './link-forms.ts';
import type { Caps, SubInviteRow } from './ports/sub-invites.ts';
import { stillEntitled } from './sponsors.ts';
import { umbrellaConditions } from './umbrellas.ts';
import type { AccountWork, Work } from './work.ts';

type Changes = ConsentSheet['changes'];

export function capsShown({ upload, message }: Caps): ConsentSheet['caps'] {
  return { upload: upload ?? 'none', message: message ?? 'none' };
}

/** What an umbrella gives at least (R36); null where the catalogue has no such plan. */
export async function linkedTerms(work: Work): Promise<Terms | null> {
  return await work.platform.plans.find(linkedPlan);
}

/** What differs between holding one thing and another: R36 as a person wants to read it. */
export async function changesBetween(work: AccountWork, before: Holding, after: Holding): Promise<Changes> {
  const account = await work.tenant.account.read();
  const grants = [before, after].map((holding) => grantsOf(holding, account, work.now));
  const limits = [limitsOf(before), limitsOf(after)] as const;
  const moved = <T>(name: string, one: T, other: T) =>
    one === other ? [] : [{ name, before: one, after: other }];
  return {
    entitlements: entitlementNames.flatMap((name) =>
      moved(name, grants[0]?.[name].granted === true, grants[1]?.[name].granted === true),
    ),
    limits: planLimitNames.flatMap((name) => moved(name, limits[0][name], limits[1][name])),
  };
}

interface Blocker {
  readonly kind: string;
  readonly detail: string;
}

/** The invited account: R34 lets accounts of any level in, but one with a parent or children has its place already. */
async function accountBlockers(work: AccountWork, row: SubInviteRow): Promise<Blocker[]> {
  const { account, parent } = work.standing;
  const { slug } = account;
  const [managed, subs] = [await work.tenant.links.count('managed'), await work.tenant.links.count('sub')];
  const found: (Blocker | false)[] = [
    account.id === row.umbrellaId && { kind: 'same_account', detail: 'an account cannot be under itself' },
    account.kind === 'organization' && {
      kind: 'organization',
      detail: `${slug} is an organization: its billing is shared already`,
    },
    parent?.kind === 'managed' && {
      kind: 'managed_account',
      detail: `${slug} is a managed account and has a parent already: its master`,
    },
    parent?.kind === 'sub' && {
      kind: 'parent',
      detail: `${slug} is under the umbrella of ${parent.account.name} already; leave it first: tenantctl umbrella unlink`,
    },
    managed > 0 && {
      kind: 'managed_accounts',
      detail: `${slug} has ${managed} managed accounts, and an account with a parent has no children; release or delete them first`,
    },
    subs > 0 && {
      kind: 'sub_accounts',
      detail: `${slug} is an umbrella itself with ${subs} sub-accounts; end those links first`,
    },
    row.invitee !== null &&
      row.invitee !== slug && {
        kind: 'invitee',
        detail: `the invitation is for the account ${row.invitee}, not ${slug}`,
      },
  ];
  return found.filter((one) => one !== false);
}

/** The umbrella, as it is now: what held when the invitation was sent may not any more. */
async function umbrellaBlockers(work: Work, umbrella: Standing, row: SubInviteRow): Promise<Blocker[]> {
  const { account } = umbrella;
  const broken = umbrellaConditions(umbrella).filter(({ ok }) => !ok);
  const vouched = await stillEntitled(work, row.sponsor, row.umbrellaId, 'sub_accounts.invite');
  const suspended = account.state === 'suspended';
  return [
    ...(suspended ? [{ kind: 'suspended', detail: `${account.name} is suspended for now` }] : []),
    // Which plan it is on is the umbrella's own business.
    ...broken.map(({ check }) => ({ kind: 'umbrella', detail: NOT_UMBRELLA[check] ?? NOT_UMBRELLA.plan })),
    ...(vouched || suspended
      ? []
      : [{ kind: 'sponsor', detail: 'whoever invited may not any more; ask for a new invitation' }]),
  ];
}

const NOT_UMBRELLA: Readonly<Record<string, string>> & { readonly plan: string } = {
  plan: 'its plan has no umbrella any more',
  link: 'it has a parent itself by now',
};

/** How the umbrella stands by itself, whoever asks; null when it is gone. */
export async function umbrellaOf(work: Work, umbrellaId: string): Promise<Standing | null> {
  const nobody = personActor({ userId: '', email: '' }, work.now);
  return await work.platform.access.standing(nobody, umbrellaId);
}

function termsFor(umbrella: string, account: string, caps: Caps): string[] {
  const none = caps.upload === null && caps.message === null;
  return [
    `${umbrella} pays for uploads and messages of ${account}, whoever acts, ${none ? 'without a cap' : 'up to the cap; past it they are refused'}.`,
    `${account} keeps its own plan and its bill; at no charge it has at least what Professional gives, but for managed accounts, an umbrella of its own and monthly credits.`,
    `${umbrella} sees the forms that ${account} owns, and their records. It sees no members, no contacts, no parsers and no plan, and never what others share.`,
    `The role of each form can be changed at any time: raised, lowered, or none.`,
    `Either side ends the link at any time, and it is never refused: tenantctl umbrella unlink --account ${account}`,
    `When it ends, ${umbrella} sees no form any more but those that ${account} had shared with it apart from the link, or says to keep; used credits stay used, and what exceeds the plan of its own stays.`,
  ];
}

/** Equal digests mean equal sheets: everything but the moment that it was made. */
function digestOf(sheet: Omit<ConsentSheet, 'digest'>): string {
  return createHash('sha256').update(JSON.stringify(sheet)).digest('hex');
}

/** What accepting comes to for the account (D12), and everything that stands in its way. */
export async function consentSheet(
  work: AccountWork,
  umbrella: Standing,
  row: SubInviteRow,
): Promise<ConsentSheet> {
  const { account } = work.standing;
  const { id, slug, name, terms } = account;
  const own = { terms, linked: null };
  const payer = { slug: umbrella.account.slug, name: umbrella.account.name };
  const forms = await formsOnLink(work, { accountId: id, umbrellaId: row.umbrellaId });
  const sheet: Omit<ConsentSheet, 'digest'> = {
    link_id: row.id,
    umbrella: payer,
    account: { id, slug, name },
    blockers: [...(await accountBlockers(work, row)), ...(await umbrellaBlockers(work, umbrella, row))],
    forms: { now: forms, later: umbrellaFormRole },
    payer,
    caps: capsShown(row.caps),
    changes: await changesBetween(work, own, { terms, linked: await linkedTerms(work) }),
    terms: termsFor(payer.name, slug, row.caps),
    expires_at: row.expiresAt,
  };
  return { ...sheet, digest: digestOf(sheet) };
}
