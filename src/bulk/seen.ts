import { randomBytes } from 'node:crypto';

const SEGMENT = 1 << 16;
const SEGMENT_BITS = 16;

/** A number a row, 0 at first, in segments made when used: no copy of what is there, no peak while growing. */
export class RowNumbers {
  readonly #segments: Uint32Array[] = [];

  get(index: number): number {
    return this.#segments[index >>> SEGMENT_BITS]?.[index & (SEGMENT - 1)] ?? 0;
  }

  set(index: number, value: number): void {
    const at = index >>> SEGMENT_BITS;
    let segment = this.#segments[at];
    if (!segment) {
      segment = new Uint32Array(SEGMENT);
      this.#segments[at] = segment;
    }
    segment[index & (SEGMENT - 1)] = value;
  }
}

/**
 * Which row first held an address: an open-addressing table of row numbers, with each row's 64-bit hash
 * beside it; some 16 bytes a row, whatever the addresses' length. Addresses
 * themselves are not kept, so two different ones are taken for one with a probability of n^2 / 2^65: at a
 * million rows 3 in 100 million, at ten million 3 in a million. The seed is random, so nobody can prepare such a pair.
 */
export class SeenRows {
  #table = new Uint32Array(1 << 12);
  #count = 0;
  readonly #low = new RowNumbers();
  readonly #high = new RowNumbers();
  readonly #seed: readonly [number, number];

  constructor(seed?: readonly [number, number]) {
    const random = randomBytes(8);
    this.#seed = seed ?? [random.readInt32LE(0), random.readInt32LE(4)];
  }

  /** The first row (1-based) with this text, or 0 if it is this one. */
  add(row: number, text: string): number {
    let low = this.#seed[0];
    let high = this.#seed[1];
    // Two rounds like MurmurHash3's, with constants of their own.
    for (let index = 0; index < text.length; index++) {
      const unit = Math.imul(text.charCodeAt(index), 0xcc9e2d51);
      const mixed = Math.imul((unit << 15) | (unit >>> 17), 0x1b873593);
      low ^= mixed;
      low = (Math.imul((low << 13) | (low >>> 19), 5) + 0xe6546b64) | 0;
      high = Math.imul(high ^ unit, 0x85ebca6b);
      high ^= high >>> 15;
    }
    return this.#place(row, finish(low ^ text.length), finish(high));
  }

  #place(row: number, low: number, high: number): number {
    const mask = this.#table.length - 1;
    let slot = low & mask;
    for (;;) {
      const other = this.#table[slot] ?? 0;
      if (other === 0) break;
      if (this.#low.get(other) === low && this.#high.get(other) === high) return other;
      slot = (slot + 1) & mask;
    }
    this.#table[slot] = row;
    this.#low.set(row, low);
    this.#high.set(row, high);
    this.#count++;
    if (this.#count > this.#table.length * 0.7) this.#grow();
    return 0;
  }

  #grow(): void {
    const old = this.#table;
    const table = new Uint32Array(old.length * 2);
    const mask = table.length - 1;
    for (const row of old) {
      if (row === 0) continue;
      let slot = this.#low.get(row) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = row;
    }
    this.#table = table;
  }
}

/** FNV-1a, then mixed; for small sets of texts. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return finish(hash);
}

/** The line of each row: within a segment usually a fixed distance from its number, else kept by itself. */
export class RowLines {
  readonly #distances: number[] = [];
  readonly #others = new RowNumbers();

  set(row: number, line: number): void {
    this.#distances[row >>> SEGMENT_BITS] ??= line - row;
    if (line - row !== this.#distances[row >>> SEGMENT_BITS]) this.#others.set(row, line);
  }

  get(row: number): number {
    return this.#others.get(row) || row + (this.#distances[row >>> SEGMENT_BITS] ?? 0);
  }
}

/**
 * A text of each row, of which there are few different ones: a byte a row. From the 255th on a 32-bit hash
 * stands for the text, so that two of those are taken for alike once in 2^32.
 */
export class RowTexts {
  readonly #segments: Uint8Array[] = [];
  readonly #known = new Map<string, number>();
  readonly #rare = new RowNumbers();

  set(row: number, text: string): void {
    const at = row >>> SEGMENT_BITS;
    let segment = this.#segments[at];
    if (!segment) {
      segment = new Uint8Array(SEGMENT);
      this.#segments[at] = segment;
    }
    const id = this.#idOf(text);
    segment[row & (SEGMENT - 1)] = id;
    if (id === 0) this.#rare.set(row, hash32(text));
  }

  has(row: number, text: string): boolean {
    const id = this.#segments[row >>> SEGMENT_BITS]?.[row & (SEGMENT - 1)] ?? 0;
    return id === (this.#known.get(text) ?? 0) && (id !== 0 || this.#rare.get(row) === hash32(text));
  }

  #idOf(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= 255) return 0;
    this.#known.set(Buffer.from(text).toString(), this.#known.size + 1);
    return this.#known.size;
  }
}

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
