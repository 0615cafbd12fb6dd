import { asTenantctlError, type TenantctlError } from '../../errors.ts';
import { type Change, type ChangeSet, keyOf, nameOf } from '../changes.ts';
import { carryOut } from './carry.ts';
import { type Crowding, carryCrowd, type Refusal } from './crowd.ts';
import { type Graph, graphOf, type Node, type Step } from './steps.ts';

/**
 * `already`: it was so, and nothing was written. `skipped`: what it needs failed. `not_begun`: the run ended before,
 * or it is not known what came of it; the next run finds out.
 */
export type Outcome = 'done' | 'already' | 'failed' | 'skipped' | 'not_begun';

export interface Carried {
  readonly change: Change;
  readonly outcome: Outcome;
  readonly error: Refusal | null;
}

export interface Execution extends Omit<Crowding, 'digest' | 'reinvite'> {
  /** How many steps at a time. */
  readonly parallel: number;
  readonly onStep: (step: Step, carried: readonly Carried[]) => void;
}

export interface Executed {
  /** Every change but the conflicts, in the order of the change set. */
  readonly carried: readonly Carried[];
  /** What ended the run before all was tried: an outage, a refused credential, Ctrl-C. */
  readonly failure: unknown;
}

/** Carries a change set out, each step once all it waits for has ended. Never throws for what the server says. */
export async function execute(set: ChangeSet, execution: Execution): Promise<Executed> {
  const run = new Run(set, execution);
  return await run.whole();
}

class Run {
  readonly #set: ChangeSet;
  readonly #execution: Execution;
  readonly #graph: Graph;
  readonly #carried = new Map<string, Carried>();
  /** Nodes that came to nothing, and the change that is to blame. */
  readonly #broken = new Map<string, string>();
  readonly #settled = new Set<string>();
  /** How many nodes a step still waits for, and who waits for a node. */
  readonly #open = new Map<string, number>();
  readonly #waiting = new Map<string, (Step | Node)[]>();
  readonly #ready: Step[] = [];
  #failure: { readonly thrown: unknown } | undefined;

  constructor(set: ChangeSet, execution: Execution) {
    this.#set = set;
    this.#execution = execution;
    this.#graph = graphOf(set.changes);
    for (const change of set.changes)
      if (change.op === 'conflict') this.#broken.set(keyOf(change), nameOf(change));
    for (const step of this.#graph.steps) this.#enrol(step, this.#nodesOf(step));
    for (const node of this.#graph.nodes.values()) if (node.step === null) this.#enrol(node, [node]);
  }

  async whole(): Promise<Executed> {
    const { parallel, interrupt } = this.#execution;
    const running = new Set<Promise<void>>();
    while (this.#failure === undefined && !interrupt.aborted) {
      const step = running.size < parallel ? this.#ready.shift() : undefined;
      if (step !== undefined) {
        const work: Promise<void> = this.#step(step).finally(() => running.delete(work));
        running.add(work);
      } else if (running.size > 0) await Promise.race(running);
      else break;
    }
    // Whatever was begun is finished: its outcome is worth knowing.
    await Promise.all(running);
    if (interrupt.aborted) this.#failure ??= { thrown: interrupt.reason };
    const carried = this.#set.changes.flatMap((change) =>
      change.op === 'conflict' ? [] : [this.#carried.get(keyOf(change)) ?? this.#left(change)],
    );
    return { carried, failure: this.#failure?.thrown };
  }

  /** The run ended before, or nothing did and yet its turn never came: it waits for itself. */
  #left(change: Change): Carried {
    if (this.#failure !== undefined) return notBegun(change);
    const message = 'it waits for something that waits for it';
    return { change, outcome: 'failed', error: { code: 'circular', message } };
  }

  #nodesOf(step: Step): Node[] {
    return step.changes.flatMap((change) => this.#graph.nodes.get(keyOf(change)) ?? []);
  }

  #enrol(waiter: Step | Node, nodes: readonly Node[]): void {
    const awaited = new Set(nodes.flatMap(({ needs, after }) => [...needs, ...after]));
    this.#open.set(waiter.key, awaited.size);
    for (const key of awaited) {
      const others = this.#waiting.get(key);
      if (others === undefined) this.#waiting.set(key, [waiter]);
      else others.push(waiter);
    }
    if (awaited.size === 0) this.#release(waiter);
  }

  #release(waiter: Step | Node): void {
    if ('changes' in waiter) this.#ready.push(waiter);
    else this.#settle(waiter.key, this.#blame(waiter));
  }

  /** The change that keeps a node from being done. */
  #blame({ needs }: Node): string | undefined {
    for (const key of needs) {
      const blamed = this.#broken.get(key);
      if (blamed !== undefined) return blamed;
    }
    return undefined;
  }

