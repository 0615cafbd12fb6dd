import type { FastifyRequest } from 'fastify';
import { type Answer, shapeOf } from '../../contract/shapes.ts';
import type { Handler } from '../domain/change.ts';
import { DomainError } from '../domain/errors.ts';
import type { Deps, Input } from '../domain/work.ts';

/** The operations behind the links in mail: each carries a secret of its own and needs no sign-in. */
export type PageOperation =
  | 'invites.preview'
  | 'invites.accept'
  | 'invites.decline'
  | 'umbrella_invites.preview'
  | 'umbrella_invites.decline'
  | 'auth.signup_finish'
  | 'auth.password_reset'
  | 'auth.email_confirm'
  | 'auth.logout';

export type PageHandlers = { readonly [Id in PageOperation]: Handler<Id> };

export interface Site {
  readonly deps: Deps;
  readonly handlers: PageHandlers;
}

/**
 * Does what the API's operation does, in process, without a credential of the browser's: so there is nothing that
 * another site could make a browser send along (CSRF). Throws DomainError as the operation does.
 */
export async function perform<Id extends PageOperation>(
  site: Site,
  request: FastifyRequest,
  id: Id,
  body: unknown,
  credential: string | null = null,
): Promise<Answer<Id>> {
  const shape = shapeOf(id).body;
  const parsed = shape === null ? null : shape.safeParse(body);
  if (parsed?.success === false) throw refusalOf(parsed.error);
  const handler: Handler<Id> = site.handlers[id];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operation's own schemas have just parsed it
  const input = { params: {}, query: {}, body: parsed?.data ?? {}, ip: request.ip } as Input<Id>;
  const call = { credential, idempotencyKey: null, requestHash: '', requestId: request.id, dryRun: false };
  const { answer } = await handler(site.deps, { ...input, expected: null, after: null }, call);
  return answer;
}

/** What the schema found wrong; a secret of the wrong form is an unknown one. */
function refusalOf(error: unknown): DomainError {
  const issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] =
    typeof error === 'object' && error !== null && 'issues' in error && Array.isArray(error.issues)
      ? error.issues
      : [];
  if (issues.some((issue) => issue.path[0] === 'secret')) {
    return new DomainError('invalid_secret', 'This link is not valid. Perhaps a part of it was cut off.');
  }
  const errors = issues.map((issue) => ({
    pointer: `/${issue.path.map(String).join('/')}`,
    detail: issue.message,
  }));
  const [first] = errors;
  return new DomainError(
    'invalid_request',
    `${first?.pointer.slice(1) ?? 'the form'} ${first?.detail ?? ''}`,
    { errors },
  );
}
