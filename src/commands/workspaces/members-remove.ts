import type { Context } from '../../context.ts';
import { asTyped, counted } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { each, tellEach } from '../each.ts';
import { within } from './within.ts';

const spec = {
  path: 'workspaces members remove',
  summary: 'Remove members from a workspace, or leave it yourself',
  about:
    'They stay members of the account and of its other workspaces, and what they made stays. Anybody may take themselves out.',
  args: { person: { help: 'addresses or ids', rest: true } },
  examples: [
    'tenantctl workspaces members remove ana@example.com --workspace ops',
    'tenantctl workspaces members remove ana@example.com ben@example.com --workspace ops --yes --json',
  ],
  operations: ['workspace_members.remove'],
  next: 'tenantctl workspaces members list',
} as const satisfies VerbSpec;

export type MembersRemoveOptions = OptionsOf<typeof spec>;

export function removeCommand(ctx: Context, run = removeRun): Verb {
  return verb(spec, ctx, run);
}

const SHOWN = 10;

export async function removeRun({ person }: MembersRemoveOptions, ctx: Context): Promise<void> {
  const params = within(ctx);
  const { account, workspace } = params;
  if (ctx.flags.dryRun !== true) {
    const more = person.length - SHOWN;
    const names = person.length <= SHOWN ? person.join(' ') : 'PERSON...';
    await ctx.confirmed({
      weight: 'yes',
      what: `take ${counted(person.length, 'person', 'people')} out of the workspace ${workspace} of ${account}`,
      consequences: [...person.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])],
      command: asTyped(
        ctx,
        `tenantctl workspaces members remove ${names} --workspace ${workspace} --account ${account}`,
      ),
    });
  }
  const done = await each(person, (member) =>
    ctx.client().call('workspace_members.remove', { params: { ...params, member } }),
  );
  await tellEach(ctx, done, {
    things: 'people',
    word: `removed from ${workspace}`,
    same: `is not in ${workspace}`,
  });
}
