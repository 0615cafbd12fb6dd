import { createHash } from 'node:crypto';
import type { Client, Exchange } from '../../client/client.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import { conflictError } from '../../errors.ts';
import { type Change, keyOf, nameOf } from '../changes.ts';
import { look } from './look.ts';

/** What single changes are carried out with. */
export interface Hands {
  readonly client: Client;
  /** Keeps at a call that may be repeated, for as long as that makes sense. */
  readonly keep: <A>(call: (signal: AbortSignal) => Promise<A>) => Promise<A>;
  /** Of the change set: what every idempotency key is derived from. */
  readonly digest: string;
}

/** `already`: it was as wanted, and nothing was written. */
export type Carried = 'done' | 'already';

export type Carrier = (change: Change, hands: Hands) => Promise<Carried>;

/** The same for every attempt at this change by this change set, whichever run makes it. */
export function keyFor(change: Change, { digest }: Hands, part: string): string {
  return createHash('sha256')
    .update(`${digest}\n${keyOf(change)}\n${part}`)
    .digest('hex');
}

interface Options {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** Makes something once, whatever is sent twice. */
export async function made<A>(
  change: Change,
  hands: Hands,
  call: (options: Options) => Promise<Exchange<A>>,
): Promise<void> {
  const idempotencyKey = keyFor(change, hands, 'create');
  const { replayed } = await hands.keep((signal) => call({ idempotencyKey, signal }));
  if (!replayed || (await look(change, hands)) !== null) return;
  // The answer is an earlier run's, and what it made is not there any more.
  throw conflictError(`${nameOf(change)} was made by this change set before, and has been removed since`, {
    code: 'stale',
    hint: 'tenantctl diff -f FILE',
  });
}

interface Expecting {
  readonly ifMatch: number | undefined;
  readonly signal: AbortSignal;
}

/** Changes what was reviewed and nothing else: what moved since is refused by the server. */
export async function changed(
  change: Change,
  hands: Hands,
  call: (options: Expecting) => Promise<unknown>,
): Promise<void> {
  await hands.keep((signal) => call({ ifMatch: change.revision ?? undefined, signal }));
}

export async function gone(
  change: Change,
  hands: Hands,
  call: (options: Expecting) => Promise<{ readonly changed: boolean }>,
): Promise<Carried> {
  const answer = await hands.keep((signal) => call({ ifMatch: change.revision ?? undefined, signal }));
  return answer.changed ? 'done' : 'already';
}

/** Without what is undefined: a field that is not said is not sent. */
export function definite(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The fields of a change have the contract's own names; the server judges their values. */
export function sent<Id extends Parameters<Client['call']>[0]>(body: object): BodyInput<Id> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- comes from files or a change set: validated by the server
  return body as BodyInput<Id>;
}
