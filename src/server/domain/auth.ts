import type { Session } from '../../contract/types.ts';
import { type Prepare } from './change.ts';
import { DomainError } from './errors.ts';
import { liveSecret, mailTo, mustMail, offerSecret, useSecret } from './mailed-secrets.ts';
import { mustBeStrong } from './passwords.ts';
import type { UserRow } from './ports/users.ts';
import { openSession } from './sessions.ts';
import { createUser, readAddress } from './users.ts';
import type { Input, Work } from './work.ts';

type Changed = { changed: boolean };

/**
 * Mails a link that finishes a sign-up, or to somebody who has an account the news that they have one. The
 * answer is the same bytes for both; only the mailbox tells.
 */
export async function signup(work: Work, { body }: Input<'auth.signup'>): Promise<{ sent: true }> {
  if (!work.deps.setup.signup) throw closed();
  mustMail(work);
  const to = readAddress(body.email);
  const known = await work.platform.users.findByAddress(to.emailFolded);
  const kind = known ? null : 'signup';
  const sent = await offerSecret(work, { purpose: 'signup', to, userId: null, kind });
  if (known && sent)
    await mailTo(work, 'signup_known', { email: known.email, emailFolded: known.emailFolded }, {});
  work.record({ target: { kind: 'address', id: to.emailFolded, name: to.email } });
  return { sent: true };
}

function closed(): DomainError {
  return new DomainError('signup_closed', 'Self-serve sign-up is closed on this server. Ask to be invited.');
}

/** Looks at the secret before the slow hash: an invalid link costs nothing. */
export const prepareSignupFinish: Prepare<'auth.signup_finish', string> = async ({ body }, deps, lookup) => {
  if (!deps.setup.signup) throw closed();
  const { emailFolded } = await lookup(({ platform }) =>
    liveSecret(platform, body.secret, 'signup', deps.clock.now()),
  );
  mustBeStrong(body.password, emailFolded);
  return await deps.passwords.hash(body.password);
};

export async function finishSignup(
  work: Work,
  { body }: Input<'auth.signup_finish'>,
  passwordHash: string,
): Promise<Session> {
  const { platform } = work;
  const { email, emailFolded } = await useSecret(work, body.secret, 'signup');
  if (await platform.users.findByAddress(emailFolded)) {
    throw new DomainError(
      'address_taken',
      'This address has an account by now. Sign in, or reset the password.',
    );
  }
  await platform.secrets.revokePending({ emailFolded }, 'signup');
  const userId = await createUser(work, { email, emailFolded, name: body.name ?? null, passwordHash });
  work.record({ target: { kind: 'user', id: userId, name: email }, after: { email } });
  return await openSession(work, userId);
}

const wrong = (): DomainError => new DomainError('invalid_credentials', 'Address or password is wrong.');

/** The person, as their password was when it was found right. */
export interface Verified {
  readonly userId: string;
  readonly passwordHash: string;
}

/** Checks a password outside any transaction, at the same cost for an unknown person. Throws as `Attempts` does. */
export async function verified(
  deps: Work['deps'],
  user: UserRow | null,
  password: string,
  who: { subject: string; ip: string },
): Promise<Verified> {
  const right = deps.attempts.begin(who.subject, who.ip);
  const ok = await deps.passwords.verify(password, user?.passwordHash ?? null);
  if (!ok || user?.passwordHash == null) throw wrong();
  right();
  return { userId: user.id, passwordHash: user.passwordHash };
}

/** Inside the transaction: the password is still the one that was found right. */
export async function stillVerified(work: Work, { userId, passwordHash }: Verified): Promise<UserRow> {
  const user = await work.platform.users.find(userId);
  if (user?.passwordHash !== passwordHash) throw wrong();
  return user;
}

export const prepareLogin: Prepare<'auth.login', Verified> = async ({ body, ip }, deps, lookup) => {
  const { emailFolded } = readAddress(body.email);
  const user = await lookup(({ platform }) => platform.users.findByAddress(emailFolded));
  return await verified(deps, user, body.password, { subject: emailFolded, ip });
};

export async function login(work: Work, _input: Input<'auth.login'>, found: Verified): Promise<Session> {
  const user = await stillVerified(work, found);
  work.record({ target: { kind: 'user', id: user.id, name: user.email } });
  return await openSession(work, user.id);
}

/** Mails a link that resets the password, if there is somebody to mail to. */
export async function forgotPassword(
  work: Work,
  { body }: Input<'auth.password_forgot'>,
): Promise<{ sent: true }> {
  mustMail(work);
  const to = readAddress(body.email);
  const known = await work.platform.users.findByAddress(to.emailFolded);
  const recipient = known ? { email: known.email, emailFolded: known.emailFolded } : to;
  const kind = known ? 'password_reset' : null;
  await offerSecret(work, { purpose: 'password_reset', to: recipient, userId: known?.id ?? null, kind });
  work.record({ target: { kind: 'address', id: to.emailFolded, name: to.email } });
  return { sent: true };
}

