import { limits } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { ParserCopyResult } from '../../contract/types.ts';
import type { Place, Standing } from './access.ts';
import { accountTarget } from './account-view.ts';
import { limitsOf } from './entitlements.ts';
import { DomainError } from './errors.ts';
import { inOneFamily, masterOf, mayBeNamedIn } from './family.ts';
import {
  type Blocker,
  beginningOf,
  droppedSecrets,
  missingSecrets,
  planCopy,
  type Step,
} from './parser-copy-plan.ts';
import { authorOf } from './parsers.ts';
import type { Facts } from './ports/audit.ts';
import type { CopySource } from './ports/parser-copies.ts';
import type { Input, PlaceWork } from './work.ts';

type Copy = Input<'parsers.copy'>;

/** Characters that one copy may write: a transaction that others wait for must end soon. */
const MOST_CHARS = 256 * 1024 * 1024;
const MOST_BLOCKERS = 1000;
/** Names that the trail lists of one target; the count tells of the rest. */
const MOST_NAMED = 200;

/** Somewhere that parsers are copied to. */
interface Target {
  readonly standing: Standing;
  readonly place: Place;
}

interface PlannedTarget extends Target {
  readonly steps: readonly Step[];
}

const placeName = ({ standing, place }: Target): string => `${standing.account.slug}/${place.slug}`;
const isAt = (target: Target, accountId: string, workspaceId: string): boolean =>
  target.standing.account.id === accountId && target.place.workspaceId === workspaceId;

async function sourcesOf(
  work: PlaceWork,
  { body }: Copy,
): Promise<{ sources: readonly CopySource[]; blockers: Blocker[] }> {
  const { standing, place } = work;
  const from = placeName({ standing, place });
  const { parsers: references = null, to } = body;
  const { sources, chars } = await work.tenant.parserCopies.sources(
    place.workspaceId,
    references,
    limits.parserCopies + 1,
  );
  const known = new Set(sources.flatMap(({ id, name }) => [id, name]));
  const unknown = [...new Set(references ?? [])].filter((reference) => !known.has(reference));
  const blockers = unknown.map((name) => ({
    kind: 'unknown_parser',
    detail: `${from} has no parser ${name}`,
  }));
  if (sources.length > limits.parserCopies) {
    const detail = `${from} has more than ${limits.parserCopies} parsers: name those to copy, fewer at once`;
    blockers.push({ kind: 'too_many', detail });
  }
  if (chars * to.length > MOST_CHARS) {
    const detail = `${chars} characters of definitions to ${to.length} places are too much for one copy: copy fewer at once`;
    blockers.push({ kind: 'too_large', detail });
  }
  return { sources, blockers };
}

const refusals: Readonly<Record<string, string>> = {
  not_found: 'unknown_target',
  forbidden: 'forbidden',
  account_suspended: 'suspended',
};

/** Every right that would do, or the sentence where there are no reasons to give. */
function whyNot({ message, trouble: { reasons = [] } }: DomainError): string {
  const position = reasons.filter(({ check }) => check === 'membership').map(({ text }) => text);
  const needs = reasons.filter(({ check, ok }) => !ok && check !== 'membership').map(({ text }) => text);
  return needs.length === 0 ? message : [...position, needs.join(', or ')].join('; ');
}

/** A target that the caller may write to, or why not: about what they may not see it says no more than anybody is told. */
async function targetOf(work: PlaceWork, to: Copy['body']['to'][number]): Promise<Target | Blocker> {
  const { account, workspace: reference = null } = to;
  try {
    const standing = await work.authorise(account, 'parsers.copy_into', { noun: 'workspace', reference });
    if (standing.place === null) throw new Error('authorised for a workspace that is not there');
    return { standing, place: standing.place };
  } catch (error) {
    const kind = error instanceof DomainError ? refusals[error.code] : undefined;
    if (kind === undefined || !(error instanceof DomainError)) throw error;
    return { kind, detail: `${account}: ${whyNot(error)}` };
  }
}

