import type { DueMail, MailKind, MailPayloads } from '../domain/ports/mail-queue.ts';
import { escapeHtml, oneLine, quoted, unlinked } from './plain-names.ts';

/** A mail as it leaves: `to` is the address as written (D3). */
export interface RenderedMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The same at every attempt, so that a mail that arrives twice shows as one. */
  readonly messageId: string;
}

/** The parts of a mail's body; the only link is ours. */
interface Letter {
  readonly subject: string;
  /** Paragraphs before the link; plain text with nothing linkable in it. */
  readonly before: readonly string[];
  readonly link: { readonly label: string; readonly url: string } | null;
  readonly after: readonly string[];
}

const roles: Readonly<Record<string, string>> = {
  admin: 'administrator',
  super_admin: 'super administrator',
  billing_admin: 'billing administrator',
  user: 'user',
  member: 'member',
};

function moment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

const ends = (at: string | undefined): string =>
  at === undefined ? 'It works once' : `It works once, until ${moment(at)}`;

function greeting(name: string | null | undefined): string {
  const plain = unlinked(oneLine(name ?? '', 60));
  return plain === '' ? 'Hello,' : `Hello ${plain},`;
}

interface Links {
  (path: string, secret: string): string;
}

type Templates = { readonly [Kind in MailKind]: (payload: MailPayloads[Kind], link: Links) => Letter };

const templates: Templates = {
  invite: (mail, link) => {
    const account = quoted(mail.account_name);
    const inviter = mail.inviter === null || mail.inviter === '' ? '' : ` by ${quoted(mail.inviter)}`;
    return {
      subject: `Invitation to ${account}`,
      before: [
        greeting(mail.first_name),
        `you have been invited${inviter} to join the account ${account} as ${roles[mail.role] ?? oneLine(mail.role)}.`,
        'Opening the link shows the invitation and changes nothing; there you can accept or decline it.',
      ],
      link: { label: 'See the invitation', url: link('/accept', mail.secret) },
      after: [
        `The link is valid until ${moment(mail.expires_at)}. If you do not know what this is about, leave it alone: without your acceptance nothing happens.`,
      ],
    };
  },
  sub_invite: (mail, link) => {
    const umbrella = quoted(mail.umbrella);
    const inviter = mail.inviter === null || mail.inviter === '' ? '' : ` by ${quoted(mail.inviter)}`;
    const which =
      mail.invitee === null ? 'an account of yours' : `your account ${unlinked(oneLine(mail.invitee))}`;
    return {
      subject: `${umbrella} invites an account of yours under its umbrella`,
      before: [
        greeting(mail.first_name),
        `you have been invited${inviter} to place ${which} under the umbrella of ${umbrella}.`,
        `If you accept, ${umbrella} pays for what the account uses and sees the forms it owns. What that comes to exactly, form by form, you see before you accept:`,
        `tenantctl umbrella consent ${unlinked(oneLine(mail.link))} --account ${unlinked(oneLine(mail.invitee ?? 'YOUR-ACCOUNT'))}`,
        'Opening the link explains it and changes nothing; there you can also decline.',
      ],
      link: { label: 'See the invitation', url: link('/umbrella', mail.secret) },
      after: [
        `The invitation is valid until ${moment(mail.expires_at)}. If you do not know what this is about, leave it alone: without your acceptance nothing happens.`,
      ],
    };
  },
  signup: (mail, link) => ({
    subject: 'Finish signing up',
    before: [
      greeting(mail.name),
      'somebody, we hope you, wants to sign up with this address. To finish, open the link and choose a password.',
    ],
    link: { label: 'Finish signing up', url: link('/signup', mail.secret) },
    after: [
      `${ends(mail.expires_at)}. If it was not you, leave it alone: without the link nobody can sign up.`,
    ],
  }),
  signup_known: () => ({
    subject: 'You have signed up already',
    before: [
      'Hello,',
      'somebody, perhaps you, wanted to sign up with this address. It belongs to you already, so nothing was changed: sign in as you always do.',
      'If you forgot the password, ask for a new one: tenantctl auth password reset',
    ],
    link: null,
    after: [],
  }),
  password_reset: (mail, link) => ({
    subject: 'Set a new password',
    before: ['Hello,', 'somebody, we hope you, asked for a new password for this address.'],
    link: { label: 'Set a new password', url: link('/reset', mail.secret) },
    after: [`${ends(mail.expires_at)}. If it was not you, leave it alone: your password stays as it is.`],
  }),
  email_change: (mail, link) => ({
    subject: 'Confirm your new address',
    before: [
      'Hello,',
      mail.email === undefined
        ? 'this address is to become the one that you sign in with.'
        : `${quoted(mail.email)} is to become the address that you sign in with.`,
    ],
    link: { label: 'Confirm the address', url: link('/confirm-email', mail.secret) },
    after: [`${ends(mail.expires_at)}. If it was not you, leave it alone: nothing changes.`],
  }),
  managed_accounts_guide: (mail) => ({
    subject: `Managed accounts are open to ${quoted(mail.account_name)}`,
    before: [
      'Hello,',
      `the account ${quoted(mail.account_name)} can now create managed accounts: complete accounts of their own, with a plan and a bill each, that you administer from outside.`,
      'How to begin:',
      `tenantctl accounts create --help    how to create one with ${unlinked(oneLine(mail.account_slug))} as its master`,
      `tenantctl accounts tree ${unlinked(oneLine(mail.account_slug))}    what hangs below the account`,
      'Nobody in a managed account gets anything of yours, and managed accounts know nothing of each other.',
    ],
    link: null,
    after: [],
  }),
  notice: (mail) => ({
    subject: unlinked(oneLine(mail.subject)),
    before: mail.text.split(/\r\n|\r|\n/).flatMap((line) => {
      const plain = unlinked(oneLine(line, 2000));
      return plain === '' ? [] : [plain];
    }),
    link: null,
    after: [],
  }),
};

