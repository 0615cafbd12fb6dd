import type { Context } from '../../context.ts';
import { workspaceRoles } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { each, tellEach } from '../each.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces members update',
  summary: 'Change the role of members of a workspace',
  args: { person: { help: 'addresses or ids', rest: true } },
  flags: {
    role: {
      value: 'ROLE',
      choices: workspaceRoles,
      required: 'Which role',
      help: `their new role in the workspace: ${workspaceRoles.join(', ')}`,
    },
  },
  examples: [
    'tenantctl workspaces members update ana@example.com --role developer --workspace ops',
    'tenantctl workspaces members update ana@example.com ben@example.com --role viewer --json',
  ],
  operations: ['workspace_members.list', 'workspace_members.update'],
  next: 'tenantctl workspaces members list',
} as const satisfies VerbSpec;

export type MembersUpdateOptions = OptionsOf<typeof spec>;

export function updateCommand(ctx: Context, run = updateRun): Verb {
  return verb(spec, ctx, run);
}

export async function updateRun({ person, role }: MembersUpdateOptions, ctx: Context): Promise<void> {
  const params = within(ctx);
  const client = ctx.client();
  const before = new Map<string, number>();
  for await (const { id, revision } of client.pages('workspace_members.list', { params }))
    before.set(id, revision);
  const done = await each(person, async (member) => {
    const after = await client.call('workspace_members.update', {
      params: { ...params, member },
      body: { role },
    });
    return { changed: after.revision !== before.get(after.id) };
  });
  await tellEach(ctx, done, { things: 'people', word: `changed to ${role}`, same: `is ${role} already` });
}
