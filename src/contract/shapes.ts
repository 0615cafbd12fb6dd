import type { z } from 'zod';
import { access } from './access.ts';
import { accounts } from './accounts.ts';
import { auth } from './auth.ts';
import { batches } from './batches.ts';
import { billing } from './billing.ts';
import { empty, queryFlag } from './common.ts';
import { contacts } from './contacts.ts';
import { creditShapes } from './credits.ts';
import { delegations } from './delegations.ts';
import { estate } from './estate.ts';
import { forms } from './forms.ts';
import { type OperationId, operationOf } from './operations.ts';
import { parsers } from './parsers.ts';
import { people } from './people.ts';
import { permissionSets } from './permission-sets.ts';
import { receipts } from './receipts.ts';
import { records } from './records.ts';
import { umbrella } from './umbrella.ts';
import { workspaces } from './workspaces.ts';

/** What goes in and comes out of an operation; a part that is not named is empty. */
export interface Shape {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
}

/** Every operation has its shape: leaving one out does not compile. */
export const shapes = {
  ...auth,
  ...accounts,
  ...access,
  ...delegations,
  ...people,
  ...umbrella,
  ...billing,
  ...creditShapes,
  ...parsers,
  ...forms,
  ...workspaces,
  ...permissionSets,
  ...receipts,
  ...records,
  ...batches,
  ...contacts,
  ...estate,
} as const satisfies Record<OperationId, Shape>;

type Part<Id extends OperationId, Name extends 'params' | 'query' | 'body'> = (typeof shapes)[Id] extends {
  readonly [K in Name]: infer Schema extends z.ZodType;
}
  ? Schema
  : z.ZodObject<Record<never, never>>;

/** Types as a caller writes them (`Input`) and as the server reads them, defaults filled in (`Output`). */
export type Params<Id extends OperationId> = z.output<Part<Id, 'params'>>;
export type QueryInput<Id extends OperationId> = z.input<Part<Id, 'query'>>;
export type Query<Id extends OperationId> = z.output<Part<Id, 'query'>>;
export type BodyInput<Id extends OperationId> = z.input<Part<Id, 'body'>>;
export type Body<Id extends OperationId> = z.output<Part<Id, 'body'>>;
export type Answer<Id extends OperationId> = z.output<(typeof shapes)[Id]['answer']>;
/** The item of a list's page. */
export type Item<Id extends OperationId> =
  Answer<Id> extends { data: (infer T)[]; next_cursor: string | null } ? T : never;
/** Operations that answer with a page. */
export type ListId = { [Id in OperationId]: Item<Id> extends never ? never : Id }[OperationId];

export interface CompleteShape {
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | null;
  readonly answer: z.ZodType;
}

/** The shape of an operation with nothing left open: `dry_run` is part of the query where the table says so. */
export function shapeOf(id: OperationId): CompleteShape {
  const shape: Shape = shapes[id];
  const query = shape.query ?? empty;
  return {
    params: shape.params ?? empty,
    query: operationOf(id).dry_run ? query.extend({ dry_run: queryFlag.optional() }) : query,
    body: shape.body ?? null,
    answer: shape.answer,
  };
}

/** Path parameters of an operation, in order. */
export function pathParams(id: OperationId): string[] {
  return [...operationOf(id).path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
}
