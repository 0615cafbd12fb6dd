import type { Context } from '../context.ts';
import type { PermissionSet } from '../contract/types.ts';
import { usageError } from '../errors.ts';

/** What is chosen by the name of a saved set, or flag by flag; both at once would have to be guessed at. */
const alternatives = ['role', 'modules', 'children', 'workspaces'] as const;

export const permissionSetFlag = {
  value: 'NAME',
  help: 'a saved permission set, as it is now, instead of --role, --modules, --children and --workspaces',
} as const;

/** The set that `--permission-set` names, read once; null without the flag. */
export async function chosenSet(
  ctx: Context,
  account: string,
  options: { readonly permissionSet?: string | undefined },
): Promise<PermissionSet | null> {
  const { permissionSet: name } = options;
  if (name === undefined) return null;
  const other = alternatives.find((flag) => Reflect.get(options, flag) !== undefined);
  if (other !== undefined) {
    throw usageError(`--permission-set and --${other} contradict each other`, { code: 'invalid_value' });
  }
  return await ctx.client().call('permission_sets.show', { params: { account, name } });
}
