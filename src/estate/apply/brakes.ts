import type { PruneKind } from '../../contract/change-kinds.ts';
import { conflictError, type TenantctlError, usageError } from '../../errors.ts';
import { type Change, type ChangeSet, nameOf } from '../changes.ts';
import { isInvitation } from '../fields.ts';

/** How much may be taken away in one run. */
export interface Limits {
  readonly maxDeletes: number;
  /** In percent of the live objects of the kind in the accounts that the files name. */
  readonly maxShare: number;
}

/** What people are told of at most, of a list. */
const TOLD = 20;

/** Throws if a change set would do what nobody agreed to: before anything is sent. */
export function brake(set: ChangeSet, limits: Limits): void {
  mustBeNamed(set);
  mustBePruned(set);
  mustBeFew(set, limits);
}

/** What `--prune` calls what a deletion takes away. */
export function prunedKind(change: Change): PruneKind | null {
  if (isInvitation(change)) return 'invite';
  switch (change.kind) {
    case 'account':
    case 'plan':
    case 'promotion_path':
      return null;
    default:
      return change.kind;
  }
}

/** Nothing outside the accounts that the files name is touched, whatever a change set says. */
function mustBeNamed({ changes, accounts }: ChangeSet): void {
  const outside = changes.filter(({ account }) => !Object.hasOwn(accounts, account));
  if (outside.length === 0) return;
  throw usageError('the change set touches accounts that its files do not name', {
    code: 'unnamed_account',
    details: outside.slice(0, TOLD).map((change) => ({ pointer: change.account, detail: nameOf(change) })),
  });
}

function mustBePruned({ changes, choices }: ChangeSet): void {
  const agreed: readonly (PruneKind | null)[] = choices.prune;
  const others = changes.filter((change) => change.op === 'delete' && !agreed.includes(prunedKind(change)));
  if (others.length === 0) return;
  const [kind] = others.map(prunedKind);
  throw conflictError(`${counted(others.length, 'object')} would be removed without --prune`, {
    code: 'not_pruned',
    why: 'What a file does not name is left alone. Nothing was sent.',
    hint: kind == null ? undefined : `the same command with --prune ${kind}`,
    details: told(others),
  });
}

function mustBeFew({ changes, live }: ChangeSet, { maxDeletes, maxShare }: Limits): void {
  const deletions = changes.filter(({ op }) => op === 'delete');
  if (deletions.length > maxDeletes) throw tooMany(deletions, maxDeletes);
  for (const [kind, own] of Map.groupBy(deletions, ({ kind: of }) => of)) {
    const all = live[kind] ?? 0;
    if (own.length * 100 <= maxShare * all) continue;
    throw conflictError(
      `${own.length} of ${all} live objects of kind ${kind} would be removed: more than ${maxShare}%`,
      {
        code: 'too_large_share',
        why: 'Nothing was sent. A file that lost half its lines would look the same.',
        hint: `the same command with --max-share ${Math.min(100, Math.ceil((own.length * 100) / Math.max(1, all)))}%, if that is meant`,
        details: told(own),
      },
    );
  }
}

function tooMany(deletions: readonly Change[], maxDeletes: number): TenantctlError {
  return conflictError(
    `${counted(deletions.length, 'object')} would be removed, and --max-deletes allows ${maxDeletes}`,
    {
      code: 'too_many_deletes',
      why: 'Nothing was sent.',
      hint: `the same command with --max-deletes ${deletions.length}, if that is meant`,
      details: told(deletions),
    },
  );
}

/** `10%` or `10` as a number of percent. */
export function shareOf(flag: string): number {
  const [, digits] = /^(\d{1,3}(?:\.\d{1,3})?)%?$/.exec(flag) ?? [];
  const share = Number(digits);
  if (digits !== undefined && share <= 100) return share;
  throw usageError(`--max-share ${flag}: not a percentage from 0% to 100%`, { code: 'invalid_value' });
}

function told(changes: readonly Change[]) {
  const first = changes.slice(0, TOLD).map((change) => ({ pointer: change.account, detail: nameOf(change) }));
  const more = changes.length - first.length;
  return more > 0 ? [...first, { detail: `and ${more} more` }] : first;
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
