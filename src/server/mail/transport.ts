import type { Sending } from '../delivery/courier.ts';
import type { RenderedMail } from './templates.ts';

export interface SendingTransport extends Sending<RenderedMail> {
  readonly kind: 'smtp';
  close(): Promise<void>;
}

/**
 * - smtp: over the network
 * - captured: kept in the database for `--dev`, in the transaction that marks them sent
 * - none: nothing is sent; operations that must mail are refused before they queue anything (D20)
 */
export type Transport = SendingTransport | { readonly kind: 'captured' } | { readonly kind: 'none' };
