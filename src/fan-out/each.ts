import { Lanes } from '../bulk/lanes.ts';
import type { TenantctlError } from '../errors.ts';
import type { Entry } from './entry.ts';
import type { Target } from './targets.ts';

export interface Job {
  readonly targets: readonly Target[];
  readonly parallel: number;
  /** Once true, nothing more is begun. */
  readonly enough: () => boolean;
  /** Never rejects. */
  readonly run: (target: Target) => Promise<Entry>;
}

/** Runs in each account, so many at a time. Gives what ended it early, if something did. */
export async function inEach({ targets, parallel, enough, run }: Job): Promise<TenantctlError | undefined> {
  const lanes = new Lanes(() => parallel);
  let streak = { code: '', length: 0 };
  let ended: TenantctlError | undefined;
  for (const target of targets) {
    if (!(await lanes.room()) || ended !== undefined || enough()) break;
    lanes.start(async () => {
      const { error } = await run(target);
      const code = error !== undefined && isOfTheRun(error) ? error.code : '';
      streak = { code, length: code === streak.code ? streak.length + 1 : 1 };
      // As many in a row as run at once: the next ones would only fail alike.
      const most = error?.outcome === 'auth' ? 1 : parallel;
      if (code !== '' && streak.length >= most) ended ??= error;
    });
  }
  await lanes.settled();
  lanes.check();
  return ended;
}

/**
 * A failure that is not about one account: an outage, a refused credential, a flag that makes no sense. What the
 * server calls bad input has a status, and may be right for another account.
 */
export function isOfTheRun({ outcome, status }: TenantctlError): boolean {
  if (outcome === 'auth' || outcome === 'temporary' || outcome === 'confirmation') return true;
  return outcome === 'usage' && status === undefined;
}
