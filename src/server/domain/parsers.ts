import { looksLikeId } from '../../contract/ids.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Parser } from '../../contract/types.ts';
import { canSeePlace, decide } from './access.ts';
import { mustBeCurrent } from './accounts.ts';
import { type Actor, personOf } from './actor.ts';
import { limitsOf } from './entitlements.ts';
import { DomainError, notFound } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import { digestOf, secretNames } from './parser-content.ts';
import { type SecretsChange, secretsChange } from './parser-secrets.ts';
import { toParser, toParserItems } from './parser-view.ts';
import type { Facts } from './ports/audit.ts';
import type { ParserChange, ParserContent, ParserRow, RevisionMark } from './ports/parsers.ts';
import type { Tenant, Transaction } from './ports.ts';
import type { Input, PlaceWork, Work } from './work.ts';

/** Definitions are large: a page of them holds fewer. */
const MOST_WITH_DEFINITIONS = 100;

type ParserOperation =
  | 'parsers.show'
  | 'parsers.update'
  | 'parsers.delete'
  | 'parsers.revisions'
  | 'parsers.revision'
  | 'parsers.rollback';

/** The parser that a request names, in the workspace that it was authorised for. */
async function named(work: PlaceWork, input: Input<ParserOperation>): Promise<ParserRow | null> {
  const { workspace } = input.query;
  const { workspaceId, slug } = work.place;
  // An id says itself where it lies: a workspace that is named beside it must be that one.
  if (workspace !== undefined && workspace !== workspaceId && workspace !== slug) return null;
  return work.tenant.parsers.find(workspaceId, input.params.parser);
}

async function found(work: PlaceWork, input: Input<ParserOperation>): Promise<ParserRow> {
  const parser = await named(work, input);
  if (parser === null) throw notFound('parser', input.params.parser);
  return parser;
}

const shown = async (work: PlaceWork, id: string): Promise<Parser> => {
  const parser = await work.tenant.parsers.find(work.place.workspaceId, id);
  if (parser === null) throw new Error(`parser ${id} is gone within its own transaction`);
  return toParser(work, work.tenant.accountId, parser);
};

const targetOf = ({ id, name }: { id: string; name: string }) => ({ kind: 'parser', id, name });

/** Who the history names: the person behind a credential, or a token that has none. */
export const authorOf = (actor: Actor): string | null =>
  personOf(actor) ?? ('tokenId' in actor ? actor.tokenId : null);

function markOf(
  work: Pick<Work, 'actor' | 'now'>,
  change: RevisionMark['change'],
  rolledBackTo: number | null = null,
): RevisionMark {
  return { change, rolledBackTo, by: authorOf(work.actor), at: work.now.toISOString() };
}

export async function listParsers(
  work: PlaceWork,
  input: Input<'parsers.list'>,
): Promise<Answer<'parsers.list'>> {
  const { q, document_type: documentType, definitions = false } = input.query;
  const { limit, after } = pageRequest(input);
  const most = definitions ? Math.min(limit, MOST_WITH_DEFINITIONS) : limit;
  const { workspaceId } = work.place;
  const filter = { q, documentType };
  const page = await work.tenant.parsers.list(workspaceId, filter, { limit: most, after }, definitions);
  const items = await toParserItems(work, work.tenant.accountId, page.items);
  return listAnswer({ items, next: page.next });
}

export async function showParser(work: PlaceWork, input: Input<'parsers.show'>): Promise<Parser> {
  return toParser(work, work.tenant.accountId, await found(work, input));
}

async function mustHaveRoom(work: PlaceWork): Promise<void> {
  const { account } = work.standing;
  const limit = limitsOf(account).parsers;
  if (limit === null) return;
  const count = await work.tenant.parsers.count();
  if (count < limit) return;
  const text = `${account.slug} has ${count} parsers, and its plan, ${account.plan}, has room for ${limit}. Delete one, or choose a larger plan.`;
  throw new DomainError('parser_limit', text);
}

