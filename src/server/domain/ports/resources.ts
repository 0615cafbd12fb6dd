import type { JobState, ResourceKind } from '../../../contract/limits.ts';
import type { Resource, ResourceItem } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

export type Config = Readonly<Record<string, unknown>>;

export interface NewResource {
  readonly id: string;
  readonly kind: ResourceKind;
  readonly name: string;
  readonly config: Config;
  /** Of a job, which is queued at first; null for what is no job. */
  readonly workflowId: string | null;
  readonly createdBy: string | null;
  readonly at: string;
}

/** What may change of a resource; what is left out stays. */
export interface ResourceChange {
  readonly name?: string;
  readonly config?: Config;
  readonly state?: JobState;
  /** When the job came to its last state. */
  readonly finishedAt?: string;
}

export interface ResourceFilter {
  /** Part of a name. */
  readonly q?: string | undefined;
  readonly kind?: ResourceKind | undefined;
  readonly state?: JobState | undefined;
  /** Id of a workflow: only its jobs. */
  readonly workflow?: string | undefined;
}

/** The resources of the account's workspaces, each in one of them. */
export interface ResourcesPort {
  /** A taken name is DomainError `name_taken`, by the constraint. */
  insert(workspaceId: string, resource: NewResource): Promise<void>;
  /** Without configs. Key of a resource: its id. */
  list(workspaceId: string, filter: ResourceFilter, page: PageRequest): Promise<Page<ResourceItem>>;
  /** By id or name, of one kind or of any: of each kind that has the name, one. */
  named(workspaceId: string, reference: string, kind?: ResourceKind): Promise<readonly Resource[]>;
  /** Jobs that the workflow ran. */
  countJobs(workspaceId: string, workflowId: string): Promise<number>;
  /** Writes a change and the next revision. */
  update(workspaceId: string, id: string, change: ResourceChange, at: string): Promise<void>;
  /** A workflow's jobs go with it. */
  remove(workspaceId: string, id: string): Promise<void>;
}
