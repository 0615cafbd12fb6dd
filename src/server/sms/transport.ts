import type { DueMessage } from '../domain/ports/messages.ts';

/** Hands one message at a time to a gateway; called for several at once. */
export interface GatewayTransport {
  readonly kind: 'webhook';
  /** How many at once are worth while. */
  readonly lanes: number;
  /** Resolves when the gateway has taken responsibility for the message; else throws DeliveryError, within a minute. */
  send(message: DueMessage): Promise<void>;
  close(): Promise<void>;
}

/**
 * - webhook: to whoever sends messages, over HTTP
 * - captured: kept in the database for `--dev`
 * - none: nothing is sent; operations that must send are refused before they queue anything
 */
export type SmsTransport = GatewayTransport | { readonly kind: 'captured' } | { readonly kind: 'none' };