async function targetsOf(
  work: PlaceWork,
  { body }: Copy,
): Promise<{ targets: Target[]; blockers: Blocker[] }> {
  const { standing: source, place } = work;
  const { copyOut } = await work.tenant.account.read();
  const targets: Target[] = [];
  const blockers: Blocker[] = [];
  for (const to of body.to) {
    const target = await targetOf(work, to);
    if ('kind' in target) {
      blockers.push(target);
      continue;
    }
    const { account } = target.standing;
    const name = placeName(target);
    if (isAt(target, source.account.id, place.workspaceId)) {
      blockers.push({ kind: 'same_place', detail: `${name} is the source itself` });
    } else if (targets.some((other) => isAt(other, account.id, target.place.workspaceId))) {
      blockers.push({ kind: 'duplicate_target', detail: `${name} is named twice` });
    } else if (copyOut === 'family' && !inOneFamily(source, target.standing)) {
      const detail = `${account.slug} is not of the family of ${source.account.slug}: parsers go between a master and its managed accounts, or out of an account whose copy_out is anyone`;
      blockers.push({ kind: 'family', detail });
    } else targets.push(target);
  }
  return { targets, blockers };
}

async function planAt(
  work: PlaceWork,
  target: Target,
  sources: readonly CopySource[],
  body: Copy['body'],
): Promise<{ target: PlannedTarget; blockers: readonly Blocker[] }> {
  const copies = work.tenantOf(target.standing.account.id).parserCopies;
  const { workspaceId } = target.place;
  const held = await copies.held(workspaceId, { accountId: work.tenant.accountId, sources });
  const { on_conflict: onConflict, force } = body;
  const beginnings = onConflict === 'rename' ? sources.map(({ name }) => beginningOf(name)) : [];
  const taken = await copies.namesAfter(workspaceId, [...new Set(beginnings)]);
  const there = { place: placeName(target), held, taken };
  const { steps, blockers } = planCopy(sources, there, { onConflict, force });
  return { target: { ...target, steps }, blockers };
}

const isNew = ({ outcome }: Step): boolean => outcome === 'created' || outcome === 'renamed';
const isWritten = (step: Step): boolean => isNew(step) || step.outcome === 'overwritten';

/** Targets by account, for what counts in an account: its limit, its trail. */
const byAccount = (targets: readonly PlannedTarget[]): PlannedTarget[][] => [
  ...Map.groupBy(targets, ({ standing }) => standing.account.id).values(),
];

async function limitBlockers(work: PlaceWork, targets: readonly PlannedTarget[]): Promise<Blocker[]> {
  const blockers: Blocker[] = [];
  for (const [first, ...more] of byAccount(targets)) {
    if (first === undefined) continue;
    const { account } = first.standing;
    const added = [first, ...more].flatMap(({ steps }) => steps).filter(isNew).length;
    const limit = limitsOf(account).parsers;
    if (limit === null || added === 0) continue;
    const count = await work.tenantOf(account.id).parsers.count();
    if (count + added <= limit) continue;
    const detail = `${account.slug} has ${count} parsers and would get ${added} more; its plan, ${account.plan}, has room for ${limit}`;
    blockers.push({ kind: 'parser_limit', detail });
  }
  return blockers;
}

function mustBeFree(blockers: readonly Blocker[]): void {
  if (blockers.length === 0) return;
  const shown = blockers.slice(0, MOST_BLOCKERS);
  const more = blockers.length - shown.length;
  if (more > 0) shown.push({ kind: 'more', detail: `and ${more} more` });
  const things = blockers.length === 1 ? 'one thing stands' : `${blockers.length} things stand`;
  const text = `Nothing was copied: ${things} in the way. ${shown[0]?.detail}.`;
  throw new DomainError('copy_refused', text, { blockers: shown });
}

type Shown = ParserCopyResult['targets'][number];

/** Writes one target's part, and says what became of each parser there. */
async function receive(work: PlaceWork, target: PlannedTarget): Promise<Shown> {
  const { standing, place, steps } = target;
  const arrivals = steps
    .filter(isWritten)
    .map((step) => ({ step, id: step.held?.id ?? work.deps.newId('parser') }));
  const arrival = ({ step, id }: (typeof arrivals)[number]) => ({
    sourceId: step.source.id,
    id,
    name: step.as,
  });
  await work.tenantOf(standing.account.id).parserCopies.receive(place.workspaceId, {
    from: work.tenant.accountId,
    created: arrivals.filter(({ step }) => isNew(step)).map(arrival),
    overwritten: arrivals.filter(({ step }) => !isNew(step)).map(arrival),
    dropped: steps.flatMap(droppedSecrets),
    by: authorOf(work.actor),
    at: work.now.toISOString(),
  });
  const made = new Map(arrivals.map(({ step, id }) => [step, id]));
  return {
    ...sideOf(target),
    parsers: steps.map((step) => ({
      name: step.source.name,
      as: step.as,
      outcome: step.outcome,
      // An id that a dry run made names nothing.
      parser_id: step.held?.id ?? (work.dryRun ? null : (made.get(step) ?? null)),
      revision: step.held === null ? 1 : step.held.revision + (isWritten(step) ? 1 : 0),
      secrets_missing: missingSecrets(step),
    })),
  };
}

