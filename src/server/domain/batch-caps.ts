import type { BatchDefaults, Caps as CapsShown } from '../../contract/types.ts';
import type { Caps } from './ports/sub-invites.ts';
import { capsFrom } from './sub-accounts.ts';

interface CapWords {
  readonly cap_uploads?: string | undefined;
  readonly cap_messages?: string | undefined;
}

const MOST = 1_000_000_000;

function capOf(
  word: string | undefined,
  fallback: CapsShown['upload'] | undefined,
): CapsShown['upload'] | null {
  if (word === undefined) return fallback ?? null;
  if (word.toLowerCase() === 'none') return 'none';
  return /^\d{1,10}$/.test(word) && Number(word) <= MOST ? Number(word) : null;
}

/** What a row or the file as a whole says of the caps, both of them (D11); else why not. */
export function capsOfRow(
  row: CapWords,
  defaults: BatchDefaults<'sub_accounts'>,
): Caps | { readonly detail: string } {
  const upload = capOf(row.cap_uploads, defaults.caps?.upload);
  const message = capOf(row.cap_messages, defaults.caps?.message);
  if (upload !== null && message !== null) return capsFrom({ upload, message });
  const [unit, word] = upload === null ? ['uploads', row.cap_uploads] : ['messages', row.cap_messages];
  const given =
    word === undefined ? `names no cap of ${unit}` : `${JSON.stringify(word)} is no cap of ${unit}`;
  return { detail: `${given}: a whole number a month, or none` };
}
