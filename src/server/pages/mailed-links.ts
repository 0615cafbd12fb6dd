import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OperationId } from '../../contract/operations.ts';
import { DomainError } from '../domain/errors.ts';
import { toDomainError } from '../http/problem.ts';
import { answerInvitation, showInvitation } from './accept.ts';
import { sendPage } from './layout.ts';
import { confirmEmail, type LinkPage, reset, signup } from './people.ts';
import type { PageOperation, Site } from './perform.ts';
import { refusalPage } from './refusal.ts';
import { umbrellaInvitation } from './umbrella.ts';

export interface PagesOptions extends Site {
  readonly limit: (id: OperationId, request: FastifyRequest, reply: FastifyReply) => void;
}

/** The paths that mail points at (mail/templates.ts), and the operation that each is limited like. */
const pages: readonly { readonly path: string; readonly like: PageOperation; readonly page: LinkPage }[] = [
  { path: '/accept', like: 'invites.accept', page: { show: showInvitation, submit: answerInvitation } },
  { path: '/umbrella', like: 'umbrella_invites.decline', page: umbrellaInvitation },
  { path: '/signup', like: 'auth.signup_finish', page: signup },
  { path: '/reset', like: 'auth.password_reset', page: reset },
  { path: '/confirm-email', like: 'auth.email_confirm', page: confirmEmail },
];

const FORM_BYTES = 16 * 1024;

function secretIn(query: unknown): string {
  const secret = typeof query === 'object' && query !== null && 'secret' in query ? query.secret : undefined;
  return typeof secret === 'string' ? secret : '';
}

function sendRefusal(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const known = toDomainError(error);
  if (known.code === 'internal') request.log.error({ err: known.trouble.cause ?? known }, 'failed');
  if (known.trouble.retryAfter !== undefined) reply.header('retry-after', String(known.trouble.retryAfter));
  return sendPage(reply, refusalPage(known));
}

/**
 * The pages behind the links in mail: plain HTML without scripts. Looking changes nothing (T22: mail scanners open
 * links), only a form's POST does; forms are understood on these routes and nowhere else.
 */
export function mailedLinks(app: FastifyInstance, options: PagesOptions): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    const form = { parseAs: 'string', bodyLimit: FORM_BYTES } as const;
    scope.addContentTypeParser<string>('application/x-www-form-urlencoded', form, (_request, text, done) => {
      done(null, new URLSearchParams(text));
    });
    scope.setErrorHandler((error, request, reply) => sendRefusal(request, reply, error));
    for (const { path, like, page } of pages) {
      const onRequest = async (request: FastifyRequest, reply: FastifyReply) =>
        options.limit(like, request, reply);
      scope.get(path, { onRequest }, async (request, reply) =>
        sendPage(reply, await page.show(options, request, secretIn(request.query))),
      );
      scope.post(path, { onRequest }, async (request, reply) => {
        if (!(request.body instanceof URLSearchParams)) {
          throw new DomainError(
            'unsupported_media_type',
            'This page takes what its own form sends, and nothing else.',
          );
        }
        return sendPage(reply, await page.submit(options, request, request.body));
      });
    }
  });
}
