import type { Sending } from '../delivery/courier.ts';
import type { DueMessage } from '../domain/ports/messages.ts';

export interface GatewayTransport extends Sending<DueMessage> {
  readonly kind: 'webhook';
  close(): Promise<void>;
}

/**
 * - webhook: to whoever sends messages, over HTTP
 * - captured: kept in the database for `--dev`
 * - none: nothing is sent; operations that must send are refused before they queue anything
 */
export type SmsTransport = GatewayTransport | { readonly kind: 'captured' } | { readonly kind: 'none' };