/** What the trail says of a change of secrets: names alone. */
const secretFacts = ({ set, taken }: SecretsChange): Facts => ({
  ...(set.length > 0 && { secrets_set: set.map(({ name }) => name) }),
  ...(taken.length > 0 && { secrets_removed: [...taken] }),
});

export async function createParser(work: PlaceWork, input: Input<'parsers.create'>): Promise<Parser> {
  const { name, document_type: documentType, description = null, definition, secrets = {} } = input.body;
  const { parsers } = work.tenant;
  await mustHaveRoom(work);
  const id = work.deps.newId('parser');
  const content = { documentType, description, definition };
  const digest = digestOf(content);
  const kept = secretsChange(work, id, secrets, { declared: secretNames(content), held: [] });
  const mark = markOf(work, 'created');
  await parsers.insert({ id, workspaceId: work.place.workspaceId, name, ...content, digest }, mark);
  await parsers.keepSecrets(id, kept.set, [], mark.at);
  const after = { name, workspace: work.place.slug, document_type: documentType, digest };
  work.record({ target: targetOf({ id, name }), after: { ...after, ...secretFacts(kept) } });
  return shown(work, id);
}

function changeOf(parser: ParserRow, body: Input<'parsers.update'>['body']): ParserChange {
  const { name, document_type, description, definition } = body;
  const content: ParserContent = {
    documentType: document_type ?? parser.documentType,
    description: description === undefined ? parser.description : description,
    definition: definition ?? parser.definition,
  };
  const digest = digestOf(content);
  return {
    ...(name !== undefined && name !== parser.name && { name }),
    ...(digest !== parser.digest && { content: { ...content, digest } }),
  };
}

/** The changed facts as they were and as they are. */
function contentFacts(parser: ParserRow, { name, content }: ParserChange): { before: Facts; after: Facts } {
  const retyped = content !== undefined && content.documentType !== parser.documentType;
  const facts = (of: { name: string; documentType: string; digest: string }): Facts => ({
    ...(name !== undefined && { name: of.name }),
    ...(retyped && { document_type: of.documentType }),
    ...(content !== undefined && { digest: of.digest }),
  });
  return { before: facts(parser), after: facts({ ...parser, ...content, name: name ?? parser.name }) };
}

/** One change of a parser: one revision, one event. */
async function write(
  work: PlaceWork,
  parser: ParserRow,
  change: ParserChange,
  kept: SecretsChange,
  mark: RevisionMark,
): Promise<Parser> {
  const { parsers } = work.tenant;
  await parsers.update(parser.id, change, mark);
  await parsers.keepSecrets(parser.id, kept.set, kept.taken, mark.at);
  const { before, after } = contentFacts(parser, change);
  work.record({
    target: targetOf({ id: parser.id, name: change.name ?? parser.name }),
    before: { ...before, revision: parser.revision },
    after: {
      ...after,
      ...secretFacts(kept),
      ...(mark.rolledBackTo !== null && { rolled_back_to: mark.rolledBackTo }),
      revision: parser.revision + 1,
    },
  });
  return shown(work, parser.id);
}

export async function updateParser(work: PlaceWork, input: Input<'parsers.update'>): Promise<Parser> {
  const parser = await found(work, input);
  mustBeCurrent('parser', parser.revision, input.expected);
  const change = changeOf(parser, input.body);
  const declared = change.content ? secretNames(change.content) : parser.declared;
  const held = [...parser.setAt.keys()];
  const kept = secretsChange(work, parser.id, input.body.secrets ?? {}, { declared, held });
  const isPlain = change.name === undefined && change.content === undefined;
  if (isPlain && kept.set.length + kept.taken.length === 0)
    return toParser(work, work.tenant.accountId, parser);
  return write(work, parser, change, kept, markOf(work, isPlain ? 'secrets' : 'updated'));
}

