import { workspaceRoles } from '../contract/limits.ts';
import type { BatchDefaults } from '../contract/types.ts';
import { type CheckRules, shown } from './check.ts';

/** Rows that only name somebody: to be removed, or restored. */
export const personRules: CheckRules = {
  judge: () => null,
  about: () => '',
  asks: () => '',
  differing: 'something else',
};

/** Rows that place somebody in a workspace: each person once in each. */
export function placeRules(
  defaults: BatchDefaults<'workspace_members'>,
  workspaces: ReadonlySet<string>,
): CheckRules {
  const roles: readonly string[] = workspaceRoles;
  return {
    judge({ workspace = defaults.workspace, role = defaults.role }) {
      if (workspace === undefined)
        return { code: 'unknown_workspace', message: 'it names no workspace: add a column, or --workspace' };
      if (!workspaces.has(workspace))
        return { code: 'unknown_workspace', message: `there is no workspace ${shown(workspace)}` };
      if (role === undefined)
        return { code: 'invalid_role', message: 'it names no role: add a column, or --role' };
      if (roles.includes(role)) return null;
      const message = `there is no workspace role ${shown(role)}; it is one of ${roles.join(', ')}`;
      return { code: 'invalid_role', message };
    },
    about: ({ workspace = defaults.workspace }) => workspace ?? '',
    asks: ({ role = defaults.role }) => role ?? '',
    differing: 'another role in the same workspace',
  };
}
