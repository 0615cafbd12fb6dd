import type { ErrorCode } from '../../contract/errors.ts';
import { errorCodes } from '../../contract/errors.ts';
import type { DomainError } from '../domain/errors.ts';
import { html } from './html.ts';
import type { FieldError, Page } from './layout.ts';

const titles: Partial<Record<ErrorCode, string>> = {
  invalid_secret: 'This link is not valid',
  secret_expired: 'This link has expired',
  invite_expired: 'The invitation has expired',
  invite_revoked: 'The invitation was taken back',
  invite_accepted: 'The invitation was accepted already',
  invite_declined: 'The invitation was declined',
  sponsor_gone: 'The invitation does not hold any more',
  account_suspended: 'The account is suspended',
  no_seat: 'The account is full',
  rate_limited: 'Too many tries',
};

const nextSteps: Partial<Record<ErrorCode, string>> = {
  invalid_secret: 'Look for a newer mail: each one makes the link of the one before it useless.',
  secret_expired: 'Links in mail work for a short time only.',
  invite_expired: 'Ask whoever invited you to send it again: the new link is valid for seven days.',
  invite_revoked: 'Ask whoever invited you if you think that this is a mistake.',
  rate_limited: 'Wait a minute, then load the page again.',
  busy: 'Load the page again in a moment.',
};

/** A page that ends the matter: nothing on it can be tried again with this link. */
export function refusalPage(error: DomainError): Page {
  const { status, title } = errorCodes[error.code];
  const next = nextSteps[error.code];
  return {
    status,
    title: titles[error.code] ?? title,
    body: html`<p>${error.message}</p>${next === undefined ? null : html`<p>${next}</p>`}`,
  };
}

/** What can be put right in the form: the fields to point at. Null when the form would not help. */
export function fieldErrors(error: DomainError, passwordField = 'password'): readonly FieldError[] | null {
  switch (error.code) {
    case 'weak_password':
    case 'conflict':
      return [{ field: passwordField, text: error.message }];
    case 'invalid_credentials':
      return [{ field: passwordField, text: 'This is not the password of your account.' }];
    case 'invalid_request':
      return (error.trouble.errors ?? []).map(({ pointer, detail }) => {
        const field = pointer.slice(1) === 'name' ? 'name' : passwordField;
        return { field, text: `${field === 'name' ? 'Your name' : 'The password'} ${detail}` };
      });
    default:
      return null;
  }
}
