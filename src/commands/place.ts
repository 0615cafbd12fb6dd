import type { Context } from '../context.ts';
import { usageError } from '../errors.ts';

/** A workspace of an account; without one its `default`. */
export interface Place {
  readonly account: string;
  readonly workspace: string | undefined;
}

/** What stands in a workspace: parsers and forms. */
export interface Named extends Place {
  readonly name: string;
}

/** `NAME`, in the place that this run works in, or `ACCOUNT[/WORKSPACE]/NAME`. */
export function namedAt(ctx: Context, text: string): Named {
  const parts = text.split('/');
  const [account = '', workspace] = parts;
  if (parts.includes('') || parts.length > 3)
    throw usageError(`${text}: not NAME, ACCOUNT/NAME or ACCOUNT/WORKSPACE/NAME`, { code: 'invalid_value' });
  if (parts.length === 1) return { ...placeOf(ctx), name: text };
  return { account, workspace: parts.length === 3 ? workspace : undefined, name: parts.at(-1) ?? '' };
}

/** The place that this run works in. */
export function placeOf(ctx: Context): Place {
  return { account: ctx.account(), workspace: ctx.workspace() };
}

/** `ACCOUNT[/WORKSPACE]`, as a flag names another place. */
export function placeFrom(flag: string, text: string): Place {
  const parts = text.split('/');
  const [account = '', workspace] = parts;
  if (parts.includes('') || parts.length > 2)
    throw usageError(`${flag} ${text}: not ACCOUNT or ACCOUNT/WORKSPACE`, { code: 'invalid_value' });
  return { account, workspace };
}

/** As it is typed again. */
export function placeText({ account, workspace }: Place): string {
  return workspace === undefined || workspace === 'default' ? account : `${account}/${workspace}`;
}
