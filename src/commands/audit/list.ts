import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { auditColumns } from './columns.ts';
import { filters, times, trail } from './trail.ts';

const spec = {
  path: 'audit list',
  summary: 'List who did what in an account, and when',
  about: 'Newest first. What exactly changed, before and after, is in --json.',
  flags: { ...filters, ...times },
  examples: [
    'tenantctl audit list --account acme --since 7d',
    'tenantctl audit list --action members.remove --actor ana@example.com --json',
    'tenantctl audit list --platform --since 2026-03-01 --profile staff -o ndjson',
  ],
  operations: ['audit.list', 'audit.platform'],
  fanOut: { without: ['platform'] },
  next: 'tenantctl members show MEMBER',
} as const satisfies VerbSpec;

export type ListOptions = OptionsOf<typeof spec>;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

export async function listRun(options: ListOptions, ctx: Context): Promise<void> {
  const rows = trail(options, ctx, ctx.max());
  const empty = 'Nothing was done that matches. Try: tenantctl audit list --since 2w';
  await ctx.out.list(auditColumns, rows, ctx.listing(empty));
}
