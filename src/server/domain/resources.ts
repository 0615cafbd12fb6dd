import { isDeepStrictEqual } from 'node:util';
import type { JobState, ResourceKind } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Resource } from '../../contract/types.ts';
import type { Action } from './access-table.ts';
import { mustBeCurrent } from './accounts.ts';
import { makerOf } from './actor.ts';
import { DomainError, invalid, notFound } from './errors.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { NewResource, ResourceChange } from './ports/resources.ts';
import type { Input, PlaceWork } from './work.ts';

/** What writing one of a kind takes beyond the operation itself: connectors take more than workflows and jobs. */
const writing = {
  connector: 'resources.write_connector',
  workflow: 'resources.write_workflow',
  job: 'resources.write_job',
} as const satisfies Record<ResourceKind, Action>;

async function mayWrite(work: PlaceWork, kind: ResourceKind): Promise<void> {
  const within = { noun: 'workspace', reference: work.place.workspaceId } as const;
  await work.authorise(work.standing.account.id, writing[kind], within);
}

/** By id or name. A name that several kinds have needs the kind beside it: nothing is guessed. */
async function resourceNamed(
  work: PlaceWork,
  reference: string,
  kind: ResourceKind | undefined,
): Promise<Resource> {
  const found = await work.tenant.resources.named(work.place.workspaceId, reference, kind);
  const [resource] = found;
  if (resource === undefined) throw notFound(kind ?? 'resource', reference);
  if (found.length === 1) return resource;
  const kinds = found.map((one) => one.kind).join(', ');
  throw invalid('?kind', `is needed: ${JSON.stringify(reference)} is the name of several (${kinds}).`);
}

function targetOf({ id, kind, name }: Pick<Resource, 'id' | 'kind' | 'name'>) {
  return { kind, id, name };
}

export async function listResources(
  work: PlaceWork,
  input: Input<'resources.list'>,
): Promise<Answer<'resources.list'>> {
  const { q, kind, state, workflow } = input.query;
  const filter = { q, kind, state, workflow };
  return listAnswer(await work.tenant.resources.list(work.place.workspaceId, filter, pageRequest(input)));
}

export async function showResource(
  work: PlaceWork,
  { params, query }: Input<'resources.show'>,
): Promise<Resource> {
  return resourceNamed(work, params.resource, query.kind);
}

type Draft = Pick<NewResource, 'id' | 'kind' | 'name' | 'config' | 'workflowId'>;

async function insert(work: PlaceWork, draft: Draft): Promise<Resource> {
  const { workspaceId: workspace } = work.place;
  const { id, kind, name, workflowId } = draft;
  const at = work.now.toISOString();
  await work.tenant.resources.insert(workspace, { ...draft, createdBy: makerOf(work.actor), at });
  work.record({
    target: targetOf({ id, kind, name }),
    after: { workspace, kind, name, ...(workflowId !== null && { workflow: workflowId, state: 'queued' }) },
  });
  return resourceNamed(work, id, kind);
}

export async function createResource(
  work: PlaceWork,
  { body }: Input<'resources.create'>,
): Promise<Resource> {
  const { kind, name, config = {} } = body;
  await mayWrite(work, kind);
  return insert(work, { id: work.deps.newId('resource'), kind, name, config, workflowId: null });
}

const NAME_MAX = 100;
const TAIL = 8;

/** The end of an id is what tells jobs of one moment apart. */
function jobName(workflow: Resource, id: string): string {
  return `${workflow.name.slice(0, NAME_MAX - TAIL - 1).trimEnd()}-${id.slice(-TAIL)}`;
}

/** The job keeps what the workflow's config was when it started. */
export async function runWorkflow(
  work: PlaceWork,
  { params, body }: Input<'resources.run'>,
): Promise<Resource> {
  const workflow = await resourceNamed(work, params.resource, 'workflow');
  await mayWrite(work, 'job');
  const id = work.deps.newId('resource');
  const { config, id: workflowId } = workflow;
  return insert(work, { id, kind: 'job', name: body.name ?? jobName(workflow, id), config, workflowId });
}

