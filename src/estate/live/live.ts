import type { Client } from '../../client/client.ts';
import { type EstateReadKind, estateReadKinds, limits } from '../../contract/limits.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { EstateRefusal, Seats } from '../../contract/types.ts';
import { otherError } from '../../errors.ts';
import type { Estate } from '../model.ts';
import { LiveBuilder } from './live-entries.ts';

/** An estate as a server has it, with what is told of it beside. */
export interface LiveEstate {
  readonly estate: Estate;
  /** By slug of the account. */
  readonly costs: ReadonlyMap<string, LiveCosts>;
  /** By what was asked for: accounts that are not there, or may not be seen. */
  readonly missing: ReadonlySet<string>;
  /** What is there and may not be read, by slug or what was asked for. It is not the same as what is not there. */
  readonly withheld: ReadonlyMap<string, Withheld>;
  /** Slugs of the accounts that are reached as their master only, which works in none of their workspaces (R2). */
  readonly mastered: ReadonlySet<string>;
}

interface Withheld {
  readonly kinds: ReadonlySet<EstateReadKind>;
  readonly code: EstateRefusal['code'];
}

/** Seats and the monthly price, as far as they may be seen. */
export interface LiveCosts {
  readonly seats: Seats;
  readonly price_cents: number | null;
  /** That runs now; the estate has the one that a scheduled change leads to. */
  readonly plan: string;
}

export interface Reading {
  readonly client: Client;
  readonly signal?: AbortSignal | undefined;
}

/** Accounts of one question: enough for few questions, and few enough that several run beside each other. */
const PART = 100;
/** Questions under way at once. */
const LANES = 4;

/**
 * Reads accounts, by slug or id, with all that is in them. The requests grow with pages of a thousand things, not with
 * things; pages are taken apart as they come, and none is kept.
 */
export async function readLive(references: readonly string[], reading: Reading): Promise<LiveEstate> {
  const all = [...new Set(references)];
  const parts: string[][] = [];
  for (let from = 0; from < all.length; from += PART) parts.push(all.slice(from, from + PART));
  const builder = new LiveBuilder();
  const refusals = new Map<string, Map<EstateReadKind, EstateRefusal['code']>>();
  const lane = async () => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      for await (const page of pagesOf(part, reading)) {
        for (const entry of page.data) builder.add(entry);
        for (const { account, code, kinds } of page.refused) {
          const known = refusals.get(account) ?? new Map<EstateReadKind, EstateRefusal['code']>();
          refusals.set(account, known);
          for (const kind of kinds) known.set(kind, code);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, parts.length) }, lane));
  const codeOf = (codes: ReadonlyMap<EstateReadKind, EstateRefusal['code']>) => codes.get('account');
  const missing = [...refusals]
    .filter(([, codes]) => codeOf(codes) === 'not_found')
    .map(([account]) => account);
  const withheld = [...refusals]
    .filter(([account]) => !missing.includes(account))
    .map(([account, codes]) => {
      const [code = 'forbidden'] = codes.values();
      return [account, { kinds: new Set(codes.keys()), code }] as const;
    });
  return { ...builder.done(), missing: new Set(missing), withheld: new Map(withheld) };
}

async function* pagesOf(
  accounts: string[],
  { client, signal }: Reading,
): AsyncGenerator<Answer<'estate.read'>> {
  let cursor: string | undefined;
  do {
    const query = { limit: limits.pageMax, ...(cursor !== undefined && { cursor }) };
    const page: Answer<'estate.read'> = await client.call('estate.read', {
      body: { accounts, kinds: [...estateReadKinds] },
      query,
      ...(signal && { signal }),
    });
    if (page.next_cursor !== null && page.next_cursor === cursor)
      throw otherError('the estate does not end: the server gave the same cursor twice', {
        code: 'bad_answer',
      });
    yield page;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}

/** What `--all` names: an account and those that it manages, by slug. Personal accounts are nobody's estate. */
export async function accountsBelow(master: string, { client }: Reading): Promise<string[]> {
  const own = await client.call('accounts.show', { params: { account: master } });
  const slugs = [own.slug];
  for await (const { slug } of client.pages('accounts.list', { query: { master } })) slugs.push(slug);
  return slugs;
}
