import type { OperationId } from '../../../contract/operations.ts';
import type { AuditEvent } from '../../../contract/types.ts';
import type { Actor } from '../actor.ts';
import type { Page, PageRequest } from './page.ts';

type Fact = string | number | boolean | null | readonly string[] | Readonly<Record<string, string | boolean>>;
export type Facts = Readonly<Record<string, Fact>>;

/** One change as the trail keeps it (D18). `before` and `after` hold what changed, never a secret. */
export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  readonly accountId: string | null;
  readonly actor: Actor | 'system';
  readonly action: OperationId | `system.${string}`;
  readonly target: { readonly kind: string; readonly id: string; readonly name: string | null };
  readonly reason: string | null;
  readonly before: Facts | null;
  readonly after: Facts | null;
  readonly requestId: string | null;
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Only what the people and tokens of this account did, or somebody by its delegation: a master sees its own acts. */
  readonly actorsOf?: string | undefined;
}

export interface AuditPort {
  append(entries: readonly AuditEntry[]): Promise<void>;
}

export interface AuditListPort {
  /** Newest first. Key of an event: its id. */
  list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEvent>>;
}
