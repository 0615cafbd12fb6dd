import type { ChangeKind } from '../../contract/change-kinds.ts';
import { firstWorkspace } from '../../contract/limits.ts';
import { asTenantctlError } from '../../errors.ts';
import type { Change } from '../changes.ts';
import { afterOf, bodyOf, copySource, sameValue, textAfter } from '../fields.ts';
import type { ParserAddress } from '../model.ts';
import { carryForm } from './carry-forms.ts';
import { carryLink } from './carry-links.ts';
import { look } from './look.ts';
import {
  type Carried,
  type Carrier,
  changed,
  definite,
  gone,
  type Hands,
  keyFor,
  made,
  sent,
} from './requests.ts';

/** One change that is a request or two. Throws the server's refusal. */
export async function carryOut(change: Change, hands: Hands): Promise<Carried> {
  try {
    return await carriers[change.kind](change, hands);
  } catch (thrown) {
    if (await isSoAnyway(change, hands, asTenantctlError(thrown).code)) return 'already';
    throw thrown;
  }
}

/**
 * A refusal that may be our own doing: the answer to a first attempt got lost, and the second met what the first made.
 * What is there decides, not what was answered.
 */
const ownDoing: readonly string[] = [
  'stale',
  'slug_taken',
  'name_taken',
  'parser_name_taken',
  'form_name_taken',
  'already_invited',
  'already_linked',
  'conflict',
];

async function isSoAnyway(change: Change, hands: Hands, code: string): Promise<boolean> {
  if (change.op === 'delete' || !ownDoing.includes(code)) return false;
  const found = await look(change, hands);
  if (found === null) return false;
  return hasAll(found, change.kind === 'parser' ? await parserContent(change, hands) : bodyOf(change));
}

const carriers: Readonly<Record<ChangeKind, Carrier>> = {
  async account(change, hands) {
    const { account } = change;
    if (change.op === 'create') {
      const { name = account, kind, plan, master, labels } = bodyOf(change);
      const body = definite({ name, slug: account, kind, plan, master, labels });
      await made(change, hands, (options) =>
        hands.client.exchange('accounts.create', { body: sent<'accounts.create'>(body), ...options }),
      );
    }
    return change.op === 'create' ? await finishAccount(change, hands) : await updateAccount(change, hands);
  },

  async plan(change, hands) {
    const plan = textAfter(change, 'plan') ?? '';
    const params = { account: change.account };
    const { changed, subscription } = await hands.keep((signal) =>
      hands.client.call('subscription.change', {
        params,
        body: { plan },
        idempotencyKey: keyFor(change, hands, 'plan'),
        signal,
      }),
    );
    if (changed || subscription.scheduled === null || subscription.scheduled.plan === plan) {
      return changed ? 'done' : 'already';
    }
    // It is on this plan and was to leave it.
    await hands.keep((signal) => hands.client.call('subscription.cancel_change', { params, signal }));
    return 'done';
  },

  async workspace(change, hands) {
    const { account, key, op } = change;
    if (op === 'delete') {
      const params = { account, workspace: change.id ?? key };
      return await gone(change, hands, (options) =>
        hands.client.call('workspaces.delete', { params, query: { confirm: key }, ...options }),
      );
    }
    const name = textAfter(change, 'name') ?? key;
    // An account has its first one from its beginning.
    if (op === 'update' || key === firstWorkspace) {
      const params = { account, workspace: change.id ?? key };
      await changed(change, hands, (options) =>
        hands.client.call('workspaces.update', { params, body: { name }, ...options }),
      );
      return 'done';
    }
    const body = { name, slug: key };
    await made(change, hands, (options) =>
      hands.client.exchange('workspaces.create', { params: { account }, body, ...options }),
    );
    return 'done';
  },

  async permission_set(change, hands) {
    const { account, key: name } = change;
    const params = { account, name };
    if (change.op === 'delete') {
      return await gone(change, hands, (options) =>
        hands.client.call('permission_sets.delete', { params, ...options }),
      );
    }
    // It is replaced as a whole: what the file does not say stays as it is.
    const found = change.op === 'update' ? await look(change, hands) : {};
    const body = definite({ ...found, ...bodyOf(change) });
    await changed(change, hands, (options) =>
      hands.client.call('permission_sets.save', {
        params,
        body: sent<'permission_sets.save'>(body),
        ...options,
      }),
    );
    return 'done';
  },

  async member(change, hands) {
    const { account, key, id } = change;
    if (change.op === 'delete') {
      if (id?.startsWith('inv_') === true) {
        return await gone(change, hands, ({ signal }) =>
          hands.client.call('invites.revoke', { params: { account, invite: id }, signal }),
        );
      }
      const params = { account, member: id ?? key };
      return await gone(change, hands, (options) =>
        hands.client.call('members.remove', { params, ...options }),
      );
    }
    const params = { account, member: id ?? key };
    const { state, ...grants } = bodyOf(change);
    if (Object.keys(grants).length > 0) await grant(change, grants, hands);
    if (state === undefined) return 'done';
    const verb = state === 'active' ? 'members.activate' : 'members.deactivate';
    await hands.keep((signal) =>
      hands.client.call(verb, { params, idempotencyKey: keyFor(change, hands, verb), signal }),
    );
    return 'done';
  },

  async workspace_member(change, hands) {
    const [workspace = '', member = ''] = change.key.split('/');
    const params = { account: change.account, workspace, member };
    if (change.op === 'update') {
      const body = sent<'workspace_members.update'>(bodyOf(change));
      await changed(change, hands, (options) =>
        hands.client.call('workspace_members.update', { params, body, ...options }),
      );
      return 'done';
    }
    return await gone(change, hands, (options) =>
      hands.client.call('workspace_members.remove', { params, ...options }),
    );
  },

  async promotion_path(change, hands) {
    const params = { account: change.account };
    const body = sent<'promotion_path.update'>({ accounts: afterOf(change, 'accounts') ?? [] });
    await changed(change, hands, (options) =>
      hands.client.call('promotion_path.update', { params, body, ...options }),
    );
    return 'done';
  },

  async parser(change, hands) {
    const { account, key } = change;
    const at = key.indexOf('/');
    const [workspace, name] = [key.slice(0, at), key.slice(at + 1)];
    const params = { account, parser: change.id ?? name };
    if (change.op === 'delete') {
      return await gone(change, hands, (options) =>
        hands.client.call('parsers.delete', { params, query: { workspace }, ...options }),
      );
    }
    const from = copySource(change);
    if (from?.name === name) return await copy(change, from, { account, workspace }, hands);
    const content = await parserContent(change, hands);
    if (change.op === 'create') {
      const body = sent<'parsers.create'>({ workspace, name, ...content });
      await made(change, hands, (options) =>
        hands.client.exchange('parsers.create', { params: { account }, body, ...options }),
      );
      return 'done';
    }
    const body = sent<'parsers.update'>(content);
    await changed(change, hands, (options) =>
      hands.client.call('parsers.update', { params, query: { workspace }, body, ...options }),
    );
    return 'done';
  },

  form: carryForm,

  sub_account: carryLink,
};

