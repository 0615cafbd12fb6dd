import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { Html, html } from './html.ts';

export interface Page {
  readonly status: number;
  readonly title: string;
  readonly body: Html;
}

const css = `
:root { color-scheme: light dark; --line: #8a8f98; --accent: #1f5fbf; --alarm: #b3261e; }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 32rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1rem; margin: 0; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 1.25rem 0; }
dt { opacity: .75; }
dd { margin: 0; }
label { display: block; font-weight: 600; margin-top: 1rem; }
.hint { margin: 0; opacity: .75; font-size: .9rem; }
input { display: block; width: 100%; margin-top: .25rem; padding: .6rem .7rem; font: inherit; border: 1px solid var(--line); border-radius: .4rem; }
input[readonly] { opacity: .75; }
input[aria-invalid] { border: 2px solid var(--alarm); }
button { margin-top: 1.5rem; padding: .65rem 1.2rem; font: inherit; font-weight: 600; color: #fff; background: var(--accent); border: 1px solid var(--accent); border-radius: .4rem; cursor: pointer; }
button.quiet { color: inherit; background: transparent; border-color: var(--line); font-weight: 400; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.errors { margin: 1rem 0; padding: .75rem 1rem; border: 2px solid var(--alarm); border-radius: .4rem; }
.errors ul { margin: .25rem 0 0; padding-left: 1.2rem; }
code, pre { font: .9rem/1.5 ui-monospace, monospace; }
pre { padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .4rem; white-space: pre-wrap; }
@media (prefers-color-scheme: dark) { :root { --accent: #3d7de0; --alarm: #f2857d; } }
`;

const styleHash = createHash('sha256').update(css).digest('base64');

/** Nothing is loaded and nothing runs: the style in the page, by its hash, and forms to this server. */
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

export function sendPage(reply: FastifyReply, { status, title, body }: Page): FastifyReply {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(css)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
  return reply
    .status(status)
    .headers({
      'content-security-policy': policy,
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    })
    .type('text/html; charset=utf-8')
    .send(document.text);
}

/** A field that something is wrong with, and what. */
export interface FieldError {
  readonly field: string;
  readonly text: string;
}

/** Read out at once by screen readers; each entry leads to its field. */
export function errorSummary(errors: readonly FieldError[]): Html | null {
  if (errors.length === 0) return null;
  const items = errors.map(({ field, text }) => html`<li><a href="#${field}">${text}</a></li>`);
  return html`<div class="errors" role="alert" id="errors"><h2>This did not work</h2><ul>${items}</ul></div>`;
}

interface PasswordField {
  readonly field: string;
  readonly label: string;
  readonly autocomplete: 'new-password' | 'current-password';
  readonly hint?: string;
  readonly errors: readonly FieldError[];
}

/** Never filled in: a password that was sent is not sent back. No limits here either: the server says what is wrong. */
export function passwordField({ field, label, autocomplete, hint, errors }: PasswordField): Html {
  const wrong = errors.some((error) => error.field === field);
  const described = [...(hint === undefined ? [] : [`${field}-hint`]), ...(wrong ? ['errors'] : [])].join(
    ' ',
  );
  return html`<label for="${field}">${label}</label>
${hint === undefined ? null : html`<p class="hint" id="${field}-hint">${hint}</p>`}
<input id="${field}" name="${field}" type="password" autocomplete="${autocomplete}" required${wrong ? html` aria-invalid="true"` : null}${described === '' ? null : html` aria-describedby="${described}"`}>`;
}

/** A command to copy; what comes from people is quoted for the shell. */
export function command(...words: readonly string[]): Html {
  const quoted = words.map((word) =>
    /^[\w.@:/+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  );
  return html`<pre><code>${quoted.join(' ')}</code></pre>`;
}
