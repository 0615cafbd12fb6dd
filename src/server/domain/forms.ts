import { looksLikeId } from '../../contract/ids.ts';
import { limits } from '../../contract/limits.ts';
import type { OperationId } from '../../contract/operations.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { Form } from '../../contract/types.ts';
import { canSeePlace, decide, formRoleOf, isAdminRole, rightsIn } from './access.ts';
import { mustBeCurrent } from './accounts.ts';
import { type Actor, makerOf } from './actor.ts';
import { DomainError, notFound, refused } from './errors.ts';
import { toForm, toFormItem } from './form-view.ts';
import { listAnswer, pageRequest } from './list.ts';
import type { Facts } from './ports/audit.ts';
import type { FormChange, FormRow } from './ports/forms.ts';
import type { Tenant, Transaction } from './ports.ts';
import type { Input, PlaceWork } from './work.ts';

/** Operations on one form, which their path names. */
export type FormOperation = {
  [Id in OperationId]: Input<Id>['params'] extends { account: string; form: string } ? Id : never;
}[OperationId];

async function named(work: PlaceWork, { params, query }: Input<FormOperation>): Promise<FormRow | null> {
  const workspace = 'workspace' in query ? query.workspace : undefined;
  const { workspaceId, slug } = work.place;
  // An id says itself where it lies: a workspace that is named beside it must be that one.
  if (workspace !== undefined && workspace !== workspaceId && workspace !== slug) return null;
  return work.tenant.forms.find(workspaceId, params.form);
}

/**
 * The form that a request names, of this account or of another one. Whether the caller may do with it what they ask for,
 * `decide` has said before: by their role in the workspace, or by the one that the form has for an account of theirs.
 */
export async function formNamed(work: PlaceWork, input: Input<FormOperation>): Promise<FormRow> {
  const form = await named(work, input);
  if (form === null) throw notFound('form', input.params.form);
  return form;
}

/** What the caller has of the form in another account; null where their own rights let them in. */
export function roleHere({ actor, standing, decision }: PlaceWork): Form['role'] {
  return decision.as.startsWith('form:') ? formRoleOf(actor, standing) : null;
}

export const formTarget = ({ id, name }: { id: string; name: string }) => ({ kind: 'form', id, name });

const shown = async (work: PlaceWork, id: string): Promise<Form> => {
  const form = await work.tenant.forms.find(work.place.workspaceId, id);
  if (form === null) throw new Error(`form ${id} is gone within its own transaction`);
  return toForm(form, work.standing.account, roleHere(work));
};

/** Whose children's forms the caller sees: all, or those granted to this member, who may be nobody (R14). */
function grantedTo({ actor, standing }: PlaceWork): string | null | undefined {
  const rights = rightsIn(actor, standing.account.id, standing.membership);
  return rights !== null && isAdminRole(rights.role) ? null : standing.membership?.memberId;
}

export async function listForms(work: PlaceWork, input: Input<'forms.list'>): Promise<Answer<'forms.list'>> {
  const { q, shared } = input.query;
  const { account } = work.standing;
  if (shared === undefined) {
    const page = await work.tenant.forms.list(work.place.workspaceId, q, pageRequest(input));
    return listAnswer({ ...page, items: page.items.map((form) => toFormItem(form, account, null)) });
  }
  await work.authorise(account.id, 'forms.list_shared');
  const page = await work.tenant.forms.sharedIn(q, grantedTo(work), pageRequest(input));
  return listAnswer({ ...page, items: page.items.map((form) => toFormItem(form, form.owner, form.role)) });
}

export async function showForm(work: PlaceWork, input: Input<'forms.show'>): Promise<Form> {
  return toForm(await formNamed(work, input), work.standing.account, roleHere(work));
}

async function mustHaveRoom(work: PlaceWork): Promise<void> {
  if ((await work.tenant.forms.count()) < limits.forms) return;
  const text = `${work.standing.account.slug} has ${limits.forms} forms, and there can be no more. Delete one.`;
  throw new DomainError('form_limit', text);
}

type Made = Pick<Form, 'name' | 'title' | 'description' | 'questions' | 'source'>;

async function make(work: PlaceWork, made: Made): Promise<Form> {
  await mustHaveRoom(work);
  const id = work.deps.newId('form');
  const { workspaceId, slug } = work.place;
  const at = work.now.toISOString();
  await work.tenant.forms.insert({ id, workspaceId, ...made, by: makerOf(work.actor), at });
  const form = await shown(work, id);
  const from = made.source === null ? {} : { copied_from: made.source.form_id };
  const after = { name: made.name, workspace: slug, questions: form.question_count, ...from };
  work.record({ target: formTarget(form), after });
  return form;
}

export async function createForm(work: PlaceWork, { body }: Input<'forms.create'>): Promise<Form> {
  const { name, title, description = null, questions } = body;
  return make(work, { name, title, description, questions, source: null });
}