/** The content of an earlier revision becomes the next one. The name stays, and so do values of secrets that it declares too. */
export async function rollBackParser(work: PlaceWork, input: Input<'parsers.rollback'>): Promise<Parser> {
  const parser = await found(work, input);
  mustBeCurrent('parser', parser.revision, input.expected);
  const { revision } = input.body;
  const earlier = await work.tenant.parsers.revision(parser.id, revision);
  if (earlier === null) throw notFound('revision', String(revision));
  const { documentType, description, definition } = earlier;
  const content = { documentType, description, definition };
  const digest = digestOf(content);
  if (digest === parser.digest) return toParser(work, work.tenant.accountId, parser);
  const held = [...parser.setAt.keys()];
  const kept = secretsChange(work, parser.id, {}, { declared: secretNames(content), held });
  return write(
    work,
    parser,
    { content: { ...content, digest } },
    kept,
    markOf(work, 'rolled_back', revision),
  );
}

/** Was there a parser of this id or name in the workspace, that somebody deleted (D9)? */
async function wasDeleted(
  tenant: Tenant,
  reference: string,
  workspaceId: string | null,
): Promise<string | null> {
  const filter = { action: 'parsers.delete', target: reference };
  const { items } = await tenant.audit.list(filter, { limit: 20, after: null });
  const places = items.flatMap(({ before }) =>
    typeof before?.workspace_id === 'string' ? [before.workspace_id] : [],
  );
  return places.find((place) => workspaceId === null || place === workspaceId) ?? null;
}

export async function deleteParser(
  work: PlaceWork,
  input: Input<'parsers.delete'>,
): Promise<Answer<'parsers.delete'>> {
  const parser = await named(work, input);
  if (parser === null) {
    const { parser: reference } = input.params;
    if ((await wasDeleted(work.tenant, reference, work.place.workspaceId)) === null)
      throw notFound('parser', reference);
    return { changed: false };
  }
  mustBeCurrent('parser', parser.revision, input.expected);
  await work.tenant.parsers.remove(parser.id);
  const { id, name, documentType, digest, revision, workspace } = parser;
  work.record({
    target: targetOf({ id, name }),
    before: { document_type: documentType, digest, revision, workspace_id: workspace.id },
  });
  return { changed: true };
}

/** An id that is gone says no more where it lay; the trail does, and who may delete there may hear it (D9). */
export async function alreadyDeletedParser(
  transaction: Transaction,
  actor: Actor,
  input: Input<'parsers.delete'>,
): Promise<Answer<'parsers.delete'> | null> {
  const { account, parser } = input.params;
  if (!looksLikeId(parser)) return null;
  const accountId = await transaction.platform.accounts.findId(account);
  if (accountId === null) return null;
  const workspaceId = await wasDeleted(transaction.tenant(accountId), parser, null);
  if (workspaceId === null) return null;
  const within = { noun: 'workspace', reference: workspaceId } as const;
  const standing = await transaction.platform.access.standing(actor, accountId, within);
  if (standing === null || standing.place === null || !canSeePlace(actor, standing)) return null;
  return decide(actor, 'parsers.delete', standing).allowed ? { changed: false } : null;
}

export async function listRevisions(
  work: PlaceWork,
  input: Input<'parsers.revisions'>,
): Promise<Answer<'parsers.revisions'>> {
  const { id } = await found(work, input);
  return listAnswer(await work.tenant.parsers.revisions(id, pageRequest(input)));
}

export async function showRevision(
  work: PlaceWork,
  input: Input<'parsers.revision'>,
): Promise<Answer<'parsers.revision'>> {
  const { id } = await found(work, input);
  const { revision } = input.params;
  const content = await work.tenant.parsers.revision(id, revision);
  if (content === null) throw notFound('revision', String(revision));
  return { ...content.listed, definition: content.definition };
}
