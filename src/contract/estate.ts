import { z } from 'zod';
import { account } from './accounts.ts';
import { subscription } from './billing.ts';
import * as c from './common.ts';
import type { errorCodes } from './errors.ts';
import { form } from './forms.ts';
import { estateReadKinds, limits } from './limits.ts';
import { parser, promotionPath } from './parsers.ts';
import { invite, member } from './people.ts';
import { permissionSet } from './permission-sets.ts';
import { link } from './umbrella.ts';
import { workspace, workspaceMember } from './workspaces.ts';

export const estateReadKind = z.enum(estateReadKinds);

const part = <K extends (typeof estateReadKinds)[number], T extends z.ZodType>(kind: K, item: T) =>
  z.strictObject({ kind: z.literal(kind), item });

/** Who is no member any more and was not given back: the last of what happened to them. */
export const removal = z
  .strictObject({
    /** The receipt's. */
    id: c.id('receipt'),
    account_id: c.id('account'),
    email: z.string(),
    how: z.enum(['removed', 'left']),
    at: c.timestamp,
  })
  .meta({ id: 'EstateRemoval' });

/** Pending, expired or declined, with the slugs of what it names; what is gone is left out. */
export const estateInvite = invite
  .extend({
    children: permissionSet.shape.children,
    workspaces: permissionSet.shape.workspaces,
  })
  .meta({ id: 'EstateInvite' });

export const estateSubscription = subscription
  .pick({
    account_id: true,
    plan: true,
    price_cents: true,
    period_end: true,
    scheduled: true,
    revision: true,
  })
  .meta({ id: 'EstateSubscription' });

export const estatePath = promotionPath.extend({ account_id: c.id('account') }).meta({ id: 'EstatePath' });

export const estateParser = parser
  .pick({
    id: true,
    account_id: true,
    workspace: true,
    name: true,
    document_type: true,
    description: true,
    digest: true,
    secrets: true,
    revision: true,
  })
  .extend({
    /** Null for who may compare and copy it, and not read it: a master. */
    definition: parser.shape.definition.nullable(),
  })
  .meta({ id: 'EstateParserState' });

/** Of forms only the account's own: what others share with it is theirs. */
export const estateForm = form
  .pick({
    id: true,
    workspace: true,
    name: true,
    title: true,
    description: true,
    questions: true,
    revision: true,
  })
  .extend({ account_id: c.id('account') })
  .meta({ id: 'EstateFormState' });

/** Of an umbrella: links and invitations, also those that were declined or have ended. One that was revoked is left out. */
export const estateLink = link
  .pick({
    id: true,
    state: true,
    account: true,
    email: true,
    invitee: true,
    caps: true,
    revision: true,
  })
  .extend({ account_id: c.id('account') })
  .meta({ id: 'EstateLink' });

export const estateEntry = z
  .discriminatedUnion('kind', [
    part('account', account),
    part('subscription', estateSubscription),
    part('promotion_path', estatePath),
    part('workspace', workspace),
    part('permission_set', permissionSet),
    part('member', member),
    part('invite', estateInvite),
    part('removal', removal),
    part('workspace_member', workspaceMember),
    part('parser', estateParser),
    part('form', estateForm),
    part('link', estateLink),
  ])
  .meta({ id: 'EstateEntry' });

/** What of an account is not in the pages, because the caller may not read it. */
export const estateRefusal = z
  .strictObject({
    /** As it was asked for. */
    account: z.string(),
    /** `not_found`: also of what the caller may not know of. */
    code: z.enum(['not_found', 'forbidden', 'account_suspended'] satisfies (keyof typeof errorCodes)[]),
    kinds: z.array(estateReadKind),
  })
  .meta({ id: 'EstateRefusal' });

export const estate = {
  'estate.read': {
    query: c.pageQuery,
    body: z.strictObject({
      accounts: z.array(c.reference).min(1).max(limits.estateAccounts),
      kinds: z
        .array(estateReadKind)
        .min(1)
        .max(estateReadKinds.length)
        .default([...estateReadKinds]),
    }),
    /** In the order of kinds, then accounts. The same refusals stand on every page. */
    answer: c.pageOf(estateEntry).extend({ refused: z.array(estateRefusal) }),
  },
} as const;
