import { type ChangeKind, changeKinds } from '../../contract/change-kinds.ts';
import { type Change, keyOf } from '../changes.ts';
import { afterOf, copySource, isInvitation, namesIn, roleAfter, roleBefore } from '../fields.ts';

/** What is carried out as one piece of work: one change, or all of an account that the server takes as one batch. */
export interface Step {
  readonly key: string;
  readonly batch: 'invites' | 'workspace_members' | null;
  readonly changes: readonly Change[];
}

/** A change, or a point that many wait for together (it has no step). */
export interface Node {
  readonly key: string;
  readonly step: string | null;
  /** Waited for; without them it cannot be done. */
  readonly needs: readonly string[];
  /** Waited for, and whatever comes of them it is tried. */
  readonly after: readonly string[];
}

export interface Graph {
  /** In the order in which they are begun where nothing holds them back. */
  readonly steps: readonly Step[];
  readonly nodes: ReadonlyMap<string, Node>;
}

type Waits = Pick<Node, 'needs' | 'after'>;

/** What has to be done, in steps that wait for one another: what is made before what stands in it, deletions last. */
export function graphOf(changes: readonly Change[]): Graph {
  const ordered = changes.toSorted(byKind);
  const all = new Changes(ordered);
  const nodes = new Map<string, Node>();
  const steps = new Map<string, { key: string; batch: Step['batch']; changes: Change[] }>();
  for (const change of ordered) {
    if (change.op === 'conflict') {
      // Nothing is done about it, and what would need it is not done either.
      nodes.set(keyOf(change), { key: keyOf(change), step: null, needs: [], after: [] });
      continue;
    }
    const batch = all.batchOf(change);
    const key = keyOf(change);
    const step = batch === null ? key : `${change.account} ${batch}`;
    nodes.set(key, { key, step, ...waitsOf(change, all) });
    const known = steps.get(step);
    if (known === undefined) steps.set(step, { key: step, batch, changes: [change] });
    else known.changes.push(change);
  }
  for (const account of all.accounts()) {
    for (const gate of gatesOf(account, all)) nodes.set(gate.key, { ...gate, step: null });
  }
  return { steps: [...steps.values()], nodes };
}

function byKind(a: Change, b: Change): number {
  const place = ({ op, kind }: Change) => (op === 'delete' ? changeKinds.length : changeKinds.indexOf(kind));
  return place(a) - place(b);
}

/** The changes, found by what others name. */
class Changes {
  readonly #made = new Map<string, Change>();
  readonly #byAccount: ReadonlyMap<string, readonly Change[]>;
  /** By account and address. */
  readonly #places = new Map<string, Change[]>();

  constructor(changes: readonly Change[]) {
    for (const change of changes) {
      if (change.op === 'delete') continue;
      this.#made.set(keyOf(change), change);
      if (change.kind !== 'workspace_member') continue;
      const person = `${change.account} ${addressIn(change.key)}`;
      this.#places.set(person, [...(this.#places.get(person) ?? []), change]);
    }
    this.#byAccount = Map.groupBy(changes, ({ account }) => account);
  }

  accounts(): Iterable<string> {
    return this.#byAccount.keys();
  }

  of(account: string): readonly Change[] {
    return this.#byAccount.get(account) ?? [];
  }

  /** Where in workspaces of the account they are placed. */
  placesOf(account: string, address: string): readonly Change[] {
    return this.#places.get(`${account} ${address}`) ?? [];
  }

  /** The member that a place is of, if that is who is invited: an invitation takes the places along. */
  invitedFor({ account, key }: Change): Change | undefined {
    const member = this.#made.get(keyOf({ kind: 'member', account, key: addressIn(key) }));
    return member !== undefined && isInvited(member) ? member : undefined;
  }

  /**
   * Many people at once are many rows of one batch. Places of somebody who is invited go with the invitation; a role
   * that changes is a request of its own, for only that holds to the revision that was reviewed.
   */
  batchOf(change: Change): Step['batch'] {
    const { op, kind } = change;
    if (op === 'delete' || op === 'conflict') return null;
    if (isInvited(change)) return 'invites';
    if (kind !== 'workspace_member' || op !== 'create') return null;
    return this.invitedFor(change) === undefined ? 'workspace_members' : 'invites';
  }

  /** Its key, if it is made or changed in this run. */
  one(kind: ChangeKind, account: string, key: string): string[] {
    const found = this.#made.get(keyOf({ kind, account, key }));
    return found === undefined ? [] : [keyOf(found)];
  }

  /** Its key, if it is not there before this run. */
  fresh(kind: ChangeKind, account: string, key: string): string[] {
    return this.one(kind, account, key).filter((found) => {
      const change = this.#made.get(found);
      return change?.op === 'create' || (change?.op === 'conflict' && change.id === null);
    });
  }
}

function isInvited(change: Change): boolean {
  if (change.kind !== 'member') return false;
  return change.op === 'create' || (change.op === 'update' && isInvitation(change));
}

const gateKey = (account: string, gate: 'admins' | 'freed' | 'made' | 'emptied') => `${account} gate ${gate}`;

