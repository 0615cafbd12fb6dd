import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { canonical } from '../contract/batch.ts';
import type { ChangeKind } from '../contract/change-kinds.ts';
import type { Change, ChangeSet } from '../contract/types.ts';
import { conflictError, usageError } from '../errors.ts';
import type { Source } from './files/document.ts';

export type { Change, ChangeSet };
export type FieldChange = Change['fields'][number];
export type Json = FieldChange['after'];

/** What a change set is made of; totals and digest follow. */
export type Reviewed = Omit<ChangeSet, 'schema' | 'totals' | 'digest'>;

/**
 * The fields by which each kind is compared and carried out:
 *
 * - account: `name`, `kind`, `master` (slug), `labels`; of one that is made also `plan`
 * - plan: `plan`
 * - workspace: `name`
 * - permission_set: `role`, `modules`, `children` (slugs), `workspaces` ([{ workspace, role }])
 * - member: `role`, `modules`, `children`, `state`; of one who is invited also `workspaces`, for an invitation takes
 *   its places along: whoever has not answered yet has no workspace_member of their own
 * - workspace_member: `role`
 * - promotion_path: `accounts`
 * - parser: `document_type`, `description`, `definition`, or `copy_from` (ACCOUNT[/WORKSPACE]/NAME) beside what it makes
 * - form: `title`, `description`, `questions`
 * - sub_account: `cap` ({ uploads, messages }, null is none); of one that is invited also `email`, `invitee`
 *   (slug), and `state` where it was something before
 */

/** One object of an estate: what `changes` are about, by the same key on the wanted and on the live side. */
export type ChangeAbout = Pick<Change, 'kind' | 'account' | 'key'>;

/** Unique in a change set; an account's changes of one kind stand together when sorted by it. */
export function keyOf({ kind, account, key }: ChangeAbout): string {
  return `${account} ${kind} ${key}`;
}

export function changeSetOf(reviewed: Reviewed): ChangeSet {
  const counted = {
    ...reviewed,
    schema: 'tenantctl/changes/v1' as const,
    totals: totalsOf(reviewed.changes),
  };
  return { ...counted, digest: digestOf(counted) };
}

/** What a change set was made of. */
export function reviewedOf(set: ChangeSet): Reviewed {
  const { api, account, made_at, files, choices, accounts, live, changes } = set;
  return { api, account, made_at, files, choices, accounts, live, changes };
}

export function totalsOf(changes: readonly Change[]): ChangeSet['totals'] {
  const totals = { create: 0, update: 0, delete: 0, conflict: 0, mails: 0 };
  for (const { op, mail } of changes) {
    totals[op] += 1;
    if (mail !== null && op !== 'conflict') totals.mails += 1;
  }
  return totals;
}

/** As it is saved: one line a change, so that two of them can be compared by eye. */
export function changeSetText(set: ChangeSet): string {
  const { changes, ...head } = set;
  const lines = changes.map((change) => `    ${JSON.stringify(canonical(change))}`);
  const text = JSON.stringify(canonical({ ...head, changes: [] }), null, 2);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  return `${text.replace('"changes": []', () => `"changes": ${list}`)}\n`;
}

function digestOf(counted: Omit<ChangeSet, 'digest'>): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(counted)))
    .digest('hex');
}

/**
 * A saved change set, or null if the file is something else: an estate, most likely.
 * Throws for one that is broken or was edited: what is applied without a question must be what was reviewed.
 */
export async function savedChangeSet({ name, bytes }: Source): Promise<ChangeSet | null> {
  const data = jsonIn(bytes);
  if (!isMarked(data)) return null;
  // The schemas cost more to load than the rest of the tool, and few runs read a change set.
  const { changeSet } = await import('../contract/change-set.ts');
  const { data: set, error } = changeSet.safeParse(data);
  if (set === undefined) throw broken(name, error.issues);
  const { digest, ...rest } = set;
  if (digestOf(rest) === digest) return set;
  throw usageError(`${name} is not as it was saved`, {
    code: 'change_set_edited',
    why: 'Its digest does not fit what is in it: it was edited, or cut short. Nothing was sent.',
    hint: 'tenantctl diff -f FILE --out CHANGES.json',
  });
}

/** A hundred times what a large estate comes to. JSON is read by the engine, so the limit of files by hand is not its. */
const MOST_BYTES = 512 * 1024 * 1024;

/** The change set in a file, or null if there is none: whoever reads files of an estate says then what is wrong. */
export async function openChangeSet(name: string, directory: string): Promise<ChangeSet | null> {
  if (name === '-') return null;
  const path = resolve(directory, name);
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isFile() || found.size > MOST_BYTES) return null;
  return await savedChangeSet({ name, bytes: await readFile(path) });
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Whatever calls itself one is meant to be one, of a version that this tool knows or not. */
function isMarked(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const schema: unknown = Reflect.get(data, 'schema');
  return typeof schema === 'string' && schema.startsWith('tenantctl/changes/');
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function broken(name: string, issues: readonly Issue[]) {
  const details = issues.slice(0, 20).map(({ path, message }) => ({
    pointer: `/${path.map(String).join('/')}`,
    detail: message,
  }));
  return usageError(`${name} is no change set that this version can read`, {
    code: 'bad_change_set',
    details,
    hint: 'tenantctl diff -f FILE --out CHANGES.json',
  });
}

/** Where a run acts: what a change set was made for, and what this run is. */
export interface Place {
  readonly api: string;
  readonly account: string | null;
}

/** Throws if the change set was made for another server, or as another account. */
export function mustBeOf(set: ChangeSet, name: string, here: Place): void {
  const differs = (there: string, now: string) =>
    conflictError(`${name} was made for ${there}, and this run acts on ${now}`, {
      code: 'change_set_elsewhere',
      why: 'What was reviewed there says nothing about here. Nothing was sent.',
      hint: 'tenantctl diff -f FILE --out CHANGES.json, with the profile that will apply it',
    });
  const account = (slug: string | null) => (slug === null ? 'no account of its own' : `the account ${slug}`);
  if (set.api !== here.api) throw differs(`the server ${set.api}`, here.api);
  if (set.account !== here.account) throw differs(account(set.account), account(here.account));
}

/** How a change is named to people: `member ann@acme.example of acme`. */
export function nameOf({ kind, account, key }: ChangeAbout): string {
  if (key === '') return kind === 'account' ? `account ${account}` : `${wordsOf[kind]} of ${account}`;
  return `${wordsOf[kind]} ${key} of ${account}`;
}

/** Each kind as people call it. */
export const wordsOf: Readonly<Record<ChangeKind, string>> = {
  account: 'account',
  plan: 'plan',
  workspace: 'workspace',
  permission_set: 'permission set',
  member: 'member',
  workspace_member: 'workspace member',
  promotion_path: 'promotion path',
  parser: 'parser',
  form: 'form',
  sub_account: 'sub-account',
};
