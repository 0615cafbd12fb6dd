import type { Answer } from '../../contract/shapes.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { AuditFilter } from './ports/audit.ts';
import type { AccountWork, Input, Work } from './work.ts';

function filterOf({ query }: Input<'audit.list'> | Input<'audit.platform'>): AuditFilter {
  const { actor, action, target, since, until } = query;
  return { actor, action, target, since, until };
}

/** An administrator of the account reads all of its trail, its master's what the master's own did there (T146). */
export async function listAudit(
  work: AccountWork,
  input: Input<'audit.list'>,
): Promise<Answer<'audit.list'>> {
  const { parent } = work.standing;
  const actorsOf = work.decision.as === 'master' ? parent?.account.id : undefined;
  return listAnswer(await work.tenant.audit.list({ ...filterOf(input), actorsOf }, pageRequest(input)));
}

export async function listPlatformAudit(
  work: Work,
  input: Input<'audit.platform'>,
): Promise<Answer<'audit.platform'>> {
  return listAnswer(await work.platform.platformAudit.list(filterOf(input), pageRequest(input)));
}