/** What must be there for a kind; a payload without it was written by another version of this server. */
const needed: { readonly [Kind in MailKind]: readonly (keyof MailPayloads[Kind] & string)[] } = {
  invite: ['secret', 'account_name', 'role', 'expires_at'],
  sub_invite: ['secret', 'umbrella', 'link', 'expires_at'],
  signup: ['secret'],
  signup_known: [],
  password_reset: ['secret'],
  email_change: ['secret'],
  managed_accounts_guide: ['account_name', 'account_slug'],
  notice: ['subject', 'text'],
};

function isKind(kind: string): kind is MailKind {
  return Object.hasOwn(templates, kind);
}

/** Absent and null are one in a stored payload. */
function withNulls(payload: DueMail['payload']): Record<string, string | null> {
  return { inviter: null, first_name: null, invitee: null, ...payload };
}

function letterOf(mail: Pick<DueMail, 'kind' | 'payload'>, link: Links): Letter {
  const { kind } = mail;
  if (!isKind(kind)) throw new Error(`there is no template for mail of kind ${oneLine(kind)}`);
  for (const name of needed[kind]) {
    if (typeof mail.payload[name] !== 'string') throw new Error(`mail of kind ${kind} lacks ${name}`);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `needed` was checked; kind and row cannot be tied
  const template = templates[kind] as (payload: Record<string, string | null>, link: Links) => Letter;
  return template(withNulls(mail.payload), link);
}

const signature = 'Sent by the tenancy service because somebody named this address there.';

function textOf({ before, link, after }: Letter): string {
  return `${[...before, ...(link === null ? [] : [link.url]), ...after, `-- \n${signature}`].join('\n\n')}\n`;
}

function htmlOf({ subject, before, link, after }: Letter): string {
  const paragraphs = (lines: readonly string[]) => lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('');
  const url = link === null ? '' : escapeHtml(link.url);
  const anchor = link === null ? '' : `<p><a href="${url}">${escapeHtml(link.label)}</a></p><p>${url}</p>`;
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(subject)}</title>` +
    `<body style="font:16px/1.5 sans-serif">${paragraphs(before)}${anchor}${paragraphs(after)}` +
    `<p><small>${escapeHtml(signature)}</small></p></body></html>`
  );
}

/**
 * Makes the mail from what the outbox holds. Links come from `publicUrl` alone (D20); everything else in the
 * body is text that nothing makes a link of. Throws when the kind is unknown or its payload incomplete.
 * @param publicUrl without a trailing slash
 */
export function renderMail(
  mail: Pick<DueMail, 'id' | 'kind' | 'recipient' | 'payload'>,
  publicUrl: string,
): RenderedMail {
  const letter = letterOf(mail, (path, secret) => `${publicUrl}${path}?secret=${encodeURIComponent(secret)}`);
  return {
    id: mail.id,
    to: mail.recipient,
    subject: letter.subject,
    text: textOf(letter),
    html: htmlOf(letter),
    messageId: `<${mail.id}@${new URL(publicUrl).hostname.replaceAll(/[[\]]/g, '')}>`,
  };
}
