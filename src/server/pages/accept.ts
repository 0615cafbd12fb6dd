import type { FastifyRequest } from 'fastify';
import { errorCodes } from '../../contract/errors.ts';
import { limits } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import { DomainError } from '../domain/errors.ts';
import { type Html, html } from './html.ts';
import { command, errorSummary, type FieldError, type Page, passwordField } from './layout.ts';
import { perform, type Site } from './perform.ts';
import { fieldErrors } from './refusal.ts';

export type Form = URLSearchParams;
type Preview = Answer<'invites.preview'>;

const roles: Readonly<Record<string, string>> = {
  admin: 'administrator',
  super_admin: 'super administrator',
  billing_admin: 'billing administrator',
};

const roleName = (role: string): string => roles[role] ?? role;

export function moment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

export const newPasswordHint = `At least ${limits.passwordMin} characters; several words are easy to remember. Any characters may be used.`;

/** A new password, twice, for there is no script to show what was typed. */
export function newPasswordFields(errors: readonly FieldError[], label = 'Choose a password'): Html {
  return html`${passwordField({ field: 'password', label, autocomplete: 'new-password', hint: newPasswordHint, errors })}
${passwordField({ field: 'repeated', label: 'The same password again', autocomplete: 'new-password', errors })}`;
}

export function nameField(name: string, errors: readonly FieldError[]): Html {
  const wrong = errors.some((error) => error.field === 'name');
  return html`<label for="name">Your name (optional)</label>
<input id="name" name="name" autocomplete="name" value="${name}"${wrong ? html` aria-invalid="true" aria-describedby="errors"` : null}>`;
}

/** Two fields that differ are a slip of the keyboard, found before anything is done. */
export function mustRepeat(form: Form): void {
  const repeated = form.get('repeated');
  if (repeated === null || repeated === form.get('password')) return;
  throw new DomainError('weak_password', 'The two passwords differ. Type the same one twice.');
}

function passwordPart(preview: Preview, name: string, errors: readonly FieldError[]): Html {
  const address = html`<label for="email">Your address</label>
<input id="email" type="email" autocomplete="username" value="${preview.email}" readonly>`;
  if (preview.needs === 'new_password')
    return html`${address}${nameField(name, errors)}${newPasswordFields(errors)}`;
  const label = 'The password of your account';
  const hint = 'You have an account with this address already: it stays as it is.';
  return html`${address}${passwordField({ field: 'password', label, autocomplete: 'current-password', hint, errors })}`;
}

function invitationPage(
  preview: Preview,
  secret: string,
  name: string,
  errors: readonly FieldError[],
  status: number,
): Page {
  const { account, role, modules, invited_by, expires_at } = preview;
  return {
    status,
    title: `Invitation to ${account.name}`,
    body: html`${errorSummary(errors)}
<dl>
<dt>Account</dt><dd><bdi>${account.name}</bdi></dd>
<dt>Role</dt><dd>${roleName(role)}</dd>
${modules.length === 0 ? null : html`<dt>Modules</dt><dd>${modules.join(', ')}</dd>`}
${invited_by === null ? null : html`<dt>Invited by</dt><dd><bdi>${invited_by}</bdi></dd>`}
<dt>Valid until</dt><dd>${moment(expires_at)}</dd>
</dl>
<form method="post" action="accept">
<input type="hidden" name="secret" value="${secret}">
${passwordPart(preview, name, errors)}
<button name="action" value="accept">Accept the invitation</button>
</form>
<form method="post" action="accept">
<input type="hidden" name="secret" value="${secret}">
<button class="quiet" name="action" value="decline">Decline</button>
</form>`,
  };
}

export async function showInvitation(site: Site, request: FastifyRequest, secret: string): Promise<Page> {
  const preview = await perform(site, request, 'invites.preview', { secret });
  return invitationPage(preview, secret, '', [], 200);
}

/** How to go on: nothing in this product is used in a browser. */
export function signInAdvice(site: Site, email: string | null): Html {
  const words = ['tenantctl', 'login', '--api-url', site.deps.setup.publicUrl];
  return html`<p>You can close this page. To sign in, type this in a terminal:</p>
${command(...words, ...(email === null ? [] : ['--email', email]))}`;
}

function acceptedPage(site: Site, preview: Preview, answer: Answer<'invites.accept'>): Page {
  const gone = answer.dropped.length;
  return {
    status: 200,
    title: 'Welcome',
    body: html`<p>You are now a member of <bdi><strong>${answer.account.name}</strong></bdi>, as ${roleName(answer.role)}.</p>
${gone === 0 ? null : html`<p>What the invitation also named is not there any more: ${answer.dropped.join(', ')}.</p>`}
${signInAdvice(site, preview.email)}`,
  };
}

function declinedPage(): Page {
  return {
    status: 200,
    title: 'Invitation declined',
    body: html`<p>You have declined; nothing else happens, and the link does not work any more.</p>`,
  };
}

/** Accepts or declines. What can be put right shows the form again; the password is never sent back. */
export async function answerInvitation(site: Site, request: FastifyRequest, form: Form): Promise<Page> {
  const secret = form.get('secret') ?? '';
  if (form.get('action') === 'decline') {
    await perform(site, request, 'invites.decline', { secret });
    return declinedPage();
  }
  const preview = await perform(site, request, 'invites.preview', { secret });
  const name = (form.get('name') ?? '').trim();
  try {
    mustRepeat(form);
    const body = { secret, password: form.get('password') ?? '', ...(name !== '' && { name }) };
    return acceptedPage(site, preview, await perform(site, request, 'invites.accept', body));
  } catch (error) {
    const errors = error instanceof DomainError ? fieldErrors(error) : null;
    if (!(error instanceof DomainError) || errors === null) throw error;
    // Somebody signed up with the address meanwhile: the form is another one now.
    const now = await perform(site, request, 'invites.preview', { secret });
    return invitationPage(now, secret, name, errors, errorCodes[error.code].status);
  }
}
