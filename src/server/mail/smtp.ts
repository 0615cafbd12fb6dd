import { maskTokensIn } from '../../contract/token.ts';
import { DeliveryError, type Trouble } from '../delivery/delivery-error.ts';
import { oneLine } from './plain-names.ts';
import type { RenderedMail } from './templates.ts';
import type { SendingTransport } from './transport.ts';

export interface SmtpOptions {
  /** `smtp://user:password@host:587` or `smtps://host:465`. */
  readonly url: string;
  /** Address, or `Name <address>`. */
  readonly from: string;
  /** Connections at once; 5 when not given. */
  readonly connections?: number;
  /** Mails a second over all connections; 20 when not given. */
  readonly perSecond?: number;
  /** Milliseconds for each wait on the other side; 20,000 when not given. */
  readonly patience?: number;
}

const LONGEST_REASON = 300;
/** Of a whole mail, for servers that answer a byte at a time; in patiences. */
const WHOLE_MAIL = 3;

interface SmtpFailure {
  readonly code: string;
  /** Of a socket's error, what Node.js called it; of a timeout, which wait it was. */
  readonly detail: string;
  readonly command: string;
  readonly responseCode: number | null;
  readonly response: string;
}

function failureOf(error: unknown): SmtpFailure {
  const has = (name: string): unknown =>
    typeof error === 'object' && error !== null && name in error ? Reflect.get(error, name) : undefined;
  const text = (name: string): string | undefined => {
    const value = has(name);
    return typeof value === 'string' ? value : undefined;
  };
  const responseCode = has('responseCode');
  return {
    code: text('code') ?? '',
    detail: text('timeoutType') ?? text('originalCode') ?? '',
    command: text('command') ?? '',
    responseCode: typeof responseCode === 'number' ? responseCode : null,
    response: text('response') ?? (error instanceof Error ? error.message : String(error)),
  };
}

/** Of these phases a refusal is about the mail; before them it is about us, and an operator can put it right. */
const ABOUT_THE_MAIL = /^(?:RCPT TO|DATA)/;

/** Nodemailer does not tell how far it had come when the connection went. */
function isCut(code: string, detail: string): boolean {
  if (code === 'ETIMEDOUT') return detail === 'SOCKET_TIMEOUT';
  return code === 'ECONNECTION' || (code === 'ESOCKET' && /^(?:ECONNRESET|EPIPE)$/.test(detail));
}

function troubleOf({ code, detail, command, responseCode }: SmtpFailure): Trouble {
  // Nodemailer found no address that it would send to, and asked nobody.
  if (code === 'EENVELOPE' && responseCode === null) return 'refused';
  if (code === 'EENVELOPE' || code === 'EMESSAGE') {
    // 503 says that the session was out of step, 421 that the server goes away.
    if (responseCode === null || responseCode === 421 || responseCode === 503) return 'later';
    if (responseCode >= 500 && (code === 'EMESSAGE' || ABOUT_THE_MAIL.test(command))) return 'refused';
    return 'later';
  }
  return isCut(code, detail) ? 'cut' : 'outage';
}

function deliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const failure = failureOf(error);
  const reason = maskTokensIn(oneLine(failure.response, LONGEST_REASON)) || failure.code || 'no reason given';
  return new DeliveryError(troubleOf(failure), reason, error);
}

async function connect(options: SmtpOptions, lanes: number, patience: number) {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    url: options.url,
    pool: true,
    maxConnections: lanes,
    rateDelta: 1000,
    rateLimit: options.perSecond ?? 20,
    // Whether to try again is decided here, where it is written down.
    maxRequeues: 0,
    connectionTimeout: patience,
    greetingTimeout: patience,
    dnsTimeout: patience,
    // Longer than the others, so that a timeout tells which wait it was.
    socketTimeout: patience * 1.5,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** Rejects after a time; what it waited for may still come, and is then of no interest. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new DeliveryError('cut', `the mail server did not finish within ${milliseconds / 1000} s`);
    timer = setTimeout(() => reject(error), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Mail over SMTP, with pooled connections and paced; connects when the first mail wants to leave. */
export function smtpTransport(options: SmtpOptions): SendingTransport {
  const lanes = options.connections ?? 5;
  const patience = options.patience ?? 20_000;
  let connecting: ReturnType<typeof connect> | null = null;

  const deliver = async (mail: RenderedMail): Promise<void> => {
    connecting ??= connect(options, lanes, patience);
    const transporter = await connecting;
    await transporter.sendMail({
      from: options.from,
      // As an object it is one address, whatever is in it.
      to: { name: '', address: mail.to },
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      messageId: mail.messageId,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    });
  };

  return {
    kind: 'smtp',
    lanes,
    send: (mail) =>
      within(patience * WHOLE_MAIL, deliver(mail)).catch((error: unknown) =>
        Promise.reject(deliveryError(error)),
      ),
    close: async () => {
      if (connecting !== null) (await connecting).close();
    },
  };
}
