import type { FastifyRequest } from 'fastify';
import { errorCodes } from '../../contract/errors.ts';
import { parseToken } from '../../contract/token.ts';
import { DomainError } from '../domain/errors.ts';
import { type Form, mustRepeat, nameField, newPasswordFields, signInAdvice } from './accept.ts';
import { html } from './html.ts';
import { errorSummary, type FieldError, type Page } from './layout.ts';
import { perform, type Site } from './perform.ts';
import { fieldErrors } from './refusal.ts';

/** A page with one form behind a mailed link. */
export interface LinkPage {
  show(site: Site, request: FastifyRequest, secret: string): Promise<Page>;
  submit(site: Site, request: FastifyRequest, form: Form): Promise<Page>;
}

/** Only the form of a secret can be seen without using it: whether it still works, the form's POST finds out. */
function mustLookLikeSecret(secret: string): void {
  if (parseToken(secret)?.kind === 'mail') return;
  throw new DomainError('invalid_secret', 'This link is not valid. Perhaps a part of it was cut off.');
}

type Render = (secret: string, form: Form, errors: readonly FieldError[], status: number) => Page;

function linkPage(render: Render, submit: LinkPage['submit']): LinkPage {
  return {
    async show(_site, _request, secret) {
      mustLookLikeSecret(secret);
      return render(secret, new URLSearchParams(), [], 200);
    },
    async submit(site, request, form) {
      const secret = form.get('secret') ?? '';
      mustLookLikeSecret(secret);
      try {
        return await submit(site, request, form);
      } catch (error) {
        const errors = error instanceof DomainError ? fieldErrors(error) : null;
        if (!(error instanceof DomainError) || errors === null) throw error;
        return render(secret, form, errors, errorCodes[error.code].status);
      }
    },
  };
}

export const signup: LinkPage = linkPage(
  (secret, form, errors, status) => ({
    status,
    title: 'Finish signing up',
    body: html`${errorSummary(errors)}
<form method="post" action="signup">
<input type="hidden" name="secret" value="${secret}">
${nameField((form.get('name') ?? '').trim(), errors)}
${newPasswordFields(errors)}
<button>Sign up</button>
</form>`,
  }),
  async (site, request, form) => {
    mustRepeat(form);
    const name = (form.get('name') ?? '').trim();
    const body = {
      secret: form.get('secret'),
      password: form.get('password') ?? '',
      ...(name !== '' && { name }),
    };
    const session = await perform(site, request, 'auth.signup_finish', body);
    // Nobody here keeps the session, so it must not live on.
    await perform(site, request, 'auth.logout', {}, session.access_token);
    return {
      status: 200,
      title: 'Welcome',
      body: html`<p>You are signed up as <bdi><strong>${session.user.email}</strong></bdi>.</p>
${signInAdvice(site, session.user.email)}`,
    };
  },
);

export const reset: LinkPage = linkPage(
  (secret, _form, errors, status) => ({
    status,
    title: 'Set a new password',
    body: html`${errorSummary(errors)}
<p>It ends every session of yours.</p>
<form method="post" action="reset">
<input type="hidden" name="secret" value="${secret}">
${newPasswordFields(errors, 'The new password')}
<button>Set the password</button>
</form>`,
  }),
  async (site, request, form) => {
    mustRepeat(form);
    await perform(site, request, 'auth.password_reset', {
      secret: form.get('secret'),
      password: form.get('password') ?? '',
    });
    return {
      status: 200,
      title: 'The password is set',
      body: html`<p>Your sessions were ended; from now on the new password counts.</p>${signInAdvice(site, null)}`,
    };
  },
);

export const confirmEmail: LinkPage = linkPage(
  (secret, _form, errors, status) => ({
    status,
    title: 'Confirm your new address',
    body: html`${errorSummary(errors)}
<p>From then on you sign in with the address that this mail was sent to.</p>
<form method="post" action="confirm-email">
<input type="hidden" name="secret" value="${secret}">
<button>Confirm the address</button>
</form>`,
  }),
  async (site, request, form) => {
    await perform(site, request, 'auth.email_confirm', { secret: form.get('secret') });
    return {
      status: 200,
      title: 'The address is confirmed',
      body: html`<p>From now on you sign in with it.</p>${signInAdvice(site, null)}`,
    };
  },
);