/** What an account is made without, and what of it staff alone decide. */
async function finishAccount(change: Change, hands: Hands): Promise<Carried> {
  const { mail, copy_out } = bodyOf(change);
  const body = definite({ mail, copy_out });
  if (Object.keys(body).length > 0) {
    await hands.keep((signal) =>
      hands.client.call('accounts.update', {
        params: { account: change.account },
        body: sent<'accounts.update'>(body),
        signal,
      }),
    );
  }
  await setFeature(change, hands);
  return 'done';
}

async function updateAccount(change: Change, hands: Hands): Promise<Carried> {
  const body = bodyOf(change, ['managed_accounts']);
  const params = { account: change.id ?? change.account };
  if (Object.keys(body).length > 0) {
    await changed(change, hands, (options) =>
      hands.client.call('accounts.update', { params, body: sent<'accounts.update'>(body), ...options }),
    );
  }
  await setFeature(change, hands);
  return 'done';
}

/** The first half of a change that has a state too: a run that was cut in between left it done. */
async function grant(change: Change, grants: Record<string, unknown>, hands: Hands): Promise<void> {
  const params = { account: change.account, member: change.id ?? change.key };
  try {
    await changed(change, hands, (options) =>
      hands.client.call('members.update', { params, body: sent<'members.update'>(grants), ...options }),
    );
  } catch (thrown) {
    const found = asTenantctlError(thrown).code === 'stale' ? await look(change, hands) : null;
    if (found === null || !hasAll(found, grants)) throw thrown;
  }
}

function hasAll(
  found: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(wanted).every(([name, value]) => sameValue(found[name], value));
}

async function setFeature(change: Change, hands: Hands): Promise<void> {
  const feature = afterOf(change, 'managed_accounts');
  if (feature !== 'locked' && feature !== 'unlocked') return;
  const verb = feature === 'unlocked' ? 'accounts.unlock' : 'accounts.lock';
  const input = {
    params: { account: change.account },
    body: {},
    idempotencyKey: keyFor(change, hands, verb),
  };
  await hands.keep((signal) => hands.client.call(verb, { ...input, signal }));
}

/** By the server, so that the copy remembers where it is from (D14). What was reviewed may overwrite an edit there. */
async function copy(
  change: Change,
  from: ParserAddress,
  to: { readonly account: string; readonly workspace: string },
  hands: Hands,
): Promise<Carried> {
  const { changed: wrote } = await hands.keep((signal) =>
    hands.client.call('parsers.copy', {
      params: { account: from.account },
      body: {
        workspace: from.workspace,
        parsers: [from.name],
        to: [to],
        on_conflict: 'overwrite',
        force: true,
      },
      idempotencyKey: keyFor(change, hands, 'copy'),
      signal,
    }),
  );
  return wrote ? 'done' : 'already';
}

/** What it will say: the file's words, or those of the parser that it is kept equal to under another name. */
async function parserContent(change: Change, { client, keep }: Hands): Promise<Record<string, unknown>> {
  const whole = bodyOf(change, ['copy_from']);
  const from = copySource(change);
  if (from === null || whole['definition'] !== undefined) return whole;
  const params = { account: from.account, parser: from.name };
  const { document_type, description, definition } = await keep((signal) =>
    client.call('parsers.show', { params, query: { workspace: from.workspace }, signal }),
  );
  return { ...whole, document_type, description, definition };
}
