import type { AccountRole } from '../../contract/limits.ts';
import type { Membership } from '../domain/access.ts';
import { toModules } from './columns.ts';

interface MemberColumns {
  id: string | null;
  role: AccountRole | null;
  state: 'active' | 'deactivated' | null;
  modules: string | null;
}

export function membershipOf({ id, role, state, modules: json }: MemberColumns): Membership | null {
  if (id === null || role === null || state === null || json === null) return null;
  return { memberId: id, role, state, modules: toModules(json) };
}
