import type { Clock } from '../client/transport.ts';
import { asTenantctlError, type TenantctlError } from '../errors.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** After Ctrl-C what is in flight may take so long; then it is let go of, and asked for at the next run. */
const GRACE_MS = 10_000;

export interface PatienceOptions {
  readonly clock: Clock;
  /** Without any answer for so long it gives up, milliseconds. */
  readonly patienceMs: number;
  readonly interrupt: AbortSignal;
  readonly note: (text: string) => void;
}

/**
 * Keeps at a call that may be repeated. A server that asks for less (429) is obeyed for as long as it asks;
 * one that does not answer at all is waited for only `patienceMs`, counted from the last answer to any call.
 */
export class Patience {
  readonly #options: PatienceOptions;
  /** Ends the calls in flight. */
  readonly #cut = new AbortController();
  /** Ends the wait for them. */
  readonly #ended = new AbortController();
  #answeredAt: number;
  #slow = false;

  constructor(options: PatienceOptions) {
    this.#options = options;
    this.#answeredAt = options.clock.now();
    options.interrupt.addEventListener('abort', this.#onInterrupt);
  }

  /** One call at a time is enough: the server had trouble. */
  get slow(): boolean {
    return this.#slow;
  }

  async keep<A>(call: (signal: AbortSignal) => Promise<A>): Promise<A> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await call(this.#cut.signal);
        this.#answeredAt = this.#options.clock.now();
        return answer;
      } catch (thrown) {
        await this.#waitOrThrow(asTenantctlError(thrown), attempt);
      }
    }
  }

  /** Takes the listeners away; the object is done with. */
  end(): void {
    this.#options.interrupt.removeEventListener('abort', this.#onInterrupt);
    this.#ended.abort();
  }

  async #waitOrThrow(error: TenantctlError, attempt: number): Promise<void> {
    const { clock, interrupt, patienceMs, note } = this.#options;
    const limited = error.status === 429 && error.code !== 'mail_limit';
    if (!limited && !mayPass(error)) throw error;
    if (limited) this.#answeredAt = clock.now();
    this.#slow = true;
    const spent = clock.now() - this.#answeredAt;
    if (spent >= patienceMs || interrupt.aborted) throw error;
    const pause = Math.min(
      LONGEST_WAIT_MS,
      FIRST_WAIT_MS * 2 ** attempt,
      limited ? Infinity : patienceMs - spent,
    );
    note(`${error.message.replace(/\.$/, '')}; trying again in ${Math.ceil(pause / 1000)} s`);
    try {
      await clock.sleep(pause, interrupt);
    } catch {
      // Interrupted while waiting: what stood in the way is what there is to say.
      throw error;
    }
  }

  readonly #onInterrupt = (): void => {
    this.#options.clock.sleep(GRACE_MS, this.#ended.signal).then(
      () => this.#cut.abort(this.#options.interrupt.reason),
      () => undefined,
    );
  };
}

/** 503 `mail_not_configured` and `mail_limit` do not pass by waiting a minute. */
function mayPass(error: TenantctlError): boolean {
  return error.outcome === 'temporary' && error.code !== 'mail_not_configured' && error.code !== 'mail_limit';
}
