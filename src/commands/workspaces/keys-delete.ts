import type { Context } from '../../context.ts';
import { idPattern } from '../../contract/ids.ts';
import type { WorkspaceKey } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { asTyped, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces keys delete',
  summary: 'Delete a key: it stops working at once',
  args: { key: { help: 'its id (tok_...), never its secret' } },
  examples: [
    'tenantctl workspaces keys delete tok_01jq8m5v0xdn2k7y3c9r6w4hbz --workspace ops',
    'tenantctl workspaces keys delete tok_01jq8m5v0xdn2k7y3c9r6w4hbz --yes --json',
  ],
  operations: ['workspace_keys.list', 'workspace_keys.delete'],
  next: 'tenantctl workspaces keys list',
} as const satisfies VerbSpec;

export type KeysDeleteOptions = OptionsOf<typeof spec>;

export function deleteCommand(ctx: Context, run = deleteRun): Verb {
  return verb(spec, ctx, run);
}

export async function deleteRun({ key: id }: KeysDeleteOptions, ctx: Context): Promise<void> {
  checkId(id);
  const client = ctx.client();
  const params = within(ctx);
  const found = await findKey(id, ctx);
  const name = found?.name ?? id;
  if (ctx.flags.dryRun !== true && found?.state !== 'revoked') {
    const { account, workspace } = params;
    await ctx.confirmed({
      weight: 'yes',
      what: `delete the key ${name} of the workspace ${workspace} of ${account}`,
      consequences: [
        'whatever uses it is refused from then on; it cannot be taken back',
        ...(found === undefined ? [] : [`last used: ${found.last_used_at ?? 'never'}`]),
      ],
      command: asTyped(
        ctx,
        `tenantctl workspaces keys delete ${id} --workspace ${workspace} --account ${account}`,
      ),
    });
  }
  const done = await client.call('workspace_keys.delete', { params: { ...params, key: id } });
  await tellChange(ctx, {
    value: done,
    changed: done.changed,
    done: `Deleted the key ${name}.`,
    already: `The key ${name} is deleted already.`,
  });
}

/** What is no id may be a secret, pasted by mistake: it is not repeated. */
function checkId(id: string): void {
  if (idPattern('token').test(id)) return;
  throw usageError('KEY is not the id of a key', {
    code: 'invalid_value',
    why: 'It begins with tok_; the secret, which begins with tctl_, is not needed.',
    hint: 'tenantctl workspaces keys list',
  });
}

/** Its id tells people nothing: its name and when it was last used do. */
async function findKey(id: string, ctx: Context): Promise<WorkspaceKey | undefined> {
  const keys = ctx.client().pages('workspace_keys.list', { params: within(ctx) });
  for await (const key of keys) if (key.id === id) return key;
  return undefined;
}
