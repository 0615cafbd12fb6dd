import type { Context } from '../../context.ts';
import { workspaceRoles } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { each, tellEach } from '../each.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces members add',
  summary: 'Add members of the account to a workspace',
  about:
    'Only people who are members of the account already, by address or id; others are invited to the account first. Each role includes those before it: viewer, operator, developer, workspace_admin.',
  args: { person: { help: 'addresses or ids', rest: true } },
  flags: {
    role: {
      value: 'ROLE',
      choices: workspaceRoles,
      required: 'Which role',
      help: `their role in the workspace: ${workspaceRoles.join(', ')}`,
    },
  },
  examples: [
    'tenantctl workspaces members add ana@example.com ben@example.com --role operator --workspace ops',
    'tenantctl members list --role member -o id | xargs tenantctl workspaces members add --role viewer --workspace ops',
  ],
  operations: ['workspace_members.add'],
  next: 'tenantctl workspaces members list',
} as const satisfies VerbSpec;

export type MembersAddOptions = OptionsOf<typeof spec>;

export function addCommand(ctx: Context, run = addRun): Verb {
  return verb(spec, ctx, run);
}

export async function addRun({ person, role }: MembersAddOptions, ctx: Context): Promise<void> {
  const params = within(ctx);
  const done = await each(person, async (member) => {
    const { status } = await ctx
      .client()
      .exchange('workspace_members.add', { params, body: { member, role } });
    return { changed: status === 201 };
  });
  const word = `added to ${params.workspace} as ${role}`;
  await tellEach(ctx, done, { things: 'people', word, same: `is in ${params.workspace} as ${role} already` });
}
