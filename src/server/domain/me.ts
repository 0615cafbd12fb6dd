import type { Identity } from '../../contract/types.ts';
import { type Actor, type AnonymousActor, type KeyActor, personOf } from './actor.ts';
import { DomainError } from './errors.ts';
import { toUser } from './users.ts';
import type { Input, Work } from './work.ts';

function kindOf({ kind }: Exclude<Actor, AnonymousActor>): Identity['credential']['kind'] {
  if (kind === 'account_token') return 'api';
  return kind === 'delegation' ? 'dlg' : kind;
}

function ownerOf({ kind }: Actor): Identity['credential']['owner'] {
  if (kind === 'account_token' || kind === 'key') return 'account';
  return kind === 'api' ? 'member' : 'user';
}

async function placeOf(work: Work, key: KeyActor): Promise<Identity['credential']['workspace']> {
  const { workspaces } = work.tenantOf(key.accountId);
  const workspace = await workspaces.find(
    { memberId: null, scope: { only: key.workspaceId } },
    key.workspaceId,
  );
  return workspace && { id: workspace.id, slug: workspace.slug, role: key.role };
}

/** Who the credential belongs to, what kind it is and which account it is bound to. */
export async function showMe(work: Work, _input: Input<'me.show'>): Promise<Identity> {
  const { actor, platform } = work;
  if (actor.kind === 'anonymous') throw new DomainError('unauthenticated', 'This needs a credential.');
  const person = personOf(actor);
  const row = person === null ? null : await platform.users.find(person);
  const bound = 'accountId' in actor ? actor : null;
  // A key has no rights in the account, only in its workspace.
  const rights = bound?.kind === 'key' ? null : bound;
  const standing = bound ? await platform.access.standing(actor, bound.accountId) : null;
  const account = standing && {
    id: standing.account.id,
    slug: standing.account.slug,
    name: standing.account.name,
    parent_id: standing.parent?.account.id ?? null,
  };
  return {
    user: row ? toUser(row) : null,
    credential: {
      kind: kindOf(actor),
      id: actor.tokenId,
      name: actor.kind === 'user' || actor.kind === 'delegation' ? null : actor.name,
      owner: ownerOf(actor),
      account,
      role: rights?.role ?? null,
      modules: rights ? [...rights.modules] : [],
      workspace: actor.kind === 'key' ? await placeOf(work, actor) : null,
      expires_at: actor.expiresAt,
      delegation:
        actor.kind === 'delegation'
          ? { master: { ...actor.master }, mode: actor.mode, reason: actor.reason }
          : null,
    },
  };
}