  #settle(key: string, blamed: string | undefined): void {
    if (this.#settled.has(key)) return;
    this.#settled.add(key);
    if (blamed !== undefined) this.#broken.set(key, blamed);
    for (const waiter of this.#waiting.get(key) ?? []) {
      const open = (this.#open.get(waiter.key) ?? 0) - 1;
      this.#open.set(waiter.key, open);
      if (open === 0) this.#release(waiter);
    }
  }

  async #step(step: Step): Promise<void> {
    const told: Carried[] = [];
    const tell = (carried: Carried) => {
      told.push(carried);
      this.#carried.set(keyOf(carried.change), carried);
    };
    const todo: Change[] = [];
    for (const change of step.changes) {
      const node = this.#graph.nodes.get(keyOf(change));
      const blamed = node === undefined ? undefined : this.#blame(node);
      if (blamed !== undefined) tell({ change, outcome: 'skipped', error: needed(blamed) });
      else todo.push(change);
    }
    const { settled } = this.#execution;
    const open = todo.filter((change) => !settled.has(keyOf(change)));
    for (const change of todo) if (!open.includes(change)) tell({ change, outcome: 'already', error: null });
    if (open.length > 0 && step.batch === null) for (const change of open) tell(await this.#one(change));
    // All rows, those that are so already too: the same rows are the same batch.
    if (open.length > 0 && step.batch !== null)
      for (const carried of await this.#crowd(step.batch, todo)) tell(carried);
    this.#execution.onStep(step, told);
    for (const { change, outcome } of told) {
      const failed = outcome === 'failed' || outcome === 'skipped';
      const key = keyOf(change);
      this.#settle(key, failed ? (this.#blameOf(change) ?? nameOf(change)) : undefined);
    }
  }

  /** What was skipped passes on who is to blame for it. */
  #blameOf(change: Change): string | undefined {
    const node = this.#graph.nodes.get(keyOf(change));
    return node === undefined ? undefined : this.#blame(node);
  }

  async #one(change: Change): Promise<Carried> {
    try {
      const outcome = await carryOut(change, { ...this.#execution, digest: this.#set.digest });
      return { change, outcome, error: null };
    } catch (thrown) {
      return this.#refused(change, thrown);
    }
  }

  async #crowd(kind: 'invites' | 'workspace_members', changes: readonly Change[]): Promise<Carried[]> {
    const account = changes[0]?.account ?? '';
    const crowding = { ...this.#execution, digest: this.#set.digest, reinvite: this.#set.choices.reinvite };
    const { outcomes, failure } = await carryCrowd(kind, account, changes, crowding);
    return changes.map((change) => {
      const outcome = outcomes.get(keyOf(change));
      if (outcome === undefined)
        return failure === undefined ? notBegun(change) : this.#refused(change, failure);
      if (typeof outcome === 'string') return { change, outcome, error: null };
      return { change, outcome: 'failed', error: outcome };
    });
  }

  /** A refusal is about this change; an outage or a refused credential would end every other alike. */
  #refused(change: Change, thrown: unknown): Carried {
    const error = asTenantctlError(thrown);
    if (!endsAll(error))
      return { change, outcome: 'failed', error: { code: error.code, message: error.message } };
    this.#failure ??= { thrown };
    return notBegun(change);
  }
}

function endsAll({ outcome, code }: TenantctlError): boolean {
  if (code === 'mail_limit') return false;
  return (
    ['temporary', 'auth', 'interrupted', 'terminated', 'confirmation', 'error'].includes(outcome) ||
    code === 'read_only' ||
    code === 'no_dry_run'
  );
}

function notBegun(change: Change): Carried {
  return { change, outcome: 'not_begun', error: null };
}

function needed(blamed: string): Refusal {
  return { code: 'needed_failed', message: `${blamed} failed` };
}
