import { foldAddress } from '../../contract/address.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { looksLikeId } from '../../contract/ids.ts';
import { firstWorkspace } from '../../contract/limits.ts';
import type { Explanation, Member, Token } from '../../contract/types.ts';
import { aboutAccount, decide, type Standing, worksInWorkspace } from './access.ts';
import { type Action } from './access-table.ts';
import { type Actor, personActor, personOf } from './actor.ts';
import { invalid, notFound } from './errors.ts';
import type { Within } from './ports/access.ts';
import type { Tenant } from './ports.ts';
import type { Work } from './work.ts';

/** Somebody whose rights are asked about. */
export interface Subject {
  readonly actor: Actor;
  /** Null for an action that is about no account. */
  readonly standing: Standing | null;
  readonly who: Explanation['who'];
  /** Is it whoever asks? */
  readonly self: boolean;
  /** Their credential is refused before anything else is looked at: by which error, and why; null while it is good. */
  readonly dead: { readonly code: ErrorCode; readonly text: string } | null;
}

/** The account that is asked about, as the asker stands to it, and the workspace in it. */
export interface Scene {
  readonly standing: Standing | null;
  readonly within: Within | null;
}

/** The workspace that an action is asked about, if it works in one. */
export const withinFor = (action: Action, workspace: string | undefined): Within | null =>
  aboutAccount(action) !== 'never' && worksInWorkspace(action)
    ? { noun: 'workspace', reference: workspace ?? firstWorkspace }
    : null;

function whoIs(actor: Actor, memberId: string | null): Explanation['who'] {
  if (actor.kind === 'anonymous') throw new Error('nobody asks about nobody');
  const person = actor.kind === 'user' || actor.kind === 'staff';
  return {
    kind: actor.kind,
    id: person ? actor.userId : actor.tokenId,
    name: actor.kind === 'api' || !('email' in actor) ? actor.name : actor.email,
    member_id: memberId,
  };
}

/** Whoever asks, by the credential they ask with. */
function self({ actor }: Work, standing: Standing | null): Subject {
  return {
    actor,
    standing,
    who: whoIs(actor, standing?.membership?.memberId ?? null),
    self: true,
    dead: null,
  };
}

/** S about themselves: a signed-in person by any name of theirs, a token by its id. */
function meansSelf({ actor }: Work, standing: Standing | null, who: string): boolean {
  if ('tokenId' in actor && actor.tokenId === who) return true;
  if (actor.kind !== 'user') return false;
  const own = [actor.userId, standing?.membership?.memberId];
  return own.includes(who) || foldAddress(who) === foldAddress(actor.email);
}

type Listing = Extract<Action, 'members.list' | 'account_tokens.list'>;

/**
 * Where the asker may look somebody up: the account, and its master, whose people and tokens reach it (R2). Refused with
 * the reasons if in neither.
 */
export async function homesOf(
  work: Work,
  { account, parent }: Standing,
  listing: Listing,
): Promise<Tenant[]> {
  const { actor, platform } = work;
  const may = async (accountId: string) =>
    decide(actor, listing, await platform.access.standing(actor, accountId)).allowed;
  const candidates = [account.id, ...(parent?.kind === 'managed' ? [parent.account.id] : [])];
  const homes: Tenant[] = [];
  for (const id of candidates) if (await may(id)) homes.push(work.tenantOf(id));
  if (homes.length === 0) await work.authorise(account.id, listing);
  return homes;
}

/** R5: whoever is not of the master learns nothing of who is what there. */
export function seenFrom(standing: Standing, homes: readonly Tenant[]): Standing {
  const { parent } = standing;
  if (parent === null || homes.some(({ accountId }) => accountId === parent.account.id)) return standing;
  return { ...standing, parent: { ...parent, membership: null, granted: false } };
}

async function standingIn(work: Work, actor: Actor, { account }: Standing, within: Within | null) {
  const standing = await work.platform.access.standing(actor, account.id, within);
  if (standing === null) throw notFound('account', account.slug);
  return standing;
}

async function memberSubject(work: Work, scene: Standing, within: Within | null, who: string) {
  const homes = await homesOf(work, scene, 'members.list');
  const found = await firstOf(homes, (home) => home.members.find(who));
  if (found === null && (looksLikeId(who) || foldAddress(who) === null)) throw notFound('member', who);
  // Whoever is not of these accounts, and whoever there is not at all, is a stranger: nothing tells the two apart.
  const { id: userId, email } = found?.user ?? { id: '', email: who };
  const actor = personActor({ userId, email }, work.now);
  const standing = seenFrom(await standingIn(work, actor, scene, within), homes);
  const memberId = standing.membership?.memberId ?? null;
  return { actor, standing, who: { ...whoIs(actor, memberId), id: userId || null }, self: false, dead: null };
}

async function firstOf(homes: readonly Tenant[], find: (home: Tenant) => Promise<Member | null>) {
  for (const home of homes) {
    const member = await find(home);
    if (member) return member;
  }
  return null;
}

/** A token of the asker's own, or one bound to an account whose tokens they may list. */
async function tokenNamed(work: Work, scene: Standing, id: string): Promise<Token> {
  const at = work.now.toISOString();
  const { actor, platform } = work;
  const own = actor.kind === 'user' ? await platform.tokens.find(id, at) : null;
  if (own !== null && own.user_id === personOf(actor)) return own;
  for (const home of await homesOf(work, scene, 'account_tokens.list')) {
    const token = await home.tokens.find(id, at);
    if (token) return token;
  }
  throw notFound('token', id);
}

function kindOf({ kind, owner }: Token): Explanation['who']['kind'] {
  if (kind === 'key' || kind === 'staff' || kind === 'meter') return kind;
  return owner === 'account' ? 'account_token' : 'api';
}

async function tokenSubject(work: Work, scene: Standing, within: Within | null, id: string) {
  const token = await tokenNamed(work, scene, id);
  const actor = await work.platform.access.actorOfToken(id, work.now.toISOString());
  if (typeof actor !== 'string') {
    const standing = await standingIn(work, actor, scene, within);
    return {
      actor,
      standing,
      who: whoIs(actor, standing.membership?.memberId ?? null),
      self: false,
      dead: null,
    };
  }
  const text = `the token is ${token.state === 'active' ? 'dead: what it hangs on is gone or not active' : token.state}`;
  const dead = { code: token.state === 'expired' ? 'token_expired' : 'invalid_token', text } as const;
  const who = { kind: kindOf(token), id, name: token.name, member_id: null } as const;
  return { actor: { kind: 'anonymous' } as const, standing: scene, who, self: false, dead };
}

/**
 * Finds whom a question is about, and refuses a question about somebody that is not the asker's to ask (domain.md,
 * "access explain"): S about themselves; about others, who may list that account's members or tokens.
 */
export async function subjectOf(
  work: Work,
  { standing, within }: Scene,
  who: string | undefined,
): Promise<Subject> {
  if (who === undefined || meansSelf(work, standing, who)) return self(work, standing);
  if (standing === null) throw invalid('/account', 'is needed to ask about somebody else.');
  const token = who.startsWith('tok_');
  return await (token ? tokenSubject : memberSubject)(work, standing, within, who);
}
