import type { Holding, RemovalPreview } from '../../contract/types.ts';
import { counted } from '../change.ts';

/** What a removal does with what hangs on somebody: flags that one removal and a file of them have in common. */
export const takingFlags = {
  revokeInvites: { help: 'revoke all pending invitations that they vouch for' },
  revokeKeys: { help: 'end the workspace keys that they made' },
  reassignTo: { value: 'MEMBER', help: 'an active member who gets what they made' },
  managed: { help: 'also remove them from the managed accounts of this one' },
} as const;

export interface TakingOptions {
  readonly revokeInvites?: true | undefined;
  readonly revokeKeys?: true | undefined;
  readonly reassignTo?: string | undefined;
  readonly managed?: true | undefined;
}

/** As the query of one removal takes them. */
export function takingQuery({ revokeInvites, revokeKeys, reassignTo, managed }: TakingOptions) {
  const flag = (given: true | undefined) => (given === true ? ('true' as const) : undefined);
  return {
    revoke_invites: flag(revokeInvites),
    revoke_keys: flag(revokeKeys),
    reassign_to: reassignTo,
    managed: flag(managed),
  };
}

/** As a batch's defaults: what was not asked for is left out, so that the same file finds the same batch. */
export function takingDefaults({ revokeInvites, revokeKeys, reassignTo, managed }: TakingOptions) {
  return {
    ...(revokeInvites === true && { revoke_invites: true }),
    ...(revokeKeys === true && { revoke_keys: true }),
    ...(reassignTo !== undefined && { reassign_to: reassignTo }),
    ...(managed === true && { managed: true }),
  };
}

const SHOWN = 10;

const nouns: Readonly<Record<Holding['kind'], readonly [one: string, many: string]>> = {
  token: ['token for this account', 'tokens for this account'],
  delegation: ['delegation into a managed account', 'delegations into managed accounts'],
  invite: ['pending invitation that they vouch for', 'pending invitations that they vouch for'],
  key: ['workspace key that they made', 'workspace keys that they made'],
  connector: ['connector that they made', 'connectors that they made'],
  workflow: ['workflow that they made', 'workflows that they made'],
  job: ['job that they started', 'jobs that they started'],
  parser: ['parser that they made', 'parsers that they made'],
  form: ['form that they made', 'forms that they made'],
  managed_membership: ['membership of a managed account', 'memberships of managed accounts'],
};

/** `1 connector that they made stays: default/crm`. */
function lineOf({ kind, fate, count, items }: Holding, heir: string | undefined): string {
  const [one, many] = nouns[kind];
  const verbs = {
    stays: count === 1 ? 'stays' : 'stay',
    ends: count === 1 ? 'ends' : 'end',
    passes_on: `${count === 1 ? 'passes' : 'pass'} to ${kind === 'invite' ? 'you' : (heir ?? 'another')}`,
  };
  const names = items.slice(0, SHOWN).map(({ id, name, place }) => {
    const named = name ?? id;
    if (kind === 'managed_membership' || kind === 'delegation') return `${place ?? id} (${named})`;
    return place === null ? named : `${place}/${named}`;
  });
  const more = count > names.length ? `, and ${count - names.length} more` : '';
  return `${counted(count, one, many)} ${verbs[fate]}: ${names.join(', ')}${more}`;
}

/** All that hangs on a member and what becomes of it, a line each. */
export function losses(preview: RemovalPreview, heir?: string): string[] {
  const { member, workspaces, holdings } = preview;
  const places = workspaces.map(({ slug, role }) => `${slug} (${role})`).join(', ');
  const children = member.children.map(({ slug }) => slug).join(', ');
  return [
    ...(places === '' ? [] : [`they lose their place in ${places}`]),
    ...(children === '' ? [] : [`they lose the grants of ${children}`]),
    ...holdings.map((holding) => lineOf(holding, heir)),
    'what else they made here stays, and so does their own account; members restore undoes it for 90 days',
  ];
}