/** R41: what one can see, one can have for oneself. The copy is a form of its own: nothing ties it to where it came from. */
export async function saveCopy(work: PlaceWork, { body }: Input<'forms.save_copy'>): Promise<Form> {
  const { account, workspace = null, form: reference } = body.from;
  const within = { noun: 'form', reference, workspace } as const;
  const standing = await work.authorise(account, 'forms.show', within);
  const found =
    standing.place &&
    (await work.tenantOf(standing.account.id).forms.find(standing.place.workspaceId, reference));
  if (!found) throw notFound('form', reference);
  const { id, name, title, description, questions, revision } = found;
  const source = { account_id: standing.account.id, form_id: id, name, revision };
  return make(work, { name: body.name ?? name, title, description, questions, source });
}

/** Only what really changes. */
function changeOf(form: FormRow, body: Input<'forms.update'>['body']): FormChange {
  const { name, title, description, questions } = body;
  const asks = questions !== undefined && JSON.stringify(questions) !== JSON.stringify(form.questions);
  return {
    ...(name !== undefined && name !== form.name && { name }),
    ...(title !== undefined && title !== form.title && { title }),
    ...(description !== undefined && description !== form.description && { description }),
    ...(asks && { questions }),
  };
}

/** The changed facts; of questions that they changed, and how many there are. */
function factsOf(form: Form, change: FormChange): Facts {
  return {
    ...(change.name !== undefined && { name: form.name }),
    ...(change.title !== undefined && { title: form.title }),
    ...(change.description !== undefined && { description: form.description }),
    ...(change.questions !== undefined && { questions: form.question_count }),
    revision: form.revision,
  };
}

/** What its owner calls a form is the owner's: a new name that is taken would tell of forms that are not shared. */
function mustBeOwn(work: PlaceWork): void {
  if (roleHere(work) === null) return;
  throw refused(
    'forbidden',
    'form_name',
    'What a form is called is changed by the account that it belongs to.',
  );
}

export async function updateForm(work: PlaceWork, input: Input<'forms.update'>): Promise<Form> {
  const form = await formNamed(work, input);
  mustBeCurrent('form', form.revision, input.expected);
  const change = changeOf(form, input.body);
  if (change.name !== undefined) mustBeOwn(work);
  const before = toForm(form, work.standing.account, roleHere(work));
  if (Object.keys(change).length === 0) return before;
  await work.tenant.forms.update(form.id, change, work.now.toISOString());
  const after = await shown(work, form.id);
  work.record({
    target: formTarget(after),
    before: factsOf(before, change),
    after: factsOf(after, change),
  });
  return after;
}

/** Was there a form of this id or name in the workspace, that somebody deleted (D9)? */
async function wasDeleted(tenant: Tenant, reference: string, workspaceId: string | null) {
  const filter = { action: 'forms.delete', target: reference };
  const { items } = await tenant.audit.list(filter, { limit: 20, after: null });
  const places = items.flatMap(({ before }) =>
    typeof before?.workspace_id === 'string' ? [before.workspace_id] : [],
  );
  return places.find((place) => workspaceId === null || place === workspaceId) ?? null;
}

const nothingDeleted = { changed: false, records: 0, shares: 0 } satisfies Answer<'forms.delete'>;

/** Its records go with it; the uploads that they cost stay used. */
export async function deleteForm(
  work: PlaceWork,
  input: Input<'forms.delete'>,
): Promise<Answer<'forms.delete'>> {
  const form = await named(work, input);
  if (form === null) {
    const { form: reference } = input.params;
    if ((await wasDeleted(work.tenant, reference, work.place.workspaceId)) === null)
      throw notFound('form', reference);
    return nothingDeleted;
  }
  mustBeCurrent('form', form.revision, input.expected);
  const records = await work.tenant.records.count(form.id);
  const shares = await work.tenant.formShares.count(form.id);
  await work.tenant.forms.remove(form.id);
  const { questionCount: questions, revision, workspace } = form;
  work.record({
    target: formTarget(form),
    before: { questions, revision, records, shares, workspace_id: workspace.id },
  });
  return { changed: true, records, shares };
}

/** An id that is gone says no more where it lay; the trail does, and who may delete there may hear it (D9). */
export async function alreadyDeletedForm(
  transaction: Transaction,
  actor: Actor,
  { params: { account, form } }: Input<'forms.delete'>,
): Promise<Answer<'forms.delete'> | null> {
  if (!looksLikeId(form)) return null;
  const accountId = await transaction.platform.accounts.findId(account);
  if (accountId === null) return null;
  const workspaceId = await wasDeleted(transaction.tenant(accountId), form, null);
  if (workspaceId === null) return null;
  const within = { noun: 'workspace', reference: workspaceId } as const;
  const standing = await transaction.platform.access.standing(actor, accountId, within);
  if (standing === null || standing.place === null || !canSeePlace(actor, standing)) return null;
  return decide(actor, 'forms.delete', standing).allowed ? nothingDeleted : null;
}