/** Points of an account that others wait for. */
function gatesOf(account: string, all: Changes): (Waits & { readonly key: string })[] {
  const own = all.of(account).filter(({ op }) => op !== 'conflict');
  const keys = (of: (change: Change) => boolean) => own.filter(of).map(keyOf);
  const deletes = ({ op }: Change) => op === 'delete';
  return [
    // Somebody has to be an administrator before somebody else stops being one (D7).
    { key: gateKey(account, 'admins'), needs: keys(isPromotion), after: [] },
    // Who is deactivated frees a seat for who is invited.
    {
      key: gateKey(account, 'freed'),
      needs: [],
      after: keys((change) => afterOf(change, 'state') === 'deactivated'),
    },
    { key: gateKey(account, 'made'), needs: keys((change) => !deletes(change)), after: [] },
    {
      key: gateKey(account, 'emptied'),
      needs: [],
      after: keys((change) => deletes(change) && change.kind !== 'workspace'),
    },
  ];
}

function waitsOf(change: Change, all: Changes): Waits {
  return change.op === 'delete' ? deletionWaits(change, all) : makingWaits(change, all);
}

function deletionWaits({ kind, account, key }: Change, all: Changes): Waits {
  const made = gateKey(account, 'made');
  // Whoever goes frees a seat: they go also if an invitation failed for want of one, else no run would ever get further.
  if (kind === 'member') return { needs: [gateKey(account, 'admins')], after: [made] };
  if (kind === 'workspace') return { needs: [made], after: [gateKey(account, 'emptied')] };
  return { needs: [made], after: kind === 'parser' ? copiesOf(`${account}/${key}`, all) : [] };
}

/** Those who copy a parser that goes: they have it first. */
function copiesOf(source: string, all: Changes): string[] {
  return [...all.accounts()].flatMap((account) =>
    all
      .of(account)
      .filter((change) => change.op !== 'delete' && sourceOf(change) === source)
      .map(keyOf),
  );
}

function makingWaits(change: Change, all: Changes): Waits {
  const { kind, account } = change;
  const own = kind === 'account' ? [] : all.fresh('account', account, '');
  const plan = kind === 'account' || kind === 'plan' ? [] : all.one('plan', account, '');
  const { needs, after } = particular(change, all);
  return { needs: [...own, ...needs], after: [...plan, ...after] };
}

/** What only this kind of thing waits for. */
function particular(change: Change, all: Changes): Waits {
  const { kind, account, key } = change;
  switch (kind) {
    case 'account': {
      const master = afterOf(change, 'master');
      if (typeof master !== 'string') return { needs: [], after: [] };
      return { needs: all.fresh('account', master, ''), after: all.one('plan', master, '') };
    }
    case 'plan':
      // A plan moves the account's revision: what was reviewed of the account itself is changed before.
      return { needs: [], after: all.one('account', account, '') };
    case 'workspace':
      return { needs: [], after: [] };
    case 'permission_set':
      return { needs: grantsOf(change, all), after: [] };
    case 'member':
      return memberWaits(change, all);
    case 'workspace_member': {
      const member = all.batchOf(change) === 'invites' ? all.invitedFor(change) : undefined;
      // One row of the batch: what one of them waits for, both do.
      if (member !== undefined) return memberWaits(member, all);
      return { needs: workspaceOf(change, all), after: all.one('member', account, addressIn(key)) };
    }
    case 'promotion_path':
      return {
        needs: namesIn(change, 'accounts').flatMap((slug) => all.fresh('account', slug, '')),
        after: [],
      };
    case 'parser':
      return { needs: [...workspaceOf(change, all), ...source(change, all)], after: [] };
    case 'form':
      return { needs: workspaceOf(change, all), after: [] };
    case 'sub_account':
      return { needs: [], after: [] };
  }
}

/** Who is deactivated frees a seat for who is invited. */
function memberWaits(change: Change, all: Changes): Waits {
  const { account, key } = change;
  if (!isInvited(change)) return { needs: [...grantsOf(change, all), ...administrators(change)], after: [] };
  const places = all.placesOf(account, key).flatMap((place) => workspaceOf(place, all));
  return { needs: [...grantsOf(change, all), ...places], after: [gateKey(account, 'freed')] };
}

/** The workspaces and children that it names and that are made in this run. */
function grantsOf(change: Change, all: Changes): string[] {
  return [
    ...namesIn(change, 'workspaces').flatMap((slug) => all.fresh('workspace', change.account, slug)),
    ...namesIn(change, 'children').flatMap((slug) => all.fresh('account', slug, '')),
  ];
}

function workspaceOf({ account, key }: Change, all: Changes): string[] {
  return all.fresh('workspace', account, key.slice(0, key.indexOf('/')));
}

function addressIn(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

const adminRoles: readonly unknown[] = ['owner', 'admin', 'super_admin'];

function isPromotion(change: Change): boolean {
  if (change.kind !== 'member' || change.op !== 'update' || isInvitation(change)) return false;
  return adminRoles.includes(roleAfter(change)) || afterOf(change, 'state') === 'active';
}

function isDemotion(change: Change): boolean {
  if (change.op !== 'update' || isInvitation(change) || isPromotion(change)) return false;
  return adminRoles.includes(roleBefore(change)) || afterOf(change, 'state') === 'deactivated';
}

function administrators(change: Change): string[] {
  return isDemotion(change) ? [gateKey(change.account, 'admins')] : [];
}

/** `ACCOUNT/WORKSPACE/NAME` of what it is copied from. */
function sourceOf(change: Change): string | null {
  const from = copySource(change);
  return from === null ? null : `${from.account}/${from.workspace}/${from.name}`;
}

function source(change: Change, all: Changes): string[] {
  const from = sourceOf(change);
  if (from === null) return [];
  const at = from.indexOf('/');
  return all.one('parser', from.slice(0, at), from.slice(at + 1));
}
