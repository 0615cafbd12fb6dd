import type { FormRole } from '../../../contract/limits.ts';
import type { Form } from '../../../contract/types.ts';
import type { Page, PageRequest } from './page.ts';

export interface FormSummary {
  readonly id: string;
  readonly workspace: { readonly id: string; readonly slug: string };
  readonly name: string;
  readonly title: string;
  readonly description: string | null;
  /** Those of groups counted. */
  readonly questionCount: number;
  readonly example: boolean;
  /** Of a saved copy. It is kept as it was, whatever becomes of it. */
  readonly source: Form['source'];
  readonly revision: number;
  /** Address of the person or name of the token that made it. */
  readonly createdBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface FormRow extends FormSummary {
  readonly questions: Form['questions'];
}

export interface FormOwner {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

/** A form of another account, and what this one has of it. */
export interface SharedForm extends FormSummary {
  readonly owner: FormOwner;
  readonly role: Exclude<FormRole, 'none'>;
}

export interface NewForm {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly title: string;
  readonly description: string | null;
  readonly questions: Form['questions'];
  readonly source: Form['source'];
  /** Id of the user or token. */
  readonly by: string | null;
  readonly at: string;
}

/** What is left out stays. */
export interface FormChange {
  readonly name?: string;
  readonly title?: string;
  readonly description?: string | null;
  readonly questions?: Form['questions'];
  readonly example?: boolean;
}

export interface FormsPort {
  /** Of the whole account. */
  count(): Promise<number>;
  /** A taken name is DomainError `form_name_taken`, by the constraint. */
  insert(form: NewForm): Promise<void>;
  /** By name. Key of a form: its name. */
  list(workspaceId: string, q: string | undefined, page: PageRequest): Promise<Page<FormSummary>>;
  /** By id or name. */
  find(workspaceId: string, reference: string): Promise<FormRow | null>;
  /** Makes the next revision. */
  update(id: string, change: FormChange, at: string): Promise<void>;
  /** With its shares. */
  remove(id: string): Promise<void>;
  /**
   * Forms of other accounts on which this one has a role. Key of a form: its owner's slug, its name, its id.
   * @param grantedTo those of children only as far as this member was granted them (R14); null for all
   */
  sharedIn(
    q: string | undefined,
    grantedTo: string | null | undefined,
    page: PageRequest,
  ): Promise<Page<SharedForm>>;
}
