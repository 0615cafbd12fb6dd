import { hashToken, mintToken, parseToken } from '../../contract/token.ts';
import { DomainError } from './errors.ts';
import type { OutboxMessage } from './ports/outbox.ts';
import type { SecretPurpose, SecretRow } from './ports/secrets.ts';
import type { Platform } from './ports.ts';
import type { Work } from './work.ts';

const HOUR_MS = 3_600_000;
/** How long each kind of link works. */
const LIVES_MS: Readonly<Record<SecretPurpose, number>> = {
  signup: 24 * HOUR_MS,
  password_reset: HOUR_MS,
  email_change: HOUR_MS,
};
/** Mails of one purpose to one address within an hour; past it nothing is sent, and the answer says nothing of it. */
const MOST_AN_HOUR = 5;

export interface Recipient {
  readonly email: string;
  readonly emailFolded: string;
}

/** Throws DomainError `mail_not_configured` where no mail can leave. */
export function mustMail(work: Pick<Work, 'deps'>): void {
  if (work.deps.setup.mail !== 'none') return;
  throw new DomainError(
    'mail_not_configured',
    'This server cannot send mail: it was started without --smtp or --dev.',
  );
}

/** Queues a mail to a person, not on behalf of an account. */
export async function mailTo(
  work: Work,
  kind: OutboxMessage['kind'],
  to: Recipient,
  payload: OutboxMessage['payload'],
): Promise<void> {
  const { deps, platform } = work;
  await platform.outbox.enqueue([
    {
      id: deps.newId('mail'),
      accountId: null,
      inviteId: null,
      kind,
      recipient: to.email,
      recipientFolded: to.emailFolded,
      payload,
      at: work.now.toISOString(),
    },
  ]);
  work.afterCommit(deps.mailQueued);
}

interface Offer {
  readonly purpose: SecretPurpose;
  readonly to: Recipient;
  readonly userId: string | null;
  /** The mail that carries the secret; null writes the same rows with a secret that nobody gets and nothing opens. */
  readonly kind: OutboxMessage['kind'] | null;
}

/**
 * Mails a new secret. Whether anybody may use it or not, the same steps are taken, so that neither answer nor time
 * tells whether the address is known.
 * @returns false when so many were asked for that nothing more is sent to this address for now
 */
export async function offerSecret(work: Work, { purpose, to, userId, kind }: Offer): Promise<boolean> {
  const { platform, now } = work;
  const at = now.toISOString();
  const since = new Date(now.getTime() - HOUR_MS).toISOString();
  if ((await platform.secrets.countSince(to.emailFolded, purpose, since)) >= MOST_AN_HOUR) return false;
  const secret = mintToken('mail');
  const expiresAt = new Date(now.getTime() + LIVES_MS[purpose]).toISOString();
  const state = kind === null ? 'revoked' : 'pending';
  await platform.secrets.insert({ hash: hashToken(secret), purpose, ...to, userId, state, expiresAt, at });
  if (kind !== null) await mailTo(work, kind, to, { secret, expires_at: expiresAt });
  return true;
}

/**
 * A secret that may be used for this purpose now. A used one, one of another purpose and one that never was answer
 * alike. Throws DomainError `invalid_secret`, `secret_expired`.
 */
export async function liveSecret(
  platform: Platform,
  secret: string,
  purpose: SecretPurpose,
  now: Date,
): Promise<SecretRow> {
  const invalid = new DomainError(
    'invalid_secret',
    'This link is not valid, or was used already. Ask for a new one.',
  );
  if (parseToken(secret)?.kind !== 'mail') throw invalid;
  const row = await platform.secrets.find(hashToken(secret), purpose);
  if (row?.state !== 'pending') throw invalid;
  if (row.expiresAt <= now.toISOString())
    throw new DomainError('secret_expired', 'This link has expired. Ask for a new one.');
  return row;
}

/** Uses a secret up, once however many try at the same moment. Throws as `liveSecret` does. */
export async function useSecret(work: Work, secret: string, purpose: SecretPurpose): Promise<SecretRow> {
  const row = await liveSecret(work.platform, secret, purpose, work.now);
  await work.platform.secrets.use(hashToken(secret), work.now.toISOString());
  return row;
}
