import { foldAddress } from '../../contract/address.ts';
import type { ChangeKind } from '../../contract/change-kinds.ts';
import { asTenantctlError } from '../../errors.ts';
import { capOf } from '../caps.ts';
import type { Change } from '../changes.ts';
import { afterOf, textAfter } from '../fields.ts';
import type { Hands } from './requests.ts';

type Fields = Readonly<Record<string, unknown>>;
type Looking = Pick<Hands, 'client' | 'keep'>;
type Look = (change: Change, looking: Looking) => Promise<Fields>;

/** One live object as changes name its fields, or null if it is not there. For what got lost; estates are read in bulk. */
export async function look(change: Change, looking: Looking): Promise<Fields | null> {
  try {
    return await looks[change.kind](change, looking);
  } catch (thrown) {
    if (asTenantctlError(thrown).outcome === 'not_found') return null;
    throw thrown;
  }
}

const looks: Readonly<Record<ChangeKind, Look>> = {
  async account({ account }, { client, keep }) {
    const found = await keep((signal) => client.call('accounts.show', { params: { account }, signal }));
    return { ...found, master: found.parent?.kind === 'managed' ? found.parent.account.slug : null };
  },
  async plan({ account }, { client, keep }) {
    const found = await keep((signal) => client.call('subscription.show', { params: { account }, signal }));
    return { plan: found.scheduled?.plan ?? found.plan };
  },
  async workspace({ account, key }, { client, keep }) {
    const params = { account, workspace: key };
    return { ...(await keep((signal) => client.call('workspaces.show', { params, signal }))) };
  },
  async permission_set({ account, key }, { client, keep }) {
    const params = { account, name: key };
    const found = await keep((signal) => client.call('permission_sets.show', { params, signal }));
    const { role, modules, children, workspaces } = found;
    return {
      role,
      modules,
      children: children.map(({ slug }) => slug),
      workspaces: workspaces.map((place) => ({ workspace: place.slug, role: place.role })),
    };
  },
  async member({ account, key }, { client, keep }) {
    const params = { account, member: key };
    const found = await keep((signal) => client.call('members.show', { params, signal }));
    return { ...found, children: found.children.map(({ slug }) => slug) };
  },
  async workspace_member({ account, key }, { client, keep }) {
    const [workspace = '', address = ''] = key.split('/');
    const input = { params: { account, workspace }, query: { q: address } };
    const { data } = await keep((signal) => client.call('workspace_members.list', { ...input, signal }));
    return { role: data.find(({ user }) => user.email === address)?.role ?? null };
  },
  async promotion_path({ account }, { client, keep }) {
    const found = await keep((signal) => client.call('promotion_path.show', { params: { account }, signal }));
    return { accounts: found.accounts.map(({ slug }) => slug) };
  },
  async parser({ account, key }, { client, keep }) {
    const at = key.indexOf('/');
    const input = { params: { account, parser: key.slice(at + 1) }, query: { workspace: key.slice(0, at) } };
    return { ...(await keep((signal) => client.call('parsers.show', { ...input, signal }))) };
  },
  async form({ account, key }, { client, keep }) {
    const at = key.indexOf('/');
    const input = { params: { account, form: key.slice(at + 1) }, query: { workspace: key.slice(0, at) } };
    return { ...(await keep((signal) => client.call('forms.show', { ...input, signal }))) };
  },
  async sub_account(change, { client, keep }) {
    const { account, id, key } = change;
    // The server finds by the address what nobody has accepted yet.
    const params = { account, link: textAfter(change, 'email') ?? id ?? key };
    const { email, caps, state } = await keep((signal) =>
      client.call('sub_accounts.show', { params, signal }),
    );
    const open = state === 'active' || state === 'invited';
    // Of which account accepts, and whether it has, the other side decides.
    const said = { invitee: afterOf(change, 'invitee'), state: open ? 'invited' : state };
    return { email: foldAddress(email), cap: open ? capOf(caps) : null, ...said };
  },
};
