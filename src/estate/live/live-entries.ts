import { foldAddress } from '../../contract/address.ts';
import type { EstateEntry, EstateItem } from '../../contract/types.ts';
import { capOf } from '../caps.ts';
import {
  byCode,
  type EstateAccount,
  type EstateForm,
  type EstateMember,
  type EstateParser,
  type EstatePermissionSet,
  type EstateSubAccount,
  type EstateWorkspace,
  type EstateWorkspaceMember,
  entryKey,
  noEstate,
  sortedEstate,
} from '../model.ts';
import type { LiveEstate } from './live.ts';

interface Account {
  readonly shown: EstateItem<'account'>;
  subscription: EstateItem<'subscription'> | null;
  path: readonly string[] | null;
}

/** Somebody who is no member, and when it came to that: what happened last counts. */
interface Former {
  readonly entry: EstateMember;
  readonly at: string;
}

const sorted = <T extends string>(items: readonly T[]): T[] => [...items].sort(byCode);
const slugsIn = (items: readonly { slug: string }[]): string[] => sorted(items.map(({ slug }) => slug));

/** Makes an estate of the entries of pages, in whatever order accounts come; of each account its own entry comes first. */
export class LiveBuilder {
  readonly #accounts = new Map<string, Account>();
  readonly #workspaces: EstateWorkspace[] = [];
  readonly #slugs = new Map<string, string>();
  readonly #sets: EstatePermissionSet[] = [];
  readonly #members = new Map<string, EstateMember>();
  readonly #former = new Map<string, Former>();
  readonly #places: EstateWorkspaceMember[] = [];
  readonly #parsers: EstateParser[] = [];
  readonly #forms: EstateForm[] = [];
  readonly #links = new Map<string, EstateSubAccount>();

