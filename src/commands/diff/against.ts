import type { Context } from '../../context.ts';
import { pruneKinds } from '../../contract/change-kinds.ts';
import { notFoundError, usageError } from '../../errors.ts';
import { type Difference, differenceFrom } from '../../estate/compare/difference.ts';
import { renamed, wantedOf } from '../../estate/compare/wanted-live.ts';
import { accountsBelow, type LiveEstate, readLive } from '../../estate/live/live.ts';
import type { Estate } from '../../estate/model.ts';
import { hereOf } from './here.ts';

interface Asked {
  readonly profile: string;
  /** By slug, here. */
  readonly accounts: readonly string[];
  /** HERE=THERE */
  readonly map: readonly string[];
}

/** What would make the accounts here of those that another profile reaches; they are matched by slug, or as they are mapped. */
export async function againstLive({ profile, accounts, map }: Asked, ctx: Context): Promise<Difference> {
  const there = ctx.as({ profile, account: undefined });
  const names = new Map(map.map(pairOf));
  // Both before anything is asked for: a profile that is not there ends the run, and must leave nothing under way.
  const [client, other] = [ctx.client(), there.client()];
  const own = accounts.length > 0 ? accounts : await accountsBelow(ctx.account(), { client });
  const theirs = new Map(own.map((slug) => [names.get(slug) ?? slug, slug]));
  const [here, far] = await ctx.out.wait(
    'Reading both',
    Promise.all([readLive(own, { client }), readLive([...theirs.keys()], { client: other })]),
  );
  mustBeThere(here, 'here');
  mustBeThere(far, `with the profile ${profile}`);
  const wanted = placedAs(wantedOf(renamed(far.estate, theirs)), own);
  const choices = { prune: [...pruneKinds], renew_expired: true, reinvite: true };
  const asked = { wanted, files: [`profile ${profile}`], choices, here: hereOf(ctx) };
  return await differenceFrom(asked, here, { client });
}

/** Whom an account is managed by is compared only where its master is compared as well. */
function placedAs(wanted: Estate, own: readonly string[]): Estate {
  const accounts = wanted.accounts.map(({ master, ...account }) => ({
    ...account,
    ...(typeof master === 'string' && own.includes(master) && { master }),
  }));
  return { ...wanted, accounts };
}

function pairOf(text: string): [here: string, there: string] {
  const [here = '', there = '', ...more] = text.split('=');
  if (here !== '' && there !== '' && more.length === 0) return [here, there];
  throw usageError(`--map ${text}: not HERE=THERE`, { code: 'invalid_value' });
}

function mustBeThere({ missing }: LiveEstate, where: string): void {
  const [first] = missing;
  if (first === undefined) return;
  throw notFoundError(`${first} is not there ${where}, or may not be seen`, {
    hint: 'name the accounts, and with --map those that are called otherwise there',
  });
}
