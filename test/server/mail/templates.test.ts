import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoted, unlinked } from '../../../src/server/mail/plain-names.ts';
import { smtpTransport } from '../../../src/server/mail/smtp.ts';
import { type RenderedMail, renderMail } from '../../../src/server/mail/templates.ts';
import { startSmtp } from './smtp-server.ts';

const URL_ = 'https://tenancy.example/base';
const invite = {
  secret: 'tctl_inv_abc',
  account_name: 'Acme',
  inviter: 'The Boss',
  role: 'billing_admin',
  expires_at: '2026-03-09T09:00:00.000Z',
  first_name: 'Ana',
};

function render(kind: string, payload: Record<string, string | null>): RenderedMail {
  return renderMail({ id: 'mai_1', kind, recipient: 'ana@x.example', payload }, URL_);
}

/** What a mail program may make a link of by itself: schemes, `//`, domains, addresses. */
const LINKABLE =
  /:\/|\/\/|\\\\|\p{L}:[\p{L}\p{N}]|[\p{L}\p{N}][.\u3002\uff0e\uff61][\p{L}\p{N}]|[\p{L}\p{N}]@|@[\p{L}\p{N}]/u;

/** The mail without our own link, the Message-ID and the markup that we write. */
function withoutOurs(text: string): string {
  return text.replaceAll(/https:\/\/tenancy\.example\/base\/[\w-]+\?secret=\w+/g, '');
}

describe('mail templates', () => {
  it('an invitation says who, what, as what and until when, with one link, and as text and HTML', () => {
    const mail = render('invite', invite);
    expect(mail).toMatchObject({
      to: 'ana@x.example',
      subject: 'Invitation to “Acme”',
      messageId: '<mai_1@tenancy.example>',
    });
    expect(mail.text).toContain('Hello Ana,');
    expect(mail.text).toContain('invited by “The Boss” to join the account “Acme” as billing administrator.');
    expect(mail.text).toContain('\n\nhttps://tenancy.example/base/accept?secret=tctl_inv_abc\n\n');
    expect(mail.text).toContain('valid until 2026-03-09 09:00 UTC');
    expect([...mail.html.matchAll(/href="([^"]*)"/g)].map((match) => match[1])).toEqual([
      'https://tenancy.example/base/accept?secret=tctl_inv_abc',
    ]);
  });

  it.each([
    ['signup', { secret: 's' }, '/signup?secret=s'],
    ['signup', { secret: 's', expires_at: '2026-03-09T09:00:00.000Z' }, 'until 2026-03-09 09:00 UTC'],
    ['signup_known', {}, 'You have signed up already'],
    ['password_reset', { secret: 's' }, '/reset?secret=s'],
    ['email_change', { secret: 's', email: 'new@x.example' }, '/confirm-email?secret=s'],
    [
      'managed_accounts_guide',
      { account_name: 'Acme', account_slug: 'acme' },
      'tenantctl accounts tree acme',
    ],
    ['notice', { subject: 'Told', text: 'one\r\n\r\ntwo' }, 'one\n\ntwo'],
  ])('%s', (kind, payload, said) => {
    const mail = render(kind, payload);
    expect(`${mail.subject}\n${mail.text}`).toContain(said);
    expect(withoutOurs(mail.text)).not.toMatch(LINKABLE);
  });

  it('T19: a name that is a URL, an address, markup or a header stays text in subject, text and HTML', () => {
    for (const name of [
      'http://evil.example/x',
      'HTTPS:\\\\evil.example',
      'evil.example',
      'evil。example',
      'www.evil.example',
      'mailto:x@evil.example',
      'javascript:alert(1)',
      '//evil.example',
      'Click <a href="http://evil.example">here</a>',
      'Acme\r\nBcc: everybody@evil.example',
      'Acme\u202egpj.exe\u2066',
      'ev\u200bil.exam\u00adple',
      'x'.repeat(10_000),
    ]) {
      const mail = render('invite', { ...invite, account_name: name, inviter: name, first_name: name });
      expect(mail.subject).not.toMatch(/[\r\n\p{Cf}]/u);
      expect(mail.subject.length).toBeLessThan(200);
      expect(withoutOurs(mail.text)).not.toMatch(LINKABLE);
      expect(mail.text).not.toMatch(/\p{Cf}/u);
      expect([...mail.html.matchAll(/<a /g)]).toHaveLength(1);
      expect(mail.html).not.toContain('<a href="http://evil');
    }
    expect(quoted('Say "hi"')).toBe('“Say ’hi’”');
    expect(unlinked('Acme Inc. and St. Mary v2 at 5%')).toBe('Acme Inc. and St. Mary v2 at 5%');
    expect(unlinked('ana@x.io')).toBe('ana @ x .io');
  });

  it('whatever the names are, the only link is ours, and no line of the head is theirs', () => {
    const piece = fc.constantFrom(
      'http',
      ':',
      '/',
      '//',
      '.',
      'com',
      '@',
      '\r\n',
      '\u202e',
      '\u200d',
      '<',
      '>',
      '&',
      '"',
      'a',
      ' ',
      '。',
      '．',
      '＠',
      '\\',
      '\ud800',
    );
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(piece, { maxLength: 20 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(name, name, name, (account_name, inviter, first_name) => {
        const mail = render('invite', { ...invite, account_name, inviter, first_name });
        expect(withoutOurs(mail.text)).not.toMatch(LINKABLE);
        expect(mail.subject).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect([...mail.html.matchAll(/<[a-z!/]/g)]).toHaveLength(
          [...render('invite', invite).html.matchAll(/<[a-z!/]/g)].length,
        );
        expect(mail.html.isWellFormed()).toBe(true);
      }),
      {
        examples: [
          ['///x', '', ''],
          [String.raw`\\\x`, '', ''],
        ],
      },
    );
  });

  it('a hostile name does not reach the head of a mail that really leaves', async () => {
    const server = await startSmtp();
    const transport = smtpTransport({ url: server.url, from: 'a@b.example' });
    await transport.send(render('notice', { subject: 'Hi\r\nBcc: x@evil.example\r\n\r\nbody', text: 'x' }));
    await transport.close();
    await server.close();
    const head = server.delivered[0]?.raw.split('\r\n\r\n')[0] ?? '';
    expect(head).not.toMatch(/^bcc:/im);
    expect(server.delivered[0]?.to).toEqual(['ana@x.example']);
  });

  it('an unknown kind and an incomplete payload are errors that name what is missing', () => {
    expect(() => render('pigeon', {})).toThrow('there is no template for mail of kind pigeon');
    expect(() => render('toString', {})).toThrow('there is no template');
    expect(() => render('invite', { ...invite, account_name: null })).toThrow(
      'mail of kind invite lacks account_name',
    );
  });
});
