import { type CheckRules, type RowErrorCode, shown } from './check.ts';
import type { InputRow } from './rows.ts';

/** What an invitation of this account may hold; a list that is left out is not checked here. */
export interface OfferRules {
  roles: readonly string[];
  /** Grantable modules, and the roles that are granted any (R12). */
  modules: readonly string[];
  moduleRoles: readonly string[];
  workspaceRoles?: readonly string[] | undefined;
  /** Slugs. */
  workspaces?: ReadonlySet<string> | undefined;
  children?: ReadonlySet<string> | undefined;
  /** Taken where a row is silent; two rows that differ only in saying so or not are alike. */
  defaults: {
    role?: string | undefined;
    modules?: readonly string[] | undefined;
    children?: readonly string[] | undefined;
    workspaces?: readonly { workspace: string; role: string }[] | undefined;
  };
  /** R12: a role with modules needs them, from the row or the defaults, or `none`. Default: false. */
  modulesRequired?: boolean | undefined;
}

/** Rows that invite: one address is one person, and asks for one offer. */
export function offerRules(rules: OfferRules): CheckRules {
  return {
    judge: (input) => judgeOffer(input, rules) ?? judgePlaces(input, rules),
    about: () => '',
    asks: (input) => attributesOf(input, rules.defaults),
    differing: 'another role, modules, children or workspaces',
  };
}

function judgeOffer(input: InputRow, rules: OfferRules): { code: RowErrorCode; message: string } | null {
  const { roles, modules, moduleRoles, defaults } = rules;
  const wrong = (message: string) => ({ code: 'invalid_role', message }) as const;
  if (input.role !== undefined && !roles.includes(input.role)) {
    return wrong(`there is no role ${shown(input.role)} here; it is one of ${roles.join(', ')}`);
  }
  const unknown = input.modules?.find((module) => !modules.includes(module));
  if (unknown !== undefined) {
    return wrong(`there is no module ${shown(unknown)} to grant; it is one of ${modules.join(', ')}`);
  }
  const role = input.role ?? defaults.role;
  if (role === undefined) return null;
  if (!moduleRoles.includes(role)) {
    return input.modules?.length
      ? wrong(`modules are granted to ${moduleRoles.join(', ')}, not to ${role}`)
      : null;
  }
  const silent = (input.modules ?? defaults.modules) === undefined;
  return rules.modulesRequired && silent ? wrong(`a ${role} needs modules: name them, or write none`) : null;
}

function judgePlaces(input: InputRow, rules: OfferRules): { code: RowErrorCode; message: string } | null {
  const child = rules.children && input.children?.find((slug) => !rules.children?.has(slug));
  if (child) return { code: 'unknown_child', message: `there is no child account ${shown(child)}` };
  for (const { workspace, role } of input.workspaces ?? []) {
    if (rules.workspaces && !rules.workspaces.has(workspace)) {
      return { code: 'unknown_workspace', message: `there is no workspace ${shown(workspace)}` };
    }
    if (rules.workspaceRoles && !rules.workspaceRoles.includes(role)) {
      const known = rules.workspaceRoles.join(', ');
      return {
        code: 'invalid_role',
        message: `there is no workspace role ${shown(role)}; it is one of ${known}`,
      };
    }
  }
  return null;
}

/** What the row offers, defaults filled in, in one spelling. */
function attributesOf(input: InputRow, defaults: OfferRules['defaults']): string {
  const { role = defaults.role, modules = defaults.modules } = input;
  const { children = defaults.children, workspaces = defaults.workspaces } = input;
  const parts = [
    role ?? '',
    modules?.toSorted().join() ?? '',
    children?.toSorted().join() ?? '',
    workspaces
      ?.map((pair) => `${pair.workspace}=${pair.role}`)
      .toSorted()
      .join() ?? '',
  ];
  return parts.join('\n');
}