export const prepareReset: Prepare<'auth.password_reset', string> = async ({ body }, deps, lookup) => {
  const row = await lookup(({ platform }) =>
    liveSecret(platform, body.secret, 'password_reset', deps.clock.now()),
  );
  mustBeStrong(body.password, row.emailFolded);
  return await deps.passwords.hash(body.password);
};

/** Sets a new password; whoever was signed in, the thief too, is not any more (D19). */
export async function resetPassword(
  work: Work,
  { body }: Input<'auth.password_reset'>,
  passwordHash: string,
): Promise<Changed> {
  const { platform, now } = work;
  const at = now.toISOString();
  const { userId } = await useSecret(work, body.secret, 'password_reset');
  const user = userId === null ? null : await platform.users.find(userId);
  if (!user) throw new DomainError('invalid_secret', 'This link is not valid any more.');
  await platform.users.setPassword(user.id, passwordHash, at);
  await forgetSecrets(work, user);
  const ended = await platform.sessions.revokeOfUser(user.id, null, 'password_reset', at);
  await tellOfChange(work, user);
  // The password alone makes a staff token, so whoever had it may have made one.
  const tokens = await platform.tokens.revokeOfUser(user.id, 'staff', at);
  work.record({
    target: { kind: 'user', id: user.id, name: user.email },
    after: { sessions_ended: ended, staff_tokens_ended: tokens },
  });
  return { changed: true };
}

/** News of it, so that whoever did not do it hears of it. Where no mail can leave, the change is made all the same. */
async function tellOfChange(work: Work, user: UserRow): Promise<void> {
  if (work.deps.setup.mail === 'none') return;
  await mailTo(work, 'notice', user, {
    subject: 'Your password was changed',
    text: 'The password of your account was changed just now, and the other sessions were ended. If this was not you, reset it at once: tenantctl auth password reset',
  });
}

/** Links that were mailed before a password or address changed do not outlive it. */
async function forgetSecrets(work: Work, user: UserRow): Promise<void> {
  await work.platform.secrets.revokePending({ userId: user.id }, 'password_reset');
  await work.platform.secrets.revokePending({ userId: user.id }, 'email_change');
  await work.platform.deviceLogins.denyAllOf(user.id);
}

export interface NewPassword extends Verified {
  readonly newHash: string;
}

export const prepareChange: Prepare<'auth.password_change', NewPassword> = async (
  { body, ip },
  deps,
  lookup,
) => {
  const user = await lookup(async ({ platform }, actor) =>
    actor.kind === 'user' ? await platform.users.find(actor.userId) : null,
  );
  if (!user)
    throw new DomainError('unauthenticated', 'Sign in first: only a session can change its password.');
  mustBeStrong(body.password, user.emailFolded);
  const found = await verified(deps, user, body.current_password, { subject: user.id, ip });
  return { ...found, newHash: await deps.passwords.hash(body.password) };
};

/** Changes the password of the signed-in person and ends their other sessions (D19). */
export async function changePassword(
  work: Work,
  _input: Input<'auth.password_change'>,
  found: NewPassword,
): Promise<Changed> {
  const { platform, actor, now } = work;
  const at = now.toISOString();
  const user = await stillVerified(work, found);
  await platform.users.setPassword(user.id, found.newHash, at);
  await forgetSecrets(work, user);
  await tellOfChange(work, user);
  const keep = actor.kind === 'user' ? actor.sessionId : null;
  const ended = await platform.sessions.revokeOfUser(user.id, keep, 'password_change', at);
  work.record({ target: { kind: 'user', id: user.id, name: user.email }, after: { sessions_ended: ended } });
  return { changed: true };
}

/** Makes an address that its owner has confirmed the one they sign in with. */
export async function confirmAddress(work: Work, { body }: Input<'auth.email_confirm'>): Promise<Changed> {
  const { platform, now } = work;
  const { userId, email, emailFolded } = await useSecret(work, body.secret, 'email_change');
  const user = userId === null ? null : await platform.users.find(userId);
  if (!user) throw new DomainError('invalid_secret', 'This link is not valid any more.');
  // The unique index refuses it too; asking first gives the same answer without an aborted transaction.
  const holder = await platform.users.findByAddress(emailFolded);
  if (holder && holder.id !== user.id) {
    throw new DomainError('address_taken', 'Somebody has signed up with this address already.');
  }
  await platform.users.setAddress(user.id, { email, emailFolded }, now.toISOString());
  await forgetSecrets(work, user);
  work.record({
    target: { kind: 'user', id: user.id, name: email },
    before: { email: user.email },
    after: { email },
  });
  return { changed: true };
}
