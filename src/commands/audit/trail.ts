import type { Context } from '../../context.ts';
import type { AuditEvent } from '../../contract/types.ts';
import type { FlagSpecs, FlagValues } from '../spec.ts';
import { timeFrom } from '../when.ts';

/** What every verb of the trail can be narrowed by. */
export const filters = {
  actor: { value: 'WHO', help: 'only what this one did: address or id' },
  action: { value: 'ACTION', help: 'only this action, such as members.remove' },
  target: { value: 'WHAT', help: 'only what was done to this: id or name' },
  platform: { help: 'the events of the platform instead (staff only)' },
} as const satisfies FlagSpecs;

export const times = {
  since: { value: 'WHEN', help: 'from then on: 30m, 12h, 7d, 2w ago, a day or an RFC 3339 time' },
  until: { value: 'WHEN', help: 'up to then, written alike' },
} as const satisfies FlagSpecs;

type Filters = FlagValues<typeof filters> & Partial<FlagValues<typeof times>>;

/** The events that match, newest first, of the account or of the platform. */
export function trail(options: Filters, ctx: Context, max?: number): AsyncIterable<AuditEvent> {
  const { actor, action, target, platform } = options;
  const now = ctx.world.clock.now();
  const time = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : timeFrom(flag, text, now);
  const query = {
    actor,
    action,
    target,
    since: time('--since', options.since),
    until: time('--until', options.until),
  };
  const client = ctx.client();
  return platform === true
    ? client.pages('audit.platform', { query }, max)
    : client.pages('audit.list', { params: { account: ctx.account() }, query }, max);
}
