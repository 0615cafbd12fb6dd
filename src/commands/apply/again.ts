import type { Context } from '../../context.ts';
import { quoted } from '../../output/text.ts';
import type { ApplyOptions } from './apply.ts';

/** The command that goes on where this one ended: what was typed, as a shell takes it. */
export function againOf(ctx: Context, sources: readonly string[], options: ApplyOptions): string {
  if (sources.includes('-')) return 'the same command again, with the same input';
  const words = ['tenantctl apply', ...sources.map(quoted)];
  const flag = (name: string, value: string | number | undefined) => {
    if (value !== undefined) words.push(name, quoted(String(value)));
  };
  const toggle = (name: string, given: true | undefined) => {
    if (given === true) words.push(name);
  };
  for (const one of options.var ?? []) flag('--var', one);
  if (options.prune !== undefined) flag('--prune', options.prune.join(','));
  flag('--max-deletes', options.maxDeletes);
  flag('--max-share', options.maxShare);
  toggle('--renew-expired', options.renewExpired);
  toggle('--reinvite', options.reinvite);
  toggle('--skip-conflicts', options.skipConflicts);
  flag('--parallel', options.parallel);
  flag('--account', ctx.flags.account);
  flag('--profile', ctx.flags.profile);
  toggle('--yes', ctx.flags.yes);
  flag('--confirm', ctx.flags.confirm);
  return words.join(' ');
}
