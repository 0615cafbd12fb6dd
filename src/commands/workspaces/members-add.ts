import { accountOf, batchOperations, runFile, withFile } from '../../bulk/file-job.ts';
import { rulesFor } from '../../bulk/places.ts';
import type { Context } from '../../context.ts';
import { workspaceRoles } from '../../contract/limits.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { each, tellEach } from '../each.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces members add',
  summary: 'Add members of the account to a workspace',
  about:
    'Only people who are members of the account already, by address or id; others are invited to the account first. Each role includes those before it: viewer, operator, developer, workspace_admin. A file places many, in any workspaces of the account, and changes the role of those who are there as something else; the same command again, after whatever interruption, goes on where it stopped.',
  args: { person: { help: 'addresses or ids', rest: true, optional: true } },
  flags: {
    role: {
      value: 'ROLE',
      choices: workspaceRoles,
      help: `their role in the workspace: ${workspaceRoles.join(', ')}`,
    },
    csv: { value: 'FILE', help: 'rows with columns email, workspace and role; - is stdin; NDJSON too' },
    map: { value: 'FIELD=HEADING', repeat: true, help: 'which column is what: email=Mail' },
    report: { value: 'FILE', help: 'write what became of each row' },
    allowInvalid: { help: 'place the good rows of a file with bad ones' },
  },
  examples: [
    'tenantctl workspaces members add ana@example.com ben@example.com --role operator --workspace ops',
    'tenantctl members list --role member -o id | xargs tenantctl workspaces members add --role viewer --workspace ops',
    'tenantctl workspaces members add --csv places.csv --dry-run',
  ],
  operations: ['workspace_members.add', 'accounts.show', 'accounts.tree', ...batchOperations],
  next: 'tenantctl workspaces members list',
} as const satisfies VerbSpec;

export type MembersAddOptions = OptionsOf<typeof spec>;

export function addCommand(ctx: Context, run = addRun): Verb {
  return verb(spec, ctx, run);
}

export async function addRun(options: MembersAddOptions, ctx: Context): Promise<void> {
  const { person, csv } = options;
  if (csv !== undefined) {
    if (person.length > 0)
      throw usageError('people and --csv contradict each other', { code: 'invalid_value' });
    return await addMany({ ...options, csv }, ctx);
  }
  if (person.length === 0) {
    const hint = 'name addresses or ids, or a file with --csv FILE (- is stdin)';
    throw usageError('whom to add?', { code: 'missing_argument', hint });
  }
  const role = await roleOf(options, ctx);
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

/** A file may name the role in its rows; for people who are typed it is asked for. */
async function roleOf({ role }: MembersAddOptions, ctx: Context) {
  if (role !== undefined) return role;
  const choices = workspaceRoles.map((value) => ({ name: value, value }));
  return await ctx.prompt.select({ message: 'Which role', flag: '--role', choices });
}

async function addMany(options: MembersAddOptions & { readonly csv: string }, ctx: Context): Promise<void> {
  await withFile(ctx, 'workspace_members', options, async (source, report) => {
    const account = await accountOf(ctx);
    const workspace = ctx.workspace();
    const { role } = options;
    const defaults = { ...(workspace !== undefined && { workspace }), ...(role !== undefined && { role }) };
    const head = { kind: 'workspace_members', defaults } as const;
    const rules = await rulesFor(ctx.client(), account, source, head);
    await runFile({ ctx, account, head, source, report, options }, rules);
  });
}
