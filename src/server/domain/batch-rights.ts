import { type BatchKind, batchKinds } from '../../contract/limits.ts';
import type { AccountWork } from './work.ts';

/** What a master administers from outside: content it enters by a delegation alone, and umbrellas have no master (R2). */
const ofMasters: readonly BatchKind[] = ['invites', 'removals', 'restores', 'workspace_members'];

/**
 * The kinds of batches that the actor has to do with, by what the operation was allowed as. Any other is not there for
 * them: its rows are addresses of people whom they may not see.
 */
export function kindsFor({ decision }: Pick<AccountWork, 'decision'>): readonly BatchKind[] {
  switch (decision.as) {
    case 'contacts':
      return ['contacts'];
    case 'master':
      return ofMasters;
    default:
      return batchKinds;
  }
}
