import type { Page, PageRequest } from './page.ts';

export interface CapturedMailRow {
  readonly id: string;
  /** As written. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly at: string;
}

/** Mail that a `--dev` server kept instead of sending it. */
export interface CapturedMailPort {
  /** Newest first. @param toFolded only to this address; null for all */
  list(toFolded: string | null, page: PageRequest): Promise<Page<CapturedMailRow>>;
}
