import type { FastifyRequest } from 'fastify';
import { errorCodes } from '../../contract/errors.ts';
import type { Answer } from '../../contract/shapes.ts';
import { DomainError } from '../domain/errors.ts';
import { type Form, moment } from './accept.ts';
import { html } from './html.ts';
import { errorSummary, type FieldError, type Page, passwordField } from './layout.ts';
import type { LinkPage } from './people.ts';
import { perform, type Site } from './perform.ts';
import { fieldErrors } from './refusal.ts';

type Waiting = Answer<'auth.device_preview'>;

function codePage(code: string, errors: readonly FieldError[], status: number): Page {
  return {
    status,
    title: 'Sign in a terminal',
    body: html`${errorSummary(errors)}
<form method="get" action="device">
<label for="code">The code that the terminal shows</label>
<input id="code" name="code" value="${code}" autocomplete="off" autocapitalize="characters" spellcheck="false" required>
<button>Go on</button>
</form>`,
  };
}

/** What asks is said before anything is typed: whoever was sent a link by somebody else is to stop here (RFC 8628, 5.4). */
function approvalPage(waiting: Waiting, email: string, errors: readonly FieldError[], status: number): Page {
  const { user_code, client, address, requested_at, expires_at } = waiting;
  return {
    status,
    title: 'Sign in a terminal?',
    body: html`${errorSummary(errors)}
<p>Go on only if you have just started this yourself, and your terminal shows the same code. Whoever started it will act as you.</p>
<dl>
<dt>Code</dt><dd><strong>${user_code}</strong></dd>
${client === null ? null : html`<dt>Says it is</dt><dd><bdi>${client}</bdi></dd>`}
<dt>Asked from</dt><dd>${address}</dd>
<dt>Asked at</dt><dd>${moment(requested_at)}</dd>
<dt>Valid until</dt><dd>${moment(expires_at)}</dd>
</dl>
<form method="post" action="device">
<input type="hidden" name="code" value="${user_code}">
<label for="email">Your address</label>
<input id="email" name="email" type="email" autocomplete="username" value="${email}" required>
${passwordField({ field: 'password', label: 'Your password', autocomplete: 'current-password', errors })}
<button name="action" value="approve">Sign it in</button>
</form>
<form method="post" action="device">
<input type="hidden" name="code" value="${user_code}">
<button class="quiet" name="action" value="deny">This was not me</button>
</form>`,
  };
}

const unknownCode = (error: unknown): string | null => {
  if (!(error instanceof DomainError)) return null;
  if (error.code === 'invalid_secret') return error.message;
  return error.code === 'invalid_request' ? 'A code is eight letters, such as WDJB-MJHT.' : null;
};

/** What waits no longer, or never did: the code is asked for again. */
async function orAskAgain(code: string, work: () => Promise<Page>): Promise<Page> {
  try {
    return await work();
  } catch (error) {
    const text = unknownCode(error);
    if (text === null || !(error instanceof DomainError)) throw error;
    return codePage(code, [{ field: 'code', text }], errorCodes[error.code].status);
  }
}

/** Here nobody knows yet whose password it is: which of the two is wrong is not said. */
function signInErrors(error: DomainError): readonly FieldError[] | null {
  if (error.code !== 'invalid_credentials') return fieldErrors(error);
  return [{ field: 'password', text: 'Address or password is wrong.' }];
}

async function approve(site: Site, request: FastifyRequest, form: Form): Promise<Page> {
  const code = form.get('code') ?? '';
  const waiting = await perform(site, request, 'auth.device_preview', { user_code: code });
  const email = (form.get('email') ?? '').trim();
  try {
    const body = { user_code: code, email, password: form.get('password') ?? '' };
    await perform(site, request, 'auth.device_approve', body);
  } catch (error) {
    const errors = error instanceof DomainError ? signInErrors(error) : null;
    if (!(error instanceof DomainError) || errors === null) throw error;
    return approvalPage(waiting, email, errors, errorCodes[error.code].status);
  }
  return {
    status: 200,
    title: 'Signed in',
    body: html`<p>The terminal is signed in as <bdi><strong>${email}</strong></bdi>. You can close this page.</p>`,
  };
}

async function deny(site: Site, request: FastifyRequest, form: Form): Promise<Page> {
  await perform(site, request, 'auth.device_deny', { user_code: form.get('code') ?? '' });
  return { status: 200, title: 'Denied', body: html`<p>It was not signed in. You can close this page.</p>` };
}

/** Where `tenantctl login` sends people: first the code, then what it would sign in. */
export const device: LinkPage = {
  show: async (site, request, code) =>
    code === ''
      ? codePage('', [], 200)
      : await orAskAgain(code, async () =>
          approvalPage(await perform(site, request, 'auth.device_preview', { user_code: code }), '', [], 200),
        ),
  submit: async (site, request, form) =>
    await orAskAgain(form.get('code') ?? '', async () =>
      form.get('action') === 'approve' ? await approve(site, request, form) : await deny(site, request, form),
    ),
};
