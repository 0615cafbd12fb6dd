/** One page of a keyset list. `after` is the key of the last item of the page before, as the store gave it. */
export interface PageRequest {
  readonly limit: number;
  readonly after: readonly string[] | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Key of the last item when there are more, else null. */
  readonly next: readonly string[] | null;
}