function sideOf({ standing, place }: Target): ParserCopyResult['from'] {
  const { id, slug } = standing.account;
  return { account: { id, slug }, workspace: { id: place.workspaceId, slug: place.slug } };
}

function namesOf(targets: readonly PlannedTarget[], isOf: (step: Step) => boolean): string[] {
  const names = targets.flatMap(({ steps }) => steps.filter(isOf).map(({ as }) => as));
  return [...new Set(names)].slice(0, MOST_NAMED);
}

/** What an account's trail keeps of what came to it. */
function arrivalFacts(work: PlaceWork, reader: Standing, targets: readonly PlannedTarget[]): Facts {
  const written = targets.flatMap(({ steps }) => steps).filter(isWritten);
  return {
    from: mayBeNamedIn(reader, work.standing) ? placeName(work) : null,
    workspaces: targets.map(({ place }) => place.slug),
    created: namesOf(targets, isNew),
    overwritten: namesOf(targets, ({ outcome }) => outcome === 'overwritten'),
    count: written.length,
  };
}

/** What the source's trail, and the master's, keep of where parsers went; accounts that are no business of theirs are counted. */
function departureFacts(work: PlaceWork, reader: Standing, targets: readonly PlannedTarget[]): Facts {
  const named = targets.filter(({ standing }) => mayBeNamedIn(reader, standing));
  return {
    from: mayBeNamedIn(reader, work.standing) ? placeName(work) : null,
    to: named.map(placeName),
    others: targets.length - named.length,
    parsers: namesOf(targets, isWritten),
    count: targets.flatMap(({ steps }) => steps).filter(isWritten).length,
  };
}

/** One event an account: the targets', the source's, and their master's where it is neither. */
async function recordCopy(work: PlaceWork, targets: readonly PlannedTarget[]): Promise<void> {
  const source = work.standing;
  const told = new Set([source.account.id]);
  work.record({ target: accountTarget(source.account), after: departureFacts(work, source, targets) });
  for (const own of byAccount(targets)) {
    const reader = own[0]?.standing;
    if (reader === undefined || told.has(reader.account.id)) continue;
    told.add(reader.account.id);
    const after = arrivalFacts(work, reader, own);
    work.record({ accountId: reader.account.id, target: accountTarget(reader.account), after });
  }
  const masters = [source, ...targets.map(({ standing }) => standing)].flatMap(
    (one) => masterOf(one)?.id ?? [],
  );
  const untold = [...new Set(masters)].filter((id) => !told.has(id));
  for (const reader of await work.platform.access.standings(work.actor, untold)) {
    const after = departureFacts(work, reader, targets);
    work.record({ accountId: reader.account.id, target: accountTarget(source.account), after });
  }
}

/**
 * R7, D14: all or none. Everything is judged first and every problem told at once; then it is written, in the one
 * transaction. What an earlier run has brought already is left as it is, so that a copy can be run again.
 */
export async function copyParsers(work: PlaceWork, input: Copy): Promise<Answer<'parsers.copy'>> {
  const { sources, blockers } = await sourcesOf(work, input);
  const { targets, blockers: refused } = await targetsOf(work, input);
  const planned: PlannedTarget[] = [];
  const conflicts: Blocker[] = [];
  for (const target of targets) {
    const plan = await planAt(work, target, sources, input.body);
    planned.push(plan.target);
    conflicts.push(...plan.blockers);
  }
  mustBeFree([...blockers, ...refused, ...conflicts, ...(await limitBlockers(work, planned))]);
  const shown: Shown[] = [];
  for (const target of planned) shown.push(await receive(work, target));
  const written = planned.filter(({ steps }) => steps.some(isWritten));
  if (written.length > 0) await recordCopy(work, written);
  return { changed: written.length > 0, from: sideOf(work), targets: shown };
}
