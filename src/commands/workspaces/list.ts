import { remembered } from '../../config/names.ts';
import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { workspaceColumns } from './columns.ts';

const spec = {
  path: 'workspaces list',
  summary: 'List the workspaces of an account',
  about: 'Administrators see all of them, everybody else those that they were added to.',
  flags: { q: { value: 'TEXT', help: 'only those whose name or slug has this text' } },
  examples: ['tenantctl workspaces list --account acme', 'tenantctl workspaces list --json | jq -r .[].slug'],
  operations: ['workspaces.list'],
  fanOut: true,
  next: 'tenantctl workspaces show WORKSPACE',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun({ q }: ListOptions, ctx: Context): Promise<void> {
  const account = ctx.account();
  const rows = ctx.client().pages('workspaces.list', { params: { account }, query: { q } }, ctx.max());
  const empty = `No workspace that you were added to. Try: tenantctl accounts show ${account}`;
  const whole = q === undefined && ctx.max() === undefined;
  const known = remembered(ctx.config(), { kind: `workspaces of ${account}`, whole }, rows);
  await ctx.out.list(workspaceColumns, known, ctx.listing(empty));
}
