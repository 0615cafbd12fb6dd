/** What an estate is made of, in the order in which it can be made. */
export const changeKinds = [
  'account',
  'plan',
  'workspace',
  'permission_set',
  'member',
  'workspace_member',
  'promotion_path',
  'parser',
  'form',
  'sub_account',
] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** What `--prune` may take away: what the file could name and does not. Accounts never go by a missing line. */
export const pruneKinds = [
  'workspace',
  'permission_set',
  'member',
  'invite',
  'workspace_member',
  'parser',
  'form',
  'sub_account',
] as const;
export type PruneKind = (typeof pruneKinds)[number];
