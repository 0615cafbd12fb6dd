import { DomainError } from './errors.ts';
import type { Clock } from './work.ts';

const WINDOW_MS = 15 * 60_000;
const MOST_KEYS = 50_000;

/** Free tries in a window before guessing is slowed down. */
const TRIES = { address: 10, network: 100 } as const;

/** A person's network: the /64 of IPv6, for one host has all of it; IPv4 also when it comes mapped. */
export function networkOf(ip: string): string {
  const plain = ip.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = plain.includes('::') ? Array.from({ length: 8 - left.length - right.length }, () => '0') : [];
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':');
}

interface Window {
  failed: number;
  readonly ends: number;
}

/**
 * Slows guessing of passwords down: so many failures in a quarter of an hour from one network for one address, and
 * for all addresses together. Somebody else's network is counted apart, so an attacker cannot lock the owner out.
 *
 * It counts in this process, on purpose: several servers let through several times as much, and a restart
 * forgets; against a password of 15 characters either is far from enough, and no login writes to the database.
 */
export class Attempts {
  readonly #windows = new Map<string, Window>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts a try as failed before it is made, so that tries at the same moment are all counted.
   * Throws DomainError `rate_limited`. @returns call it when the password was right
   */
  begin(subject: string, ip: string): () => void {
    const network = networkOf(ip);
    const address = this.#window(`${network} ${subject}`);
    const all = this.#window(network);
    if (address.failed >= TRIES.address) throw this.#refuse(address);
    if (all.failed >= TRIES.network) throw this.#refuse(all);
    address.failed += 1;
    all.failed += 1;
    return () => {
      address.failed = 0;
      all.failed -= 1;
    };
  }

  #window(key: string): Window {
    const now = this.#clock.now().getTime();
    const known = this.#windows.get(key);
    if (known && known.ends > now) return known;
    this.#windows.delete(key);
    const oldest = this.#windows.size >= MOST_KEYS ? this.#windows.keys().next().value : undefined;
    if (oldest !== undefined) this.#windows.delete(oldest);
    const fresh = { failed: 0, ends: now + WINDOW_MS };
    this.#windows.set(key, fresh);
    return fresh;
  }

  #refuse(window: Window): DomainError {
    const seconds = Math.max(1, Math.ceil((window.ends - this.#clock.now().getTime()) / 1000));
    const text = `Too many wrong passwords from here. Try again in ${seconds} s, or reset the password by mail.`;
    return new DomainError('rate_limited', text, { retryAfter: seconds });
  }
}
