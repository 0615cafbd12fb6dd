import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { timeFrom } from '../when.ts';
import { auditColumns } from './columns.ts';

const spec = {
  path: 'audit list',
  summary: 'List who did what in an account, and when',
  about: 'Newest first. What exactly changed, before and after, is in --json.',
  flags: {
    actor: { value: 'WHO', help: 'only what this one did: address or id' },
    action: { value: 'ACTION', help: 'only this action, such as members.remove' },
    target: { value: 'WHAT', help: 'only what was done to this: id or name' },
    since: { value: 'WHEN', help: 'from then on: 30m, 12h, 7d, 2w ago, a day or an RFC 3339 time' },
    until: { value: 'WHEN', help: 'up to then, written alike' },
    platform: { help: 'the events of the platform instead (staff only)' },
  },
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
  const { actor, action, target, platform } = options;
  const now = ctx.world.clock.now();
  const time = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : timeFrom(flag, text, now);
  const [since, until] = [time('--since', options.since), time('--until', options.until)];
  const query = { actor, action, target, since, until };
  const client = ctx.client();
  const rows =
    platform === true
      ? client.pages('audit.platform', { query }, ctx.max())
      : client.pages('audit.list', { params: { account: ctx.account() }, query }, ctx.max());
  const empty = 'Nothing was done that matches. Try: tenantctl audit list --since 2w';
  await ctx.out.list(auditColumns, rows, ctx.listing(empty));
}
