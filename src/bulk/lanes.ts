/** A few pieces of work at a time. After the first failure nothing new is begun. */
export class Lanes {
  readonly #width: () => number;
  readonly #running = new Set<Promise<void>>();
  #failure: { thrown: unknown } | undefined;

  constructor(width: () => number) {
    this.#width = width;
  }

  /** Resolves when there is room for another one: false if there never will be. */
  async room(): Promise<boolean> {
    while (this.#failure === undefined && this.#running.size >= this.#width()) {
      await Promise.race(this.#running);
    }
    return this.#failure === undefined;
  }

  start(work: () => Promise<void>): void {
    const running: Promise<void> = work()
      .catch((thrown: unknown) => {
        this.#failure ??= { thrown };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Everything begun has ended, well or not. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running);
  }

  /** Throws the first failure. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }
}
