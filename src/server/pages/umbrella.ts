import type { FastifyRequest } from 'fastify';
import type { Answer } from '../../contract/shapes.ts';
import { moment } from './accept.ts';
import { html } from './html.ts';
import { command, type Page } from './layout.ts';
import type { LinkPage } from './people.ts';
import { perform, type Site } from './perform.ts';

type Preview = Answer<'umbrella_invites.preview'>;

const capText = ({ upload, message }: Preview['caps']): string =>
  upload === 'none' && message === 'none'
    ? 'without a cap'
    : `up to ${upload === 'none' ? 'any number of' : upload} uploads and ${message === 'none' ? 'any number of' : message} messages a month`;

/**
 * It explains, and it can be declined here. It cannot be accepted here: that takes an administrator of the account who has
 * read the sheet of that very account, and a browser has no session (D12).
 */
function invitationPage(site: Site, preview: Preview, secret: string): Page {
  const { id, umbrella, invitee, email, invited_by, expires_at, caps } = preview;
  const { publicUrl } = site.deps.setup;
  return {
    status: 200,
    title: `Invitation under the umbrella of ${umbrella.name}`,
    body: html`<dl>
<dt>Umbrella</dt><dd><bdi>${umbrella.name}</bdi></dd>
<dt>For</dt><dd>${invitee === null ? 'an account of yours' : html`your account <bdi>${invitee}</bdi>`}</dd>
${invited_by === null ? null : html`<dt>Invited by</dt><dd><bdi>${invited_by}</bdi></dd>`}
<dt>Valid until</dt><dd>${moment(expires_at)}</dd>
</dl>
<p>If you accept, <bdi>${umbrella.name}</bdi> pays for the uploads and messages of the account, ${capText(caps)}, and sees the forms that the account owns with what is recorded in them. You keep your plan, and you can leave at any time.</p>
<p>Accepting happens in a terminal. Sign in as <bdi><strong>${email}</strong></bdi>, read exactly what it comes to, then accept:</p>
${command('tenantctl', 'login', '--api-url', publicUrl, '--email', email)}
${command('tenantctl', 'umbrella', 'consent', id, '--account', invitee ?? 'YOUR-ACCOUNT')}
${command('tenantctl', 'umbrella', 'accept', id, '--account', invitee ?? 'YOUR-ACCOUNT')}
<p>No account yet? Sign up first: <code>tenantctl signup</code></p>
<form method="post" action="umbrella">
<input type="hidden" name="secret" value="${secret}">
<button class="quiet" name="action" value="decline">Decline</button>
</form>`,
  };
}

async function show(site: Site, request: FastifyRequest, secret: string): Promise<Page> {
  return invitationPage(site, await perform(site, request, 'umbrella_invites.preview', { secret }), secret);
}

export const umbrellaInvitation: LinkPage = {
  show,
  async submit(site, request, form) {
    const secret = form.get('secret') ?? '';
    if (form.get('action') !== 'decline') return show(site, request, secret);
    await perform(site, request, 'umbrella_invites.decline', { secret });
    return {
      status: 200,
      title: 'Invitation declined',
      body: html`<p>You have declined; nothing changes for your account, and the link does not work any more.</p>`,
    };
  },
};
