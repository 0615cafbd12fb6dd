import { z } from 'zod';
import { type IdKind, idPattern, idPrefixes } from './ids.ts';
import { accountKinds, accountRoles, copyOutChoices, limits, modules, workspaceRoles } from './limits.ts';

export const id = (kind: IdKind) =>
  z.string().regex(idPattern(kind), `must be an id such as ${idPrefixes[kind]}_…`);

/** An id or a slug in a path or a body; which one it is, the server finds out. */
export const reference = z.string().min(1).max(100);

/** 3 to 63 of a-z, 0-9 and inner hyphens; never looks like an id, for an id has an underscore. */
export const slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/, 'must be 3 to 63 of a-z, 0-9 and hyphens, not at the ends');

/** Of a permission set: like a slug, and one or two characters will do. */
export const setName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be 1 to 63 of a-z, 0-9 and hyphens, not at the ends',
  );

/** RFC 3339, UTC, milliseconds. */
export const timestamp = z.iso.datetime();
/** A day of the calendar in UTC, `2026-03-31`. */
export const day = z.iso.date();

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
const control = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
export const oneLine = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine(
      (text) => !control.test(text) && text.isWellFormed(),
      'must be one line without control characters',
    );

export const displayName = oneLine(200);
export const reason = oneLine(500);
/** Judged by the server (address.ts): the schema only bounds it. */
export const address = z.string().min(1).max(320);
export const password = z.string().max(1024);
export const secret = z.string().min(1).max(200);

export const accountKind = z.enum(accountKinds);
export const accountRole = z.enum(accountRoles);
export const module = z.enum(modules);
export const workspaceRole = z.enum(workspaceRoles);
/** Which plans there are, the catalogue says. */
export const planName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
    'must be 2 to 40 of a-z, 0-9 and hyphens, beginning with a letter',
  );
export const copyOut = z.enum(copyOutChoices);
export const moduleList = z.array(module).max(modules.length);
export const childList = z.array(reference).max(1000);
export const workspacePlace = z.strictObject({ workspace: reference, role: workspaceRole });
export const workspaceList = z.array(workspacePlace).max(100);

/** `env: staging` and the like; up to 32. */
export const labels = z
  .record(z.string().regex(/^[a-z][a-z0-9_.-]{0,62}$/), oneLine(100))
  .refine((map) => Object.keys(map).length <= 32, 'must be 32 labels at most');

/** Query strings carry text; a flag in one is `true` or `false`. */
export const queryFlag = z.enum(['true', 'false']).transform((text) => text === 'true');
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(limits.pageMax).default(limits.pageDefault),
  cursor: z.string().max(1000).optional(),
});
export const searchText = z.string().min(1).max(200);

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ data: z.array(item), next_cursor: z.string().nullable() });

export const empty = z.strictObject({});
/** D9: repeating what is already so answers `changed: false`. */
export const changed = z.strictObject({ changed: z.boolean() });

/** A link of the chain that `decide` walked: why something is allowed or not. */
export const accessReason = z
  .strictObject({ check: z.string(), ok: z.boolean(), text: z.string() })
  .meta({ id: 'AccessReason' });

/** RFC 9457, with this API's members. */
export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    request_id: z.string(),
    errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).optional(),
    reasons: z.array(accessReason).optional(),
    blockers: z.array(z.strictObject({ kind: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

export type AccessReason = z.infer<typeof accessReason>;
export type Problem = z.infer<typeof problem>;