  add(entry: EstateEntry): void {
    switch (entry.kind) {
      case 'account':
        this.#accounts.set(entry.item.id, { shown: entry.item, subscription: null, path: null });
        return;
      case 'subscription':
        this.#account(entry.item).subscription = entry.item;
        return;
      case 'promotion_path':
        this.#account(entry.item).path = entry.item.accounts.map(({ slug }) => slug);
        return;
      case 'workspace': {
        const { id, slug: workspace, name, revision } = entry.item;
        this.#slugs.set(id, workspace);
        this.#workspaces.push({ account: this.#slugOf(entry.item), workspace, name, id, revision });
        return;
      }
      case 'permission_set': {
        const { name, role, modules, children, workspaces, revision } = entry.item;
        this.#sets.push({
          account: this.#slugOf(entry.item),
          name,
          role,
          modules: sorted(modules),
          children: slugsIn(children),
          workspaces: workspaces
            .map(({ slug, role: placed }) => ({ workspace: slug, role: placed }))
            .sort((a, b) => byCode(a.workspace, b.workspace)),
          revision,
        });
        return;
      }
      case 'member':
        this.#member(entry.item);
        return;
      case 'invite':
        this.#invite(entry.item);
        return;
      case 'removal': {
        const { id, at } = entry.item;
        const email = foldedOf(entry.item.email);
        this.#past({ account: this.#slugOf(entry.item), email, id, state: 'removed' }, at);
        return;
      }
      case 'workspace_member': {
        const { workspace_id, user, role, id, revision } = entry.item;
        const workspace = this.#slugs.get(workspace_id);
        if (workspace === undefined) return;
        const account = this.#slugOf(entry.item);
        this.#places.push({ account, workspace, email: foldedOf(user.email), role, id, revision });
        return;
      }
      case 'parser':
        this.#parser(entry.item);
        return;
      case 'form': {
        const { id, workspace, name, title, description, questions, revision } = entry.item;
        const content = { title, description, questions };
        const account = this.#slugOf(entry.item);
        this.#forms.push({ account, workspace: workspace.slug, name, content, id, revision });
        return;
      }
      case 'link':
        this.#link(entry.item);
    }
  }

  done(): Pick<LiveEstate, 'estate' | 'costs' | 'mastered'> {
    for (const [key, { entry }] of this.#former) if (!this.#members.has(key)) this.#members.set(key, entry);
    const accounts = [...this.#accounts.values()];
    return {
      estate: sortedEstate({
        ...noEstate,
        accounts: accounts.map(accountOf),
        workspaces: this.#workspaces,
        permission_sets: this.#sets,
        members: [...this.#members.values()],
        workspace_members: this.#places,
        parsers: this.#parsers,
        forms: this.#forms,
        sub_accounts: [...this.#links.values()],
      }),
      costs: new Map(
        accounts.map(({ shown, subscription }) => [
          shown.slug,
          { seats: shown.seats, plan: shown.plan, price_cents: subscription?.price_cents ?? null },
        ]),
      ),
      mastered: new Set(accounts.flatMap(({ shown }) => (shown.via === 'managed' ? shown.slug : []))),
    };
  }

  #account({ account_id }: { account_id: string }): Account {
    const account = this.#accounts.get(account_id);
    if (account === undefined) throw new Error(`an entry came before its account ${account_id}`);
    return account;
  }

  #slugOf(item: { account_id: string }): string {
    return this.#account(item).shown.slug;
  }

  #member(item: EstateItem<'member'>): void {
    const account = this.#slugOf(item);
    const { id, user, role, state, modules, children, revision } = item;
    const email = foldedOf(user.email);
    this.#members.set(`${account} ${email}`, {
      account,
      email,
      written: user.email,
      role,
      modules: sorted(modules),
      children: slugsIn(children),
      state,
      id,
      revision,
    });
  }

  /** One that waits, or waited in vain, stands for a member; one that was declined is a matter of the past. */
  #invite(item: EstateItem<'invite'>): void {
    const account = this.#slugOf(item);
    const email = foldedOf(item.email);
    const { id, state, role, modules, children, workspaces, revision, updated_at } = item;
    if (state === 'declined') {
      this.#past({ account, email, written: item.email, id, revision, state }, updated_at);
      return;
    }
    const key = `${account} ${email}`;
    if ((state !== 'pending' && state !== 'expired') || isMember(this.#members.get(key))) return;
    this.#members.set(key, {
      account,
      email,
      written: item.email,
      role,
      modules: sorted(modules),
      children: slugsIn(children),
      state,
      id,
      revision,
    });
    for (const { slug: workspace, role: placed } of workspaces)
      this.#places.push({ account, workspace, email, role: placed });
  }

  #past(entry: EstateMember, at: string): void {
    const key = `${entry.account} ${entry.email}`;
    const before = this.#former.get(key);
    if (before === undefined || before.at < at) this.#former.set(key, { entry, at });
  }

  /** By the slug of the account, as it is or as the invitation meant it, else by the address. */
  #link({ id, state, account: other, email, invitee, caps, revision, account_id }: EstateItem<'link'>): void {
    if (state === 'revoked') return;
    const account = this.#slugOf({ account_id });
    const child = other?.slug ?? invitee ?? undefined;
    const entry: EstateSubAccount = {
      account,
      ...(child !== undefined && { child }),
      email: foldedOf(email),
      cap: capOf(caps),
      state,
      id,
      revision,
    };
    const key = `${account} ${entryKey.sub_accounts(entry)}`;
    if (stands(entry, this.#links.get(key))) this.#links.set(key, entry);
  }

  #parser(item: EstateItem<'parser'>): void {
    const { id, workspace, name, document_type, description, definition, digest, secrets, revision } = item;
    this.#parsers.push({
      account: this.#slugOf(item),
      workspace: workspace.slug,
      name,
      ...(definition !== null && { content: { document_type, description, definition } }),
      digest,
      secrets: secrets.map((secret) => ({ name: secret.name, state: secret.state })).sort(byName),
      id,
      revision,
    });
  }
}

/** What came of an invitation, the nearer to a link the later. */
const LINK_STATES = ['ended', 'declined', 'expired', 'invited', 'active'] as const;

/** Of what is called alike the one that stands, else the last: pages have the older ones first. */
function stands({ state }: EstateSubAccount, before: EstateSubAccount | undefined): boolean {
  const rank = (of: EstateSubAccount['state']) =>
    Math.max(
      1,
      LINK_STATES.findIndex((one) => one === of),
    );
  return before === undefined || rank(state) >= rank(before.state);
}

function byName(a: { name: string }, b: { name: string }): number {
  return byCode(a.name, b.name);
}

function isMember(entry: EstateMember | undefined): boolean {
  return entry?.state === 'active' || entry?.state === 'deactivated';
}

function foldedOf(email: string): string {
  return foldAddress(email) ?? email;
}

function accountOf({ shown, subscription, path }: Account): EstateAccount {
  const { id, slug, name, kind, parent, plan, managed_accounts, labels, mail, copy_out, state, revision } =
    shown;
  return {
    account: slug,
    name,
    kind,
    master: parent?.kind === 'managed' ? parent.account.slug : null,
    // A scheduled change counts as the plan.
    plan: subscription?.scheduled?.plan ?? plan,
    managed_accounts,
    labels: { ...labels },
    mail: { ...mail },
    copy_out,
    promotion_path: path ?? [],
    state,
    id,
    revision,
  };
}
