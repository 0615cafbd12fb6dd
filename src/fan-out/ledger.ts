import { type Entry, notStarted } from './entry.ts';
import type { Target } from './targets.ts';

/**
 * What became of each account, to be read while it is written. What was printed is let go once it was read: the
 * results of a thousand accounts need not fit into memory together.
 */
export class Ledger {
  readonly #accounts: readonly Target[];
  readonly #order: 'as_chosen' | 'as_ended';
  readonly #slots: Map<number, PromiseWithResolvers<Entry>>;
  readonly #ended: Entry[] = [];

  constructor(accounts: readonly Target[], order: 'as_chosen' | 'as_ended') {
    this.#accounts = accounts;
    this.#order = order;
    this.#slots = new Map(accounts.map((_, at) => [at, Promise.withResolvers<Entry>()]));
  }

  /** Without what was printed; in the order in which they ended. */
  get ended(): readonly Entry[] {
    return this.#ended;
  }

  record(entry: Entry): void {
    const at = this.#order === 'as_ended' ? this.#ended.length : this.#accounts.indexOf(entry.account);
    this.#ended.push({ ...entry, printed: undefined });
    this.#slots.get(at)?.resolve(entry);
  }

  /** Nothing more will be begun. */
  close(): void {
    const known = new Set(this.#ended.map(({ account }) => account));
    for (const account of this.#accounts) if (!known.has(account)) this.record(notStarted(account));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Entry, void, undefined> {
    for (const at of this.#accounts.keys()) {
      const entry = await this.#slots.get(at)?.promise;
      this.#slots.delete(at);
      if (entry !== undefined) yield entry;
    }
  }
}
