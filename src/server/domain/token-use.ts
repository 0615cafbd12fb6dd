import type { Transactions } from './ports.ts';
import type { Clock } from './work.ts';

const HOUR_MS = 3_600_000;
const AT_ONCE = 500;

/** Remembers which lasting tokens were used, and writes it down now and then: never within a request. */
export class TokenUse {
  readonly #written = new Map<string, number>();
  readonly #pending = new Set<string>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly seen = (tokenId: string): void => {
    const written = this.#written.get(tokenId);
    if (written === undefined || this.#clock.now().getTime() - written >= HOUR_MS) this.#pending.add(tokenId);
  };

  async flush(transactions: Transactions): Promise<void> {
    const now = this.#clock.now();
    for (const [id, at] of this.#written) if (now.getTime() - at >= HOUR_MS) this.#written.delete(id);
    while (this.#pending.size > 0) {
      const ids = [...this.#pending].slice(0, AT_ONCE);
      await transactions.write(({ platform }) => platform.tokens.touch(ids, now.toISOString()));
      for (const id of ids) {
        this.#pending.delete(id);
        this.#written.set(id, now.getTime());
      }
    }
  }
}