const ends: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'cancelled']);

/** What may follow a state: a job goes forward only, and what has ended stays as it is. */
const next: Readonly<Record<JobState, readonly JobState[]>> = {
  queued: ['running', 'cancelled'],
  running: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
};

function stateChange(job: Resource, state: JobState, at: string): ResourceChange {
  if (job.state === null) throw invalid('/state', `is a job's: ${job.name} is a ${job.kind}.`);
  if (job.state === state) return {};
  if (next[job.state].includes(state)) return { state, ...(ends.has(state) && { finishedAt: at }) };
  const can = next[job.state].length === 0 ? 'it has ended' : `it can become ${next[job.state].join(' or ')}`;
  throw new DomainError(
    'conflict',
    `The job ${job.name} is ${job.state} and cannot become ${state}: ${can}.`,
  );
}

function changeOf(resource: Resource, body: Input<'resources.update'>['body'], at: string): ResourceChange {
  const { name, config, state } = body;
  if (config !== undefined && resource.kind === 'job')
    throw invalid(
      '/config',
      'of a job is its workflow’s as it was when the job started: it does not change.',
    );
  return {
    ...(name !== undefined && name !== resource.name && { name }),
    ...(config !== undefined && !isDeepStrictEqual(config, resource.config) && { config }),
    ...(state !== undefined && stateChange(resource, state, at)),
  };
}

/** The trail says that a config changed, not what is in it: people put keys where they should not. */
export async function updateResource(
  work: PlaceWork,
  { params, query, body, expected }: Input<'resources.update'>,
): Promise<Resource> {
  const resource = await resourceNamed(work, params.resource, query.kind);
  await mayWrite(work, resource.kind);
  mustBeCurrent(resource.kind, resource.revision, expected);
  const at = work.now.toISOString();
  const change = changeOf(resource, body, at);
  if (Object.keys(change).length === 0) return resource;
  await work.tenant.resources.update(work.place.workspaceId, resource.id, change, at);
  const { name, state, config } = change;
  work.record({
    target: targetOf({ ...resource, ...(name !== undefined && { name }) }),
    before: { ...(name !== undefined && { name: resource.name }), ...(state && { state: resource.state }) },
    after: {
      ...(name !== undefined && { name }),
      ...(state && { state }),
      ...(config !== undefined && { config: 'changed' }),
    },
  });
  return resourceNamed(work, resource.id, resource.kind);
}

/** Something that was there once and is not now is gone already (D9). */
async function goneAlready(
  work: PlaceWork,
  reference: string,
  kind: ResourceKind | undefined,
): Promise<boolean> {
  const filter = { action: 'resources.delete', target: reference };
  const { items } = await work.tenant.audit.list(filter, { limit: LOOKED_BACK, after: null });
  return items.some(
    ({ target, before }) =>
      before?.['workspace'] === work.place.workspaceId && (kind === undefined || target.kind === kind),
  );
}

const LOOKED_BACK = 100;

export async function deleteResource(
  work: PlaceWork,
  { params, query, expected }: Input<'resources.delete'>,
): Promise<Answer<'resources.delete'>> {
  const { workspaceId: workspace } = work.place;
  const found = await work.tenant.resources.named(workspace, params.resource, query.kind);
  if (found.length === 0 && (await goneAlready(work, params.resource, query.kind)))
    return { changed: false, jobs: 0 };
  const resource = await resourceNamed(work, params.resource, query.kind);
  await mayWrite(work, resource.kind);
  mustBeCurrent(resource.kind, resource.revision, expected);
  const { id, kind, name, state } = resource;
  const jobs = kind === 'workflow' ? await work.tenant.resources.countJobs(workspace, id) : 0;
  await work.tenant.resources.remove(workspace, id);
  const facts = { workspace, kind, name, ...(state !== null && { state }), ...(jobs > 0 && { jobs }) };
  work.record({ target: targetOf(resource), before: facts });
  return { changed: true, jobs };
}
