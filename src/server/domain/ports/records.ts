import type { Answers } from '../../../contract/form-answers.ts';
import type { Page, PageRequest } from './page.ts';

export interface RecordRow {
  readonly id: string;
  readonly formId: string;
  readonly key: string | null;
  /** Of the form, when the answers were last checked. */
  readonly formRevision: number;
  readonly answers: Answers;
  readonly revision: number;
  /** Address of the person or name of the token that submitted it. */
  readonly createdBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface NewRecord {
  readonly id: string;
  readonly key: string | null;
  /** Of the answers, as they were submitted. */
  readonly digest: string;
  readonly answers: Answers;
}

/** What is there under a key; `by` is the id of the user or token that submitted it. */
export interface RecordOfKey extends Pick<NewRecord, 'id' | 'digest'>, Pick<RecordMark, 'by'> {}

/** What those records have in common. */
export interface RecordMark {
  readonly formId: string;
  readonly formRevision: number;
  /** Id of the user or token. */
  readonly by: string | null;
  readonly at: string;
}

export interface RecordFilter {
  readonly key?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export interface RecordsPort {
  count(formId: string): Promise<number>;
  insert(records: readonly NewRecord[], mark: RecordMark): Promise<void>;
  /** Those of a form that have one of these keys. */
  byKeys(formId: string, keys: readonly string[]): Promise<ReadonlyMap<string, RecordOfKey>>;
  /** Oldest first. Key of a record: its id. A page ends early once answers fill it. */
  list(formId: string, filter: RecordFilter, page: PageRequest): Promise<Page<RecordRow>>;
  find(formId: string, id: string): Promise<RecordRow | null>;
  /** Makes the next revision. */
  update(
    formId: string,
    id: string,
    change: { readonly answers: Answers } & Omit<RecordMark, 'formId'>,
  ): Promise<void>;
  remove(formId: string, id: string): Promise<void>;
}
